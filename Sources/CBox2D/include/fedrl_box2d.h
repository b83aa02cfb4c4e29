#pragma once
// The door to Box2D 2.4: worlds, bodies, fixtures, joints, contacts and rays behind one opaque handle.
//
// Everything is named by its index in the world, in order of creation; an index is not used again.
// SI units, radians, y up; angles and torques are counter-clockwise. Nothing here checks its
// arguments beyond what Box2D itself asserts: the Swift module FedRLBox2D does. Different worlds
// may be used by different threads at the same time; one world by one thread.

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A world with its bodies, fixtures, joints and contact events.
typedef struct fedrl_world fedrl_world;

// Metres, m/s, N or N s, in world axes where nothing else is said.
typedef struct {
  float x, y;
} fedrl_point;

typedef struct {
  // Of the body's origin, not of its centre of mass, m.
  fedrl_point position;
  // rad
  float angle;
  // Of the centre of mass, m/s.
  fedrl_point velocity;
  // rad/s
  float angular_velocity;
} fedrl_body_state;

enum { fedrl_static_body = 0, fedrl_kinematic_body = 1, fedrl_dynamic_body = 2 };

typedef struct {
  int32_t kind;
  fedrl_body_state state;
  // 1/s, 1/s, and a factor of the world's gravity.
  float linear_damping, angular_damping, gravity_scale;
  bool allows_sleep, has_fixed_rotation, is_bullet;
} fedrl_body_definition;

typedef struct {
  // kg
  float mass;
  // In the body's frame, m.
  fedrl_point center;
  // About the centre of mass, kg m².
  float inertia;
} fedrl_mass;

typedef struct {
  // kg/m², Coulomb's coefficient, a share of the approach speed, and m/s below which there is no
  // bounce.
  float density, friction, restitution, restitution_threshold;
  uint16_t category, mask;
  int16_t group;
  bool is_sensor;
} fedrl_material;

typedef struct {
  int32_t body_a, body_b;
  // In the bodies' frames, m.
  fedrl_point anchor_a, anchor_b;
  // Angle of b against a that counts as 0, rad.
  float reference_angle;
  bool has_limits, has_motor, collides;
  // rad, rad, rad/s, N m.
  float lower_angle, upper_angle, motor_speed, maximum_torque;
  // Whether it is solved as Box2D 2.3 did, and not as the library does.
  bool moves_as_in_2_3;
} fedrl_revolute_joint;

// A contact that began or ended. `body_a` < `body_b`.
typedef struct {
  int32_t body_a, body_b, fixture_a, fixture_b;
  bool began;
  // Where it began, m, the unit normal from a to b, and how fast the surfaces came together along
  // it, m/s; zero for sensors and for contacts that ended.
  fedrl_point point, normal;
  float approach_speed;
  // Counts the events of a step in the order in which Box2D told of them.
  int32_t sequence;
} fedrl_contact;

// An empty world; gravity in m/s². Made and freed one at a time, under a lock of the process.
fedrl_world *fedrl_world_make(fedrl_point gravity, bool allows_sleep, bool is_continuous);
// Frees the world and all that it holds.
void fedrl_world_free(fedrl_world *);
// Major · 10000 + minor · 100 + revision.
int32_t fedrl_box2d_version(void);
// About what the world holds, in bytes.
int64_t fedrl_world_byte_count(const fedrl_world *);

// Forgets earlier contact events, steps by `seconds` > 0, forgets forces, and sorts the new ones by
// their bodies and fixtures.
void fedrl_world_step(fedrl_world *, float seconds, int32_t velocity_iterations,
                      int32_t position_iterations);
// How many contacts began or ended in the last step.
int32_t fedrl_world_contact_count(const fedrl_world *);
// These contacts, `[contact_count]`; valid until the next step.
const fedrl_contact *fedrl_world_contacts(const fedrl_world *);

// Adds a body without fixtures; returns its index.
int32_t fedrl_world_add_body(fedrl_world *, const fedrl_body_definition *);
// Removes a body with its fixtures and joints.
void fedrl_world_remove_body(fedrl_world *, int32_t body);
// Place, m and rad, and velocities, m/s and rad/s.
fedrl_body_state fedrl_body_get(const fedrl_world *, int32_t body);
// Moves the body there at once, whatever is between.
void fedrl_body_set(fedrl_world *, int32_t body, const fedrl_body_state *);
// Of the centre of mass, m/s, and rad/s; static bodies have none.
void fedrl_body_set_velocity(fedrl_world *, int32_t body, fedrl_point velocity,
                             float angular_velocity);
// Centre of mass in world coordinates, m.
fedrl_point fedrl_body_center(const fedrl_world *, int32_t body);
// kg, m and kg m²; zero unless the body is dynamic.
fedrl_mass fedrl_body_get_mass(const fedrl_world *, int32_t body);
// kg, m and kg m², in place of what densities gave; of dynamic bodies only.
void fedrl_body_set_mass(fedrl_world *, int32_t body, const fedrl_mass *);
// Whether steps move the body.
bool fedrl_body_is_awake(const fedrl_world *, int32_t body);
// Wakes the body, or puts it to sleep, which takes its velocities and forces.
void fedrl_body_set_awake(fedrl_world *, int32_t body, bool awake);
// Adds a force, N, that acts at a point of the world, m, in the next step. It wakes the body, as
// the following do; all act on dynamic bodies only.
void fedrl_body_apply_force(fedrl_world *, int32_t body, fedrl_point force, fedrl_point at);
// Adds a force, N, at the centre of mass, in the next step.
void fedrl_body_apply_force_to_center(fedrl_world *, int32_t body, fedrl_point force);
// Adds a torque, N m, in the next step.
void fedrl_body_apply_torque(fedrl_world *, int32_t body, float torque);
// Changes the velocities at once by an impulse, N s, at a point of the world, m.
void fedrl_body_apply_impulse(fedrl_world *, int32_t body, fedrl_point impulse, fedrl_point at);
// Contacts of the body, with another one or (−1) with any, in which the shapes touch; sensors do not
// count.
int32_t fedrl_body_touching_count(const fedrl_world *, int32_t body, int32_t other);

// Fixtures are in the body's frame, m and rad; each function returns the fixture's index.

// A circle about `center`.
int32_t fedrl_body_add_circle(fedrl_world *, int32_t body, fedrl_point center, float radius,
                              const fedrl_material *);
// The hull of `[count]` points, 3 to 8.
int32_t fedrl_body_add_polygon(fedrl_world *, int32_t body, const fedrl_point *points,
                               int32_t count, const fedrl_material *);
// A box about `center`, turned by `angle`.
int32_t fedrl_body_add_box(fedrl_world *, int32_t body, float half_width, float half_height,
                           fedrl_point center, float angle, const fedrl_material *);
// An edge that collides on both sides.
int32_t fedrl_body_add_edge(fedrl_world *, int32_t body, fedrl_point from, fedrl_point to,
                            const fedrl_material *);
// Edges through `[count]` points that collide on their right-hand side only, smooth from one to the
// next. An open chain is extended straight on at its ends.
int32_t fedrl_body_add_chain(fedrl_world *, int32_t body, const fedrl_point *points, int32_t count,
                             bool is_loop, const fedrl_material *);

// Joins two bodies by a hinge; returns its index.
int32_t fedrl_world_add_revolute_joint(fedrl_world *, const fedrl_revolute_joint *);
// Of the second body against the first, from the reference angle, rad.
float fedrl_joint_angle(const fedrl_world *, int32_t joint);
// Of the second body against the first, rad/s.
float fedrl_joint_speed(const fedrl_world *, int32_t joint);
// rad/s and N m; without effect on a joint made without a motor.
void fedrl_joint_set_motor(fedrl_world *, int32_t joint, float speed, float maximum_torque);

// For each of `count` rays from `origin` to `ends`, m: in `fractions`, the share of the way to the
// nearest fixture whose category is in `mask`, 1 where there is none. Sensors and `ignored_body`
// (−1: none) are passed through.
void fedrl_world_cast_rays(const fedrl_world *, fedrl_point origin, const fedrl_point *ends,
                           int32_t count, uint16_t mask, int32_t ignored_body, float *fractions);
// Whether a circle (world coordinates, m) touches any fixture whose category is in `mask`; sensors
// and `ignored_body` aside.
bool fedrl_world_circle_touches(const fedrl_world *, fedrl_point center, float radius,
                                uint16_t mask, int32_t ignored_body);

#ifdef __cplusplus
}
#endif
