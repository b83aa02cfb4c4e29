#pragma once
// The door to Box2D 2.4: worlds, bodies, fixtures, joints, contacts and rays behind one opaque handle.
//
// Everything is named by its index in the world, in order of creation; an index is not used again.
// SI units, radians, y up. Nothing here checks its arguments beyond what Box2D itself asserts: the Swift
// module FedRLBox2D does. Different worlds may be used by different threads at the same time; one world
// by one thread.

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fedrl_world fedrl_world;

typedef struct {
  float x, y;
} fedrl_point;

typedef struct {
  // Of the body's origin, not of its centre of mass.
  fedrl_point position;
  float angle;
  // Of the centre of mass.
  fedrl_point velocity;
  float angular_velocity;
} fedrl_body_state;

enum { fedrl_static_body = 0, fedrl_kinematic_body = 1, fedrl_dynamic_body = 2 };

typedef struct {
  int32_t kind;
  fedrl_body_state state;
  float linear_damping, angular_damping, gravity_scale;
  bool allows_sleep, has_fixed_rotation, is_bullet;
} fedrl_body_definition;

typedef struct {
  float mass;
  // In the body's frame.
  fedrl_point center;
  // About the centre of mass.
  float inertia;
} fedrl_mass;

typedef struct {
  float density, friction, restitution, restitution_threshold;
  uint16_t category, mask;
  int16_t group;
  bool is_sensor;
} fedrl_material;

typedef struct {
  int32_t body_a, body_b;
  // In the bodies' frames.
  fedrl_point anchor_a, anchor_b;
  float reference_angle;
  bool has_limits, has_motor, collides;
  float lower_angle, upper_angle, motor_speed, maximum_torque;
  // Whether it is solved as Box2D 2.3 did, and not as the library does.
  bool moves_as_in_2_3;
} fedrl_revolute_joint;

// A contact that began or ended. `body_a` < `body_b`.
typedef struct {
  int32_t body_a, body_b, fixture_a, fixture_b;
  bool began;
  // Where it began, the normal from a to b, and how fast the surfaces came together along it; zero for
  // sensors and for contacts that ended.
  fedrl_point point, normal;
  float approach_speed;
  // Counts the events of a step in the order in which Box2D told of them.
  int32_t sequence;
} fedrl_contact;

fedrl_world *fedrl_world_make(fedrl_point gravity, bool allows_sleep, bool is_continuous);
void fedrl_world_free(fedrl_world *);
int32_t fedrl_box2d_version(void);
// About what the world holds, in bytes.
int64_t fedrl_world_byte_count(const fedrl_world *);

// Forgets earlier contact events, steps, and sorts the new ones by their bodies and fixtures.
void fedrl_world_step(fedrl_world *, float seconds, int32_t velocity_iterations,
                      int32_t position_iterations);
int32_t fedrl_world_contact_count(const fedrl_world *);
const fedrl_contact *fedrl_world_contacts(const fedrl_world *);

int32_t fedrl_world_add_body(fedrl_world *, const fedrl_body_definition *);
void fedrl_world_remove_body(fedrl_world *, int32_t body);
fedrl_body_state fedrl_body_get(const fedrl_world *, int32_t body);
void fedrl_body_set(fedrl_world *, int32_t body, const fedrl_body_state *);
void fedrl_body_set_velocity(fedrl_world *, int32_t body, fedrl_point velocity,
                             float angular_velocity);
fedrl_point fedrl_body_center(const fedrl_world *, int32_t body);
fedrl_mass fedrl_body_get_mass(const fedrl_world *, int32_t body);
void fedrl_body_set_mass(fedrl_world *, int32_t body, const fedrl_mass *);
bool fedrl_body_is_awake(const fedrl_world *, int32_t body);
void fedrl_body_set_awake(fedrl_world *, int32_t body, bool awake);
void fedrl_body_apply_force(fedrl_world *, int32_t body, fedrl_point force, fedrl_point at);
void fedrl_body_apply_force_to_center(fedrl_world *, int32_t body, fedrl_point force);
void fedrl_body_apply_torque(fedrl_world *, int32_t body, float torque);
void fedrl_body_apply_impulse(fedrl_world *, int32_t body, fedrl_point impulse, fedrl_point at);
// Contacts of the body in which the shapes touch; sensors do not count.
int32_t fedrl_body_touching_count(const fedrl_world *, int32_t body);

int32_t fedrl_body_add_circle(fedrl_world *, int32_t body, fedrl_point center, float radius,
                              const fedrl_material *);
int32_t fedrl_body_add_polygon(fedrl_world *, int32_t body, const fedrl_point *points,
                               int32_t count, const fedrl_material *);
int32_t fedrl_body_add_box(fedrl_world *, int32_t body, float half_width, float half_height,
                           fedrl_point center, float angle, const fedrl_material *);
// An edge that collides on both sides.
int32_t fedrl_body_add_edge(fedrl_world *, int32_t body, fedrl_point from, fedrl_point to,
                            const fedrl_material *);
// Edges that collide on their right-hand side only, smooth from one to the next. An open chain is
// extended straight on at its ends.
int32_t fedrl_body_add_chain(fedrl_world *, int32_t body, const fedrl_point *points, int32_t count,
                             bool is_loop, const fedrl_material *);

int32_t fedrl_world_add_revolute_joint(fedrl_world *, const fedrl_revolute_joint *);
float fedrl_joint_angle(const fedrl_world *, int32_t joint);
float fedrl_joint_speed(const fedrl_world *, int32_t joint);
void fedrl_joint_set_motor(fedrl_world *, int32_t joint, float speed, float maximum_torque);

// For each of `count` rays from `origin` to `ends`: the fraction of the way to the nearest fixture whose
// category is in `mask`, 1 where there is none. Sensors and `ignored_body` (−1: none) are passed through.
void fedrl_world_cast_rays(const fedrl_world *, fedrl_point origin, const fedrl_point *ends,
                           int32_t count, uint16_t mask, int32_t ignored_body, float *fractions);
// Whether a circle touches any fixture whose category is in `mask`; sensors and `ignored_body` aside.
bool fedrl_world_circle_touches(const fedrl_world *, fedrl_point center, float radius,
                                uint16_t mask, int32_t ignored_body);

#ifdef __cplusplus
}
#endif
