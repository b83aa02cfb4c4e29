internal import CBox2D

/// Where a body is and how it moves. SI units, radians, y up.
public struct BodyState: Sendable, Equatable, BitwiseCopyable {
  /// Of the body's origin, m.
  public var position: SIMD2<Float>
  /// rad, counter-clockwise; not wrapped.
  public var angle: Float
  /// Of the centre of mass, m/s.
  public var velocity: SIMD2<Float>
  /// rad/s
  public var angularVelocity: Float

  /// At rest and upright unless told otherwise: m, rad, m/s, rad/s.
  @inlinable
  public init(
    position: SIMD2<Float>, angle: Float = 0, velocity: SIMD2<Float> = .zero,
    angularVelocity: Float = 0
  ) {
    self.position = position
    self.angle = angle
    self.velocity = velocity
    self.angularVelocity = angularVelocity
  }
}

/// How a body takes part in the world.
public enum BodyMotion: Int32, Sendable {
  /// Does not move: walls, ground.
  case fixed = 0
  /// Moves as it is told, whatever it meets.
  case kinematic = 1
  /// Moves by forces and contacts.
  case dynamic = 2
}

/// What a body starts as.
public struct BodyDefinition: Sendable, Equatable {
  /// Whether forces, its own velocity or nothing moves it.
  public var motion = BodyMotion.dynamic
  /// Where it is and how it moves at first; finite.
  public var state: BodyState
  /// 1/s, at least 0: velocity falls by `1 / (1 + c Δt)` a step.
  public var linearDamping: Float = 0
  /// 1/s, at least 0: the same of the angular velocity.
  public var angularDamping: Float = 0
  /// What the world's gravity is multiplied by for this body; 0 for none.
  public var gravityScale: Float = 1
  /// Whether it may fall asleep, in a world that allows it; see ``World/isAwake(_:)``.
  public var allowsSleep = true
  /// Whether neither torque nor contact turns it; its inertia reads 0 and counts as infinite.
  public var hasFixedRotation = false
  /// Whether fast motion is checked against other moving bodies too, not only against fixed ones.
  public var isBullet = false

  /// A body without damping, under the world's gravity.
  public init(_ motion: BodyMotion, at state: BodyState) {
    self.motion = motion
    self.state = state
  }
}

/// Of a body's shape: what it weighs, how it rubs and bounces, and what it meets.
public struct Material: Sendable, Equatable {
  /// kg/m², at least 0; 0 adds no mass.
  public var density: Float
  /// Coulomb's coefficient, at least 0; a contact has the geometric mean of the two.
  public var friction: Float
  /// Share of the approach speed that comes back, in `0...1`; a contact has the larger of the two.
  public var restitution: Float
  /// m/s: slower impacts do not bounce.
  public var restitutionThreshold: Float = 1
  /// What this shape is, as bits.
  public var category: UInt16 = 1
  /// What it meets: two shapes collide if each is in the other's mask.
  public var mask: UInt16 = 0xffff
  /// Shapes of one negative group never meet, of one positive group always.
  public var group: Int16 = 0
  /// A sensor notices contacts and does not hinder.
  public var isSensor = false

  /// Meets everything; without density (kg/m²) it weighs nothing.
  public init(density: Float = 0, friction: Float = 0.2, restitution: Float = 0) {
    self.density = density
    self.friction = friction
    self.restitution = restitution
  }

  var raw: fedrl_material {
    fedrl_material(
      density: density, friction: friction, restitution: restitution,
      restitution_threshold: restitutionThreshold, category: category, mask: mask, group: group,
      is_sensor: isSensor)
  }
}

/// Mass and inertia of a body.
public struct MassProperties: Sendable, Equatable {
  /// kg
  public var mass: Float
  /// Centre of mass in the body's frame, m.
  public var center: SIMD2<Float>
  /// About the centre of mass, kg m².
  public var inertia: Float

  /// kg; the centre of mass in the body's frame, m; kg m² about it.
  public init(mass: Float, center: SIMD2<Float> = .zero, inertia: Float) {
    self.mass = mass
    self.center = center
    self.inertia = inertia
  }
}

/// A hinge between two bodies, with limits and a motor where asked for.
public struct RevoluteJointDefinition: Sendable, Equatable {
  /// Two different bodies of one world.
  public var first, second: Body
  /// In the bodies' frames, m.
  public var firstAnchor, secondAnchor: SIMD2<Float>
  /// The second body's angle against the first that counts as 0, rad.
  public var referenceAngle: Float = 0
  /// What the angle is kept in, rad from the reference angle; `nil`: anything.
  public var limits: ClosedRange<Float>?
  /// The speed that it strives for, rad/s, and with how much torque at most, N m; `nil`: none.
  public var motor: (speed: Float, maximumTorque: Float)?
  /// Whether the two bodies collide with each other.
  public var collides = false
  /// Whose joint it moves like.
  public var version = Version.box2D24

  /// The two differ at limits.
  public enum Version: Sendable, Hashable {
    /// Box2D 2.4, which stops a joint before it passes a limit.
    case box2D24
    /// Box2D 2.3, and pybox2d with it, which lets a joint pass a limit by some 2° and solves it together
    /// with the hinge. Gymnasium's worlds move, and come to rest, as they do with this one.
    case box2D23
  }

  /// A hinge without limits and motor.
  /// - Parameters:
  ///   - firstAnchor, secondAnchor: the hinge's place in the two bodies' frames, m.
  public init(
    _ first: Body, at firstAnchor: SIMD2<Float>, _ second: Body, at secondAnchor: SIMD2<Float>
  ) {
    self.first = first
    self.second = second
    self.firstAnchor = firstAnchor
    self.secondAnchor = secondAnchor
  }

  /// Whether all is equal; written out because of the motor, a tuple.
  public static func == (a: Self, b: Self) -> Bool {
    a.first == b.first && a.second == b.second && a.firstAnchor == b.firstAnchor
      && a.secondAnchor == b.secondAnchor && a.referenceAngle == b.referenceAngle
      && a.limits == b.limits && a.motor?.speed == b.motor?.speed
      && a.motor?.maximumTorque == b.motor?.maximumTorque && a.collides == b.collides
      && a.version == b.version
  }
}

/// A body of a ``World``: its index, in order of creation.
public struct Body: Sendable, Hashable, BitwiseCopyable {
  /// Counts from 0; not used again after the body is removed.
  public let index: Int32
  @inlinable
  init(index: Int32) { self.index = index }
}

/// A shape of a body: its index in the world, in order of creation.
public struct Fixture: Sendable, Hashable, BitwiseCopyable {
  /// Counts from 0, over all bodies.
  public let index: Int32
}

/// A joint of a world: its index, in order of creation.
public struct Joint: Sendable, Hashable, BitwiseCopyable {
  let index: Int32
}

/// A contact that began or ended in the last step. `first` was created before `second`.
public struct ContactEvent: Sendable, Equatable, BitwiseCopyable {
  /// The two bodies.
  public let first, second: Body
  /// Their shapes that met or parted.
  public let firstFixture, secondFixture: Fixture
  /// Whether it began; else it ended.
  public let began: Bool
  /// Where it began, m, and the unit normal from the first to the second body, in world axes; zero
  /// for sensors and ends.
  public let point, normal: SIMD2<Float>
  /// How fast the surfaces came together along the normal, m/s; at least 0.
  public let approachSpeed: Float
  /// Counts the events of a step in the order in which Box2D told of them.
  public let sequence: Int32
}
