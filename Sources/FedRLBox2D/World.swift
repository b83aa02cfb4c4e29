internal import CBox2D

/// A Box2D world that owns its memory: made, stepped and ended by one owner at a time.
///
/// The only door to Box2D 2.4.1. Bodies, shapes and joints are named by their order of creation, so that
/// the same calls give the same world, bit for bit, with the same binary. Different worlds may be stepped
/// by different threads at the same time. A step allocates nothing once its first contacts have been made.
///
/// Traps of the library that callers should know: a *chain* collides only with what comes from its
/// right-hand side, going from point to point, while rays see both sides; polygons have a skin of 1 cm and
/// contacts a slop of 5 mm; a body moves at most 2 m in a step.
public struct World: ~Copyable {
  private let handle: OpaquePointer

  /// An empty world. Worlds are made and ended one at a time in a process, under one lock.
  /// - Parameters:
  ///   - gravity: m/s², in world axes.
  ///   - allowsSleep: whether bodies at rest are left out until something touches them.
  ///   - isContinuous: whether fast bodies are kept from passing through fixed ones.
  public init(
    gravity: SIMD2<Float>, allowsSleep: Bool = false, isContinuous: Bool = true
  ) {
    handle = fedrl_world_make(gravity.raw, allowsSleep, isContinuous)
  }

  deinit { fedrl_world_free(handle) }

  /// Version of the library as it states it: 2.4.1 says 20400, for 2.4.0.
  public static var libraryVersion: Int { Int(fedrl_box2d_version()) }

  /// About what the world holds, in bytes; its own type is but a handle.
  public var byteCount: Int { Int(fedrl_world_byte_count(handle)) }

  /// Steps the world; contact events are then those of this step. Forces act once, and are
  /// forgotten.
  /// - Parameters:
  ///   - seconds: Δt, more than 0.
  ///   - velocityIterations, positionIterations: of the solver; more of them hold joints and stacks
  ///     better.
  /// - Complexity: about O(bodies + (contacts + joints) · iterations).
  public mutating func step(
    seconds: Float, velocityIterations: Int = 8, positionIterations: Int = 3
  ) {
    fedrl_world_step(handle, seconds, Int32(velocityIterations), Int32(positionIterations))
  }

  /// How many contacts began or ended in the last step.
  public var contactCount: Int { Int(fedrl_world_contact_count(handle)) }

  /// One contact event of the last step; they are in order of their bodies and shapes.
  /// - Precondition: `index` is in `0..<contactCount`.
  public func contact(_ index: Int) -> ContactEvent {
    precondition(index >= 0 && index < contactCount, "contact \(index) of \(contactCount)")
    let event = fedrl_world_contacts(handle)[index]
    return ContactEvent(
      first: Body(index: event.body_a), second: Body(index: event.body_b),
      firstFixture: Fixture(index: event.fixture_a), secondFixture: Fixture(index: event.fixture_b),
      began: event.began, point: SIMD2(event.point), normal: SIMD2(event.normal),
      approachSpeed: event.approach_speed, sequence: event.sequence)
  }
}

// MARK: - Bodies

extension World {
  /// Adds a body without shapes.
  /// - Precondition: place, angle and velocities are finite.
  /// - Returns: its name, for this world only.
  public mutating func add(_ definition: BodyDefinition) -> Body {
    precondition(definition.state.isFinite, "a body at \(definition.state)")
    var raw = fedrl_body_definition(
      kind: definition.motion.rawValue, state: definition.state.raw,
      linear_damping: definition.linearDamping, angular_damping: definition.angularDamping,
      gravity_scale: definition.gravityScale, allows_sleep: definition.allowsSleep,
      has_fixed_rotation: definition.hasFixedRotation, is_bullet: definition.isBullet)
    return Body(index: fedrl_world_add_body(handle, &raw))
  }

  /// Takes a body away with its shapes and joints; none of them may be named again. The ends of its
  /// contacts are not reported.
  /// - Complexity: O(its shapes, joints and contacts).
  public mutating func remove(_ body: Body) { fedrl_world_remove_body(handle, body.index) }

  /// Place, angle and velocities now: m, rad, m/s, rad/s. Setting it moves the body there at once,
  /// through whatever is between; a fixed body has no velocities.
  /// - Complexity: O(1) to get; O(the body's shapes) to set.
  public subscript(body: Body) -> BodyState {
    get {
      let raw = fedrl_body_get(handle, body.index)
      return BodyState(
        position: SIMD2(raw.position), angle: raw.angle, velocity: SIMD2(raw.velocity),
        angularVelocity: raw.angular_velocity)
    }
    set {
      var raw = newValue.raw
      fedrl_body_set(handle, body.index, &raw)
    }
  }

  /// Acts at once; fixed bodies have no velocity.
  /// - Parameters:
  ///   - velocity: of the centre of mass, m/s.
  ///   - angularVelocity: rad/s.
  public mutating func setVelocity(
    of body: Body, _ velocity: SIMD2<Float>, angularVelocity: Float
  ) {
    fedrl_body_set_velocity(handle, body.index, velocity.raw, angularVelocity)
  }

  /// The centre of mass in world coordinates, m.
  public func center(of body: Body) -> SIMD2<Float> {
    SIMD2(fedrl_body_center(handle, body.index))
  }

  /// Mass, kg, centre of mass in the body's frame, m, and inertia about it, kg m²; all 0 unless the
  /// body is dynamic.
  public func massProperties(of body: Body) -> MassProperties {
    let raw = fedrl_body_get_mass(handle, body.index)
    return MassProperties(mass: raw.mass, center: SIMD2(raw.center), inertia: raw.inertia)
  }

  /// Takes the place of what shapes and densities gave, until another shape with a density is
  /// added. Only dynamic bodies have mass.
  /// - Precondition: mass (kg) and inertia (kg m²) are positive.
  public mutating func setMassProperties(of body: Body, _ properties: MassProperties) {
    precondition(
      properties.mass > 0 && properties.inertia > 0,
      "a body of \(properties.mass) kg and \(properties.inertia) kg m²")
    var raw = fedrl_mass(
      mass: properties.mass, center: properties.center.raw, inertia: properties.inertia)
    fedrl_body_set_mass(handle, body.index, &raw)
  }

  /// Whether steps move the body. If world and definition allow it, it falls asleep, with all that
  /// it touches, after half a second below 0.01 m/s and 2 °/s; forces and what comes against it
  /// wake it.
  public func isAwake(_ body: Body) -> Bool { fedrl_body_is_awake(handle, body.index) }

  /// Wakes the body, or puts it to sleep, which takes its velocities and forces.
  public mutating func setAwake(_ body: Body, _ isAwake: Bool) {
    fedrl_body_set_awake(handle, body.index, isAwake)
  }

  /// Contacts in which the body touches another, or anything, now; sensors do not count.
  /// - Complexity: O(contacts of the body).
  public func touchingCount(of body: Body, with other: Body? = nil) -> Int {
    Int(fedrl_body_touching_count(handle, body.index, other?.index ?? -1))
  }
}

// MARK: - Forces; they act during the next step, and wake the body; only dynamic bodies heed them

extension World {
  /// Adds a force that acts at a point, and so turns the body too.
  /// - Parameters:
  ///   - force: N, in world axes.
  ///   - point: in world coordinates, m.
  public mutating func apply(force: SIMD2<Float>, to body: Body, at point: SIMD2<Float>) {
    fedrl_body_apply_force(handle, body.index, force.raw, point.raw)
  }

  /// Adds a force that acts at the centre of mass, and so does not turn the body.
  /// - Parameter force: N, in world axes.
  public mutating func apply(forceToCenter force: SIMD2<Float>, of body: Body) {
    fedrl_body_apply_force_to_center(handle, body.index, force.raw)
  }

  /// Adds a torque.
  /// - Parameter torque: N m, counter-clockwise.
  public mutating func apply(torque: Float, to body: Body) {
    fedrl_body_apply_torque(handle, body.index, torque)
  }

  /// Changes the velocities at once.
  /// - Parameters:
  ///   - impulse: N s, in world axes.
  ///   - point: in world coordinates, m.
  public mutating func apply(impulse: SIMD2<Float>, to body: Body, at point: SIMD2<Float>) {
    fedrl_body_apply_impulse(handle, body.index, impulse.raw, point.raw)
  }
}

// MARK: - Shapes; the world's tree takes each in O(log shapes)

extension World {
  /// - Parameters:
  ///   - center: in the body's frame, m.
  ///   - radius: m.
  /// - Precondition: `radius` is more than 0.
  @discardableResult
  public mutating func addCircle(
    to body: Body, center: SIMD2<Float> = .zero, radius: Float, _ material: Material
  ) -> Fixture {
    precondition(radius > 0, "a circle of radius \(radius)")
    var raw = material.raw
    return Fixture(index: fedrl_body_add_circle(handle, body.index, center.raw, radius, &raw))
  }

  /// - Parameter points: corners of a convex polygon in the body's frame, m, in either direction.
  ///   Box2D takes their hull; it needs an area, and corners more than 2.5 mm apart.
  /// - Precondition: there are three to eight.
  @discardableResult
  public mutating func addPolygon(
    to body: Body, points: [SIMD2<Float>], _ material: Material
  ) -> Fixture {
    precondition((3...8).contains(points.count), "a polygon with \(points.count) corners")
    var raw = material.raw
    let corners = points.map(\.raw)
    return Fixture(
      index: fedrl_body_add_polygon(handle, body.index, corners, Int32(corners.count), &raw))
  }

  /// - Parameters:
  ///   - halfSize: half its width and height, m.
  ///   - center: in the body's frame, m.
  ///   - angle: in the body's frame, rad.
  /// - Precondition: `halfSize` is more than 0 both ways.
  @discardableResult
  public mutating func addBox(
    to body: Body, halfSize: SIMD2<Float>, center: SIMD2<Float> = .zero, angle: Float = 0,
    _ material: Material
  ) -> Fixture {
    precondition(halfSize.x > 0 && halfSize.y > 0, "a box of half size \(halfSize)")
    var raw = material.raw
    return Fixture(
      index: fedrl_body_add_box(
        handle, body.index, halfSize.x, halfSize.y, center.raw, angle, &raw))
  }

  /// A line that collides on both sides.
  /// - Parameters:
  ///   - start, end: in the body's frame, m; not the same.
  @discardableResult
  public mutating func addEdge(
    to body: Body, from start: SIMD2<Float>, to end: SIMD2<Float>, _ material: Material
  ) -> Fixture {
    var raw = material.raw
    return Fixture(index: fedrl_body_add_edge(handle, body.index, start.raw, end.raw, &raw))
  }

  /// Lines that collide on their right-hand side only, smooth from one to the next: a counter-clockwise
  /// loop is solid from outside, a clockwise one holds what is in it.
  /// - Parameters:
  ///   - points: in the body's frame, m; a loop's last point is joined to its first. The chain must
  ///     not cross itself, which is not checked.
  ///   - isLoop: whether it is closed.
  /// - Precondition: there are at least two points (three for a loop), neighbours more than 5 mm
  ///   apart.
  /// - Complexity: O(points · log shapes).
  @discardableResult
  public mutating func addChain(
    to body: Body, points: [SIMD2<Float>], isLoop: Bool, _ material: Material
  ) -> Fixture {
    precondition(points.count >= (isLoop ? 3 : 2), "a chain of \(points.count) points")
    for index in points.indices.dropFirst(isLoop ? 0 : 1) {
      let before = points[index == 0 ? points.count - 1 : index - 1]
      let step = points[index] - before
      precondition(
        (step * step).sum() > 0.005 * 0.005,
        "points \(before) and \(points[index]) of a chain are nearer than 5 mm")
    }
    var raw = material.raw
    let vertices = points.map(\.raw)
    return Fixture(
      index: fedrl_body_add_chain(
        handle, body.index, vertices, Int32(vertices.count), isLoop, &raw))
  }
}

// MARK: - Joints

extension World {
  /// Joins two bodies by a hinge; bodies whose anchors are apart are pulled together by the next
  /// steps. The first body must not be the second.
  /// - Returns: its name, until one of the bodies is removed.
  public mutating func add(_ definition: RevoluteJointDefinition) -> Joint {
    var raw = fedrl_revolute_joint(
      body_a: definition.first.index, body_b: definition.second.index,
      anchor_a: definition.firstAnchor.raw, anchor_b: definition.secondAnchor.raw,
      reference_angle: definition.referenceAngle, has_limits: definition.limits != nil,
      has_motor: definition.motor != nil, collides: definition.collides,
      lower_angle: definition.limits?.lowerBound ?? 0,
      upper_angle: definition.limits?.upperBound ?? 0,
      motor_speed: definition.motor?.speed ?? 0,
      maximum_torque: definition.motor?.maximumTorque ?? 0,
      moves_as_in_2_3: definition.version == .box2D23)
    return Joint(index: fedrl_world_add_revolute_joint(handle, &raw))
  }

  /// Of the second body against the first, from the reference angle: rad, counter-clockwise, not
  /// wrapped.
  public func angle(of joint: Joint) -> Float { fedrl_joint_angle(handle, joint.index) }

  /// Of the second body against the first: rad/s, counter-clockwise.
  public func speed(of joint: Joint) -> Float { fedrl_joint_speed(handle, joint.index) }

  /// Sets what a joint's motor strives for; without effect on a joint that was defined without one.
  /// - Parameters:
  ///   - speed: of the second body against the first, rad/s.
  ///   - maximumTorque: N m, at least 0.
  public mutating func setMotor(of joint: Joint, speed: Float, maximumTorque: Float) {
    fedrl_joint_set_motor(handle, joint.index, speed, maximumTorque)
  }
}

// MARK: - Questions

extension World {
  /// Casts rays from one point and says how far each comes. They pass through shapes in which they
  /// start.
  /// - Parameters:
  ///   - origin: where all start, in world coordinates, m.
  ///   - ends: `[rays]`, where they would end, in world coordinates, m.
  ///   - mask: categories that stop them; sensors never do.
  ///   - ignored: a body that they pass through.
  ///   - fractions: `[rays]`, of the way to the end in `0...1`; 1 where nothing is met, or where
  ///     the ray has no length. There must be room for as many as `ends`, which is not checked.
  /// - Complexity: O(rays · log shapes), no allocation.
  public func castRays(
    from origin: SIMD2<Float>, to ends: UnsafeBufferPointer<SIMD2<Float>>, mask: UInt16 = 0xffff,
    ignoring ignored: Body? = nil, into fractions: UnsafeMutablePointer<Float>
  ) {
    // SIMD2<Float> and fedrl_point are both two floats one after the other.
    ends.withMemoryRebound(to: fedrl_point.self) {
      fedrl_world_cast_rays(
        handle, origin.raw, $0.baseAddress, Int32($0.count), mask, ignored?.index ?? -1, fractions)
    }
  }

  /// Whether a circle would touch a shape; a chain is only its line. Polygons, edges and chains
  /// have a skin of 1 cm here too.
  /// - Parameters:
  ///   - center: in world coordinates, m.
  ///   - radius: m, at least 0.
  ///   - mask: categories that count; sensors never do.
  ///   - ignored: a body that does not count.
  /// - Complexity: O(log shapes) and what is near; for each near piece of a chain all its points.
  public func circleTouches(
    center: SIMD2<Float>, radius: Float, mask: UInt16 = 0xffff, ignoring ignored: Body? = nil
  ) -> Bool {
    fedrl_world_circle_touches(handle, center.raw, radius, mask, ignored?.index ?? -1)
  }
}

// MARK: - Conversions

extension SIMD2<Float> {
  @inline(__always)
  var raw: fedrl_point { fedrl_point(x: x, y: y) }

  @inline(__always)
  init(_ raw: fedrl_point) { self.init(raw.x, raw.y) }
}

extension BodyState {
  @inline(__always)
  var raw: fedrl_body_state {
    fedrl_body_state(
      position: position.raw, angle: angle, velocity: velocity.raw,
      angular_velocity: angularVelocity)
  }

  var isFinite: Bool {
    position.x.isFinite && position.y.isFinite && angle.isFinite && velocity.x.isFinite
      && velocity.y.isFinite && angularVelocity.isFinite
  }
}
