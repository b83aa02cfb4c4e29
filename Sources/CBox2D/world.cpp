#include "fedrl_box2d.h"

#include <box2d/box2d.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <new>
#include <tuple>
#include <vector>

static b2Vec2 vector_of(fedrl_point p) { return b2Vec2(p.x, p.y); }
static fedrl_point point_of(const b2Vec2 &v) { return {v.x, v.y}; }
static int32_t index_of(b2Body *body) { return (int32_t)body->GetUserData().pointer; }
static int32_t index_of(b2Fixture *fixture) { return (int32_t)fixture->GetUserData().pointer; }

// Has the world's allocator fetch its first block of contacts now, so that no step does.
static void make_room_for_contacts(b2World &world) {
  b2CircleShape circle;
  circle.m_radius = 1;
  b2BodyDef definition;
  definition.type = b2_dynamicBody;
  b2Body *bodies[2];
  for (b2Body *&body : bodies) {
    body = world.CreateBody(&definition);
    body->CreateFixture(&circle, 1);
  }
  // A step of no time finds contacts and moves nothing.
  world.Step(0, 0, 0);
  for (b2Body *body : bodies) world.DestroyBody(body);
}

// Box2D fills its table of contact types when it makes the first contact of the process, without a
// lock: make one before anything runs side by side.
static void fill_tables() {
  b2World world(b2Vec2(0, 0));
  make_room_for_contacts(world);
}

static std::once_flag tables_filled;
static std::mutex making;

// The revolute joint of Box2D 2.3, for worlds that are to move as they do there: a limit is met once the
// joint has come to it, and solved together with the hinge. Box2D 2.4 stops a joint before it passes a
// limit, and solves the limit on its own; a leg that rests on one then takes longer to come to rest.
//
// Worlds with 180 iterations a step spend most of their time in one chain of additions that leads
// through all joints. The inverses that it needs are worked out once a step, and a motor at its greatest
// torque, which adds 0, is a branch, which is foreseen: the chain does not lead through it.
struct joint_of_2_3 final : b2RevoluteJoint {
  explicit joint_of_2_3(const b2RevoluteJoint &other) : b2RevoluteJoint(other) {}

  enum class at { no_limit, lower, upper, both };
  // What holds during a step.
  struct plan {
    at limit;
    // Of the hinge's two equations: the inverse of a symmetric matrix.
    float xx, xy, yy;
    // Of these and the limit's: the last column of the matrix, and its inverse.
    float column_x, column_y;
    float all_xx, all_xy, all_xz, all_yy, all_yz, all_zz;
  };

  // The world keeps the plan.
  plan &steps_plan() const { return *reinterpret_cast<plan *>(m_userData.pointer); }

  at limit_at(float angle) const {
    if (!m_enableLimit) return at::no_limit;
    if (b2Abs(m_upperAngle - m_lowerAngle) < 2 * b2_angularSlop) return at::both;
    return angle <= m_lowerAngle ? at::lower : angle >= m_upperAngle ? at::upper : at::no_limit;
  }

  void InitVelocityConstraints(const b2SolverData &data) override {
    plan &now = steps_plan();
    now.limit = limit_at(GetJointAngle());
    if (now.limit == at::no_limit || now.limit == at::upper) m_lowerImpulse = 0;
    if (now.limit == at::no_limit || now.limit == at::lower) m_upperImpulse = 0;
    // Works out the arms, and begins with the impulses of the last step.
    b2RevoluteJoint::InitVelocityConstraints(data);
    if (m_invIA + m_invIB == 0) now.limit = at::no_limit;
    const double m = m_invMassA + m_invMassB, ia = m_invIA, ib = m_invIB;
    const double ax = m_rA.x, ay = m_rA.y, bx = m_rB.x, by = m_rB.y;
    const double xx = m + ay * ay * ia + by * by * ib, xy = -ay * ax * ia - by * bx * ib,
                 yy = m + ax * ax * ia + bx * bx * ib, xz = -ay * ia - by * ib,
                 yz = ax * ia + bx * ib, zz = ia + ib;
    const double flat = inverse_of(xx * yy - xy * xy);
    now.xx = yy * flat;
    now.xy = -xy * flat;
    now.yy = xx * flat;
    now.column_x = xz;
    now.column_y = yz;
    const double first = yy * zz - yz * yz, second = xz * yz - xy * zz, third = xy * yz - xz * yy;
    const double whole = inverse_of(xx * first + xy * second + xz * third);
    now.all_xx = first * whole;
    now.all_xy = second * whole;
    now.all_xz = third * whole;
    now.all_yy = (xx * zz - xz * xz) * whole;
    now.all_yz = (xy * xz - xx * yz) * whole;
    now.all_zz = (xx * yy - xy * xy) * whole;
  }

  static double inverse_of(double x) { return x != 0 ? 1 / x : 0; }

  // Keeps the compiler from joining a number with another in one register.
  static float alone(float x) {
#if defined(__SSE2__)
    asm("" : "+x"(x));
#elif defined(__aarch64__)
    asm("" : "+w"(x));
#endif
    return x;
  }

  void SolveVelocityConstraints(const b2SolverData &data) override {
#pragma clang fp contract(off)
    const plan &now = steps_plan();
    b2Velocity &of_a = data.velocities[m_indexA], &of_b = data.velocities[m_indexB];
    const b2Vec2 va = of_a.v, vb = of_b.v;
    float wa = of_a.w, wb = of_b.w;
    const float ia = m_invIA, ib = m_invIB;
    if (m_enableMotor && now.limit != at::both && ia + ib != 0) {
      const float before = m_motorImpulse, limit = data.step.dt * m_maxMotorTorque;
      float sum = before - m_axialMass * (wb - wa - m_motorSpeed);
      if (sum > limit)
        sum = limit;
      else if (sum < -limit)
        sum = -limit;
      m_motorImpulse = sum;
      const float impulse = sum - before;
      if (impulse != 0) {
        wa -= ia * impulse;
        wb += ib * impulse;
      }
    }
    // In single numbers: packed in pairs they would have to be unpacked again.
    const float gap_x = alone(vb.x + -wb * m_rB.y - va.x - -wa * m_rA.y);
    const float gap_y = alone(vb.y + wb * m_rB.x - va.y - wa * m_rA.x);
    float x, y, turn = 0;
    if (now.limit == at::no_limit) {
      x = alone(-(now.xx * gap_x + now.xy * gap_y));
      y = alone(-(now.xy * gap_x + now.yy * gap_y));
    } else {
      const float gap = wb - wa;
      x = alone(-(now.all_xx * gap_x + now.all_xy * gap_y + now.all_xz * gap));
      y = alone(-(now.all_xy * gap_x + now.all_yy * gap_y + now.all_yz * gap));
      turn = alone(-(now.all_xz * gap_x + now.all_yz * gap_y + now.all_zz * gap));
      const float before = m_lowerImpulse - m_upperImpulse, sum = before + turn;
      if (now.limit == at::lower && sum < 0 || now.limit == at::upper && sum > 0) {
        // It would have to pull: the hinge alone, with the limit's impulse taken back.
        const float left_x = before * now.column_x - gap_x, left_y = before * now.column_y - gap_y;
        x = alone(now.xx * left_x + now.xy * left_y);
        y = alone(now.xy * left_x + now.yy * left_y);
        turn = -before;
        m_lowerImpulse = m_upperImpulse = 0;
      } else {
        m_lowerImpulse = b2Max(sum, 0.0f);
        m_upperImpulse = b2Max(-sum, 0.0f);
      }
    }
    m_impulse.x += x;
    m_impulse.y += y;
    of_a.v.x = alone(va.x - m_invMassA * x);
    of_a.v.y = alone(va.y - m_invMassA * y);
    of_a.w = wa - ia * (m_rA.x * y - m_rA.y * x + turn);
    of_b.v.x = alone(vb.x + m_invMassB * x);
    of_b.v.y = alone(vb.y + m_invMassB * y);
    of_b.w = wb + ib * (m_rB.x * y - m_rB.y * x + turn);
  }

  bool SolvePositionConstraints(const b2SolverData &data) override {
#pragma clang fp contract(off)
    b2Position &of_a = data.positions[m_indexA], &of_b = data.positions[m_indexB];
    float angular_error = 0;
    if (const at limit = steps_plan().limit; limit != at::no_limit) {
      const float angle = of_b.a - of_a.a - m_referenceAngle;
      const float beyond = angle - (limit == at::upper ? m_upperAngle : m_lowerAngle);
      float error;
      if (limit == at::lower) {
        angular_error = -beyond;
        error = b2Clamp(beyond + b2_angularSlop, -b2_maxAngularCorrection, 0.0f);
      } else if (limit == at::upper) {
        angular_error = beyond;
        error = b2Clamp(beyond - b2_angularSlop, 0.0f, b2_maxAngularCorrection);
      } else {
        error = b2Clamp(beyond, -b2_maxAngularCorrection, b2_maxAngularCorrection);
        angular_error = b2Abs(error);
      }
      const float impulse = -m_axialMass * error;
      of_a.a -= m_invIA * impulse;
      of_b.a += m_invIB * impulse;
    }
    const b2Vec2 a = b2Mul(b2Rot(of_a.a), m_localAnchorA - m_localCenterA);
    const b2Vec2 b = b2Mul(b2Rot(of_b.a), m_localAnchorB - m_localCenterB);
    const b2Vec2 gap = of_b.c + b - of_a.c - a;
    const float m = m_invMassA + m_invMassB, ia = m_invIA, ib = m_invIB;
    const float xy = -ia * a.x * a.y - ib * b.x * b.y;
    const b2Mat22 matrix(m + ia * a.y * a.y + ib * b.y * b.y, xy, xy,
                         m + ia * a.x * a.x + ib * b.x * b.x);
    const b2Vec2 impulse = -matrix.Solve(gap);
    of_a.c -= m_invMassA * impulse;
    of_a.a -= ia * b2Cross(a, impulse);
    of_b.c += m_invMassB * impulse;
    of_b.a += ib * b2Cross(b, impulse);
    return gap.Length() <= b2_linearSlop && angular_error <= b2_angularSlop;
  }

  // Makes a joint of Box2D's one of these, in its place.
  static void replace(b2Joint *joint, plan *plan) {
    static_assert(sizeof(joint_of_2_3) == sizeof(b2RevoluteJoint), "Box2D frees what it allocated");
    const joint_of_2_3 copy(*static_cast<b2RevoluteJoint *>(joint));
    new (joint) joint_of_2_3(copy);
    joint->GetUserData().pointer = reinterpret_cast<uintptr_t>(plan);
  }
};

struct fedrl_world : b2ContactListener {
  b2World world;
  std::vector<b2Body *> bodies;
  std::vector<b2Joint *> joints;
  // A deque, whose elements stay where they are.
  std::deque<joint_of_2_3::plan> plans;
  std::vector<fedrl_contact> contacts;
  int32_t fixtures = 0;

  fedrl_world(b2Vec2 gravity) : world(gravity) {
    contacts.reserve(32);
    make_room_for_contacts(world);
    world.SetContactListener(this);
  }

  void BeginContact(b2Contact *contact) override { note(contact, true); }
  void EndContact(b2Contact *contact) override { note(contact, false); }

  void note(b2Contact *contact, bool began) {
    b2Fixture *a = contact->GetFixtureA(), *b = contact->GetFixtureB();
    bool swaps = index_of(a->GetBody()) > index_of(b->GetBody());
    if (swaps) std::swap(a, b);
    fedrl_contact event = {index_of(a->GetBody()), index_of(b->GetBody()), index_of(a),
                           index_of(b), began, {0, 0}, {0, 0}, 0, (int32_t)contacts.size()};
    if (began && !a->IsSensor() && !b->IsSensor() && contact->GetManifold()->pointCount > 0) {
      b2WorldManifold manifold;
      contact->GetWorldManifold(&manifold);
      b2Vec2 normal = swaps ? -manifold.normal : manifold.normal;
      event.normal = point_of(normal);
      event.point = point_of(manifold.points[0]);
      for (int i = 0; i < contact->GetManifold()->pointCount; i++) {
        b2Vec2 point = manifold.points[i];
        float speed = b2Dot(a->GetBody()->GetLinearVelocityFromWorldPoint(point) -
                                b->GetBody()->GetLinearVelocityFromWorldPoint(point),
                            normal);
        event.approach_speed = std::max(event.approach_speed, speed);
      }
    }
    contacts.push_back(event);
  }

  // Few, and std::stable_sort would allocate.
  void sort_contacts() {
    auto key = [](const fedrl_contact &c) {
      return std::make_tuple(c.body_a, c.body_b, c.fixture_a, c.fixture_b);
    };
    for (size_t i = 1; i < contacts.size(); i++)
      for (size_t j = i; j > 0 && key(contacts[j]) < key(contacts[j - 1]); j--)
        std::swap(contacts[j], contacts[j - 1]);
  }

  int32_t add(int32_t body, const b2Shape &shape, const fedrl_material *material) {
    b2FixtureDef definition;
    definition.shape = &shape;
    definition.density = material->density;
    definition.friction = material->friction;
    definition.restitution = material->restitution;
    definition.restitutionThreshold = material->restitution_threshold;
    definition.filter.categoryBits = material->category;
    definition.filter.maskBits = material->mask;
    definition.filter.groupIndex = material->group;
    definition.isSensor = material->is_sensor;
    definition.userData.pointer = (uintptr_t)fixtures;
    bodies[body]->CreateFixture(&definition);
    return fixtures++;
  }

  // Whether rays and questions see a fixture.
  static bool is_seen(b2Fixture *fixture, uint16_t mask, int32_t ignored_body) {
    return !fixture->IsSensor() && (fixture->GetFilterData().categoryBits & mask) != 0 &&
           index_of(fixture->GetBody()) != ignored_body;
  }
};

extern "C" {

int32_t fedrl_box2d_version(void) {
  return b2_version.major * 10000 + b2_version.minor * 100 + b2_version.revision;
}

fedrl_world *fedrl_world_make(fedrl_point gravity, bool allows_sleep, bool is_continuous) {
  std::call_once(tables_filled, fill_tables);
  std::lock_guard<std::mutex> lock(making);
  fedrl_world *w = new fedrl_world(vector_of(gravity));
  w->world.SetAllowSleeping(allows_sleep);
  w->world.SetContinuousPhysics(is_continuous);
  return w;
}

void fedrl_world_free(fedrl_world *w) {
  std::lock_guard<std::mutex> lock(making);
  // Fixtures that vanish would otherwise report the ends of their contacts.
  w->world.SetContactListener(nullptr);
  delete w;
}

int64_t fedrl_world_byte_count(const fedrl_world *w) {
  // Box2D's allocator fetches blocks of 16 kB for each size of object; bodies, joints, contacts and the
  // parts of fixtures are of some seven sizes. Besides, the tree has two nodes for each fixture, in an
  // array that doubles.
  const int64_t block = 16 * 1024, sizes = 7;
  int64_t of_fixtures = w->fixtures * int64_t(sizeof(b2Fixture) + sizeof(b2FixtureProxy) +
                                              sizeof(b2EdgeShape) + 3 * sizeof(b2TreeNode));
  return int64_t(sizeof(fedrl_world)) + sizes * block + of_fixtures;
}

void fedrl_world_step(fedrl_world *w, float seconds, int32_t velocity_iterations,
                      int32_t position_iterations) {
  w->contacts.clear();
  w->world.Step(seconds, velocity_iterations, position_iterations);
  w->sort_contacts();
}

int32_t fedrl_world_contact_count(const fedrl_world *w) { return (int32_t)w->contacts.size(); }
const fedrl_contact *fedrl_world_contacts(const fedrl_world *w) { return w->contacts.data(); }

// MARK: Bodies

int32_t fedrl_world_add_body(fedrl_world *w, const fedrl_body_definition *d) {
  b2BodyDef definition;
  definition.type = (b2BodyType)d->kind;
  definition.position = vector_of(d->state.position);
  definition.angle = d->state.angle;
  definition.linearVelocity = vector_of(d->state.velocity);
  definition.angularVelocity = d->state.angular_velocity;
  definition.linearDamping = d->linear_damping;
  definition.angularDamping = d->angular_damping;
  definition.gravityScale = d->gravity_scale;
  definition.allowSleep = d->allows_sleep;
  definition.fixedRotation = d->has_fixed_rotation;
  definition.bullet = d->is_bullet;
  definition.userData.pointer = (uintptr_t)w->bodies.size();
  w->bodies.push_back(w->world.CreateBody(&definition));
  return (int32_t)w->bodies.size() - 1;
}

void fedrl_world_remove_body(fedrl_world *w, int32_t body) {
  // The ends of its contacts would come outside of a step, behind those that are in order.
  w->world.SetContactListener(nullptr);
  w->world.DestroyBody(w->bodies[body]);
  w->world.SetContactListener(w);
  w->bodies[body] = nullptr;
}

fedrl_body_state fedrl_body_get(const fedrl_world *w, int32_t body) {
  const b2Body *b = w->bodies[body];
  return {point_of(b->GetPosition()), b->GetAngle(), point_of(b->GetLinearVelocity()),
          b->GetAngularVelocity()};
}

void fedrl_body_set(fedrl_world *w, int32_t body, const fedrl_body_state *state) {
  b2Body *b = w->bodies[body];
  b->SetTransform(vector_of(state->position), state->angle);
  b->SetLinearVelocity(vector_of(state->velocity));
  b->SetAngularVelocity(state->angular_velocity);
}

void fedrl_body_set_velocity(fedrl_world *w, int32_t body, fedrl_point velocity,
                             float angular_velocity) {
  w->bodies[body]->SetLinearVelocity(vector_of(velocity));
  w->bodies[body]->SetAngularVelocity(angular_velocity);
}

fedrl_point fedrl_body_center(const fedrl_world *w, int32_t body) {
  return point_of(w->bodies[body]->GetWorldCenter());
}

fedrl_mass fedrl_body_get_mass(const fedrl_world *w, int32_t body) {
  b2MassData data;
  w->bodies[body]->GetMassData(&data);
  // Box2D's inertia is about the body's origin.
  return {data.mass, point_of(data.center), data.I - data.mass * b2Dot(data.center, data.center)};
}

void fedrl_body_set_mass(fedrl_world *w, int32_t body, const fedrl_mass *mass) {
  b2MassData data;
  data.mass = mass->mass;
  data.center = vector_of(mass->center);
  data.I = mass->inertia + mass->mass * b2Dot(data.center, data.center);
  w->bodies[body]->SetMassData(&data);
}

bool fedrl_body_is_awake(const fedrl_world *w, int32_t body) { return w->bodies[body]->IsAwake(); }
void fedrl_body_set_awake(fedrl_world *w, int32_t body, bool awake) {
  w->bodies[body]->SetAwake(awake);
}
void fedrl_body_apply_force(fedrl_world *w, int32_t body, fedrl_point force, fedrl_point at) {
  w->bodies[body]->ApplyForce(vector_of(force), vector_of(at), true);
}
void fedrl_body_apply_force_to_center(fedrl_world *w, int32_t body, fedrl_point force) {
  w->bodies[body]->ApplyForceToCenter(vector_of(force), true);
}
void fedrl_body_apply_torque(fedrl_world *w, int32_t body, float torque) {
  w->bodies[body]->ApplyTorque(torque, true);
}
void fedrl_body_apply_impulse(fedrl_world *w, int32_t body, fedrl_point impulse, fedrl_point at) {
  w->bodies[body]->ApplyLinearImpulse(vector_of(impulse), vector_of(at), true);
}

int32_t fedrl_body_touching_count(const fedrl_world *w, int32_t body, int32_t other) {
  int32_t count = 0;
  for (b2ContactEdge *edge = w->bodies[body]->GetContactList(); edge; edge = edge->next) {
    b2Contact *contact = edge->contact;
    if (other >= 0 && edge->other != w->bodies[other]) continue;
    if (contact->IsTouching() && !contact->GetFixtureA()->IsSensor() &&
        !contact->GetFixtureB()->IsSensor())
      count++;
  }
  return count;
}

// MARK: Fixtures

int32_t fedrl_body_add_circle(fedrl_world *w, int32_t body, fedrl_point center, float radius,
                              const fedrl_material *material) {
  b2CircleShape shape;
  shape.m_p = vector_of(center);
  shape.m_radius = radius;
  return w->add(body, shape, material);
}

int32_t fedrl_body_add_polygon(fedrl_world *w, int32_t body, const fedrl_point *points,
                               int32_t count, const fedrl_material *material) {
  b2PolygonShape shape;
  shape.Set((const b2Vec2 *)points, count);
  return w->add(body, shape, material);
}

int32_t fedrl_body_add_box(fedrl_world *w, int32_t body, float half_width, float half_height,
                           fedrl_point center, float angle, const fedrl_material *material) {
  b2PolygonShape shape;
  shape.SetAsBox(half_width, half_height, vector_of(center), angle);
  return w->add(body, shape, material);
}

int32_t fedrl_body_add_edge(fedrl_world *w, int32_t body, fedrl_point from, fedrl_point to,
                            const fedrl_material *material) {
  b2EdgeShape shape;
  shape.SetTwoSided(vector_of(from), vector_of(to));
  return w->add(body, shape, material);
}

int32_t fedrl_body_add_chain(fedrl_world *w, int32_t body, const fedrl_point *points, int32_t count,
                             bool is_loop, const fedrl_material *material) {
  static_assert(sizeof(fedrl_point) == sizeof(b2Vec2), "points are handed over as they are");
  const b2Vec2 *vertices = (const b2Vec2 *)points;
  b2ChainShape shape;
  if (is_loop)
    shape.CreateLoop(vertices, count);
  else
    shape.CreateChain(vertices, count, 2 * vertices[0] - vertices[1],
                      2 * vertices[count - 1] - vertices[count - 2]);
  return w->add(body, shape, material);
}

// MARK: Joints

int32_t fedrl_world_add_revolute_joint(fedrl_world *w, const fedrl_revolute_joint *j) {
  b2RevoluteJointDef definition;
  definition.bodyA = w->bodies[j->body_a];
  definition.bodyB = w->bodies[j->body_b];
  definition.localAnchorA = vector_of(j->anchor_a);
  definition.localAnchorB = vector_of(j->anchor_b);
  definition.referenceAngle = j->reference_angle;
  definition.enableLimit = j->has_limits;
  definition.lowerAngle = j->lower_angle;
  definition.upperAngle = j->upper_angle;
  definition.enableMotor = j->has_motor;
  definition.motorSpeed = j->motor_speed;
  definition.maxMotorTorque = j->maximum_torque;
  definition.collideConnected = j->collides;
  w->joints.push_back(w->world.CreateJoint(&definition));
  if (j->moves_as_in_2_3) joint_of_2_3::replace(w->joints.back(), &w->plans.emplace_back());
  return (int32_t)w->joints.size() - 1;
}

static b2RevoluteJoint *revolute(const fedrl_world *w, int32_t joint) {
  return static_cast<b2RevoluteJoint *>(w->joints[joint]);
}
float fedrl_joint_angle(const fedrl_world *w, int32_t joint) {
  return revolute(w, joint)->GetJointAngle();
}
float fedrl_joint_speed(const fedrl_world *w, int32_t joint) {
  return revolute(w, joint)->GetJointSpeed();
}
void fedrl_joint_set_motor(fedrl_world *w, int32_t joint, float speed, float maximum_torque) {
  // As Box2D before 2.4 did, also where nothing changes.
  revolute(w, joint)->GetBodyA()->SetAwake(true);
  revolute(w, joint)->GetBodyB()->SetAwake(true);
  revolute(w, joint)->SetMotorSpeed(speed);
  revolute(w, joint)->SetMaxMotorTorque(maximum_torque);
}

// MARK: Questions

namespace {

struct nearest_hit : b2RayCastCallback {
  float fraction = 1;
  uint16_t mask;
  int32_t ignored_body;

  float ReportFixture(b2Fixture *fixture, const b2Vec2 &, const b2Vec2 &, float at) override {
    if (!fedrl_world::is_seen(fixture, mask, ignored_body)) return -1;
    fraction = at;
    return at;
  }
};

struct circle_probe : b2QueryCallback {
  b2CircleShape circle;
  b2Transform place;
  uint16_t mask;
  int32_t ignored_body;
  bool touches = false;

  bool ReportFixture(b2Fixture *fixture) override {
    if (!fedrl_world::is_seen(fixture, mask, ignored_body)) return true;
    const b2Shape *shape = fixture->GetShape();
    const b2Transform &of_body = fixture->GetBody()->GetTransform();
    for (int32_t child = 0; child < shape->GetChildCount() && !touches; child++)
      touches = b2TestOverlap(shape, child, &circle, 0, of_body, place);
    return !touches;
  }
};

}  // namespace

void fedrl_world_cast_rays(const fedrl_world *w, fedrl_point origin, const fedrl_point *ends,
                           int32_t count, uint16_t mask, int32_t ignored_body, float *fractions) {
  nearest_hit hit;
  hit.mask = mask;
  hit.ignored_body = ignored_body;
  for (int32_t i = 0; i < count; i++) {
    hit.fraction = 1;
    // A ray without length would be an error to Box2D.
    if (ends[i].x != origin.x || ends[i].y != origin.y)
      w->world.RayCast(&hit, vector_of(origin), vector_of(ends[i]));
    fractions[i] = hit.fraction;
  }
}

bool fedrl_world_circle_touches(const fedrl_world *w, fedrl_point center, float radius,
                                uint16_t mask, int32_t ignored_body) {
  circle_probe probe;
  probe.circle.m_radius = radius;
  probe.place.Set(vector_of(center), 0);
  probe.mask = mask;
  probe.ignored_body = ignored_body;
  b2AABB bounds;
  probe.circle.ComputeAABB(&bounds, probe.place, 0);
  w->world.QueryAABB(&probe, bounds);
  return probe.touches;
}
}
