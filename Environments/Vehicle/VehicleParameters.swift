/// What a car is: the parameters of CommonRoad's single-track model, its size, and its lidar's
/// place.
///
/// SI units. Cornering stiffness is per unit of axle load and of friction, as CommonRoad has it:
/// lateral force = μ C F_z α.
public struct VehicleParameters: Sendable, Equatable {
  /// μ
  public var friction: Double
  /// C_S of the front and rear axle, 1/rad.
  public var frontStiffness, rearStiffness: Double
  /// From the centre of mass to the axles, l_f and l_r, m.
  public var frontAxle, rearAxle: Double
  /// Height of the centre of mass, m.
  public var centerHeight: Double
  /// kg and kg m²
  public var mass, inertia: Double
  /// m
  public var length, width: Double
  /// Greatest steering angle to either side, rad, and its greatest rate, rad/s.
  public var maximumSteering, maximumSteeringRate: Double
  /// Above this speed acceleration is limited by power, m/s.
  public var switchSpeed: Double
  /// m/s²
  public var maximumAcceleration: Double
  /// m/s
  public var minimumSpeed, maximumSpeed: Double
  /// Of the lidar before the centre of mass, m.
  public var lidarMount: Double

  /// l_f + l_r, m.
  public var wheelbase: Double { frontAxle + rearAxle }
  /// Of the body's middle before the centre of mass, m: the middle between the axles.
  public var bodyMiddle: Double { (frontAxle - rearAxle) / 2 }

  /// The F1TENTH car of 1:10 (F1TENTH gym).
  public static let f1tenth = VehicleParameters(
    friction: 1.0489, frontStiffness: 4.718, rearStiffness: 5.4562, frontAxle: 0.15875,
    rearAxle: 0.17145, centerHeight: 0.074, mass: 3.74, inertia: 0.04712, length: 0.58,
    width: 0.31, maximumSteering: 0.4189, maximumSteeringRate: 3.2, switchSpeed: 7.319,
    maximumAcceleration: 9.51, minimumSpeed: -5, maximumSpeed: 20, lidarMount: 0.275)

  /// The BMW 320i, CommonRoad's vehicle 2, whose file has feet, slugs and pounds. It has no lidar:
  /// 1.9 m is ours (proposal).
  public static let bmw320i = VehicleParameters(
    friction: 1.0489, frontStiffness: 21.92 / 1.0489, rearStiffness: 21.92 / 1.0489,
    frontAxle: 0.3048 * 3.793293, rearAxle: 0.3048 * 4.667707, centerHeight: 0.3048 * 2.01355,
    mass: 4.4482216152605 / 0.3048 * 74.91452, inertia: 4.4482216152605 * 0.3048 * 1321.416,
    length: 4.508, width: 1.610, maximumSteering: 1.066, maximumSteeringRate: 0.4,
    switchSpeed: 7.319, maximumAcceleration: 11.5, minimumSpeed: -13.6, maximumSpeed: 50.8,
    lidarMount: 1.9)

  /// Heavier in all its parts, with the same engine and brakes: their forces move more mass.
  public mutating func scaleMass(by factor: Double) {
    mass *= factor
    inertia *= factor
    maximumAcceleration /= factor
  }

  /// Carries a load over the rear axle, which moves the centre of mass back.
  /// - Parameter load: kg, at least 0.
  public mutating func add(loadOverRearAxle load: Double) {
    let shift = load * rearAxle / (mass + load)
    let left = rearAxle - shift
    inertia += mass * shift * shift + load * left * left
    mass += load
    frontAxle += shift
    rearAxle = left
    lidarMount += shift
  }

  /// K of `δ = κ (L + K v²)`: how much more steering a faster turn takes, s²/m; from the axles' loads
  /// at an acceleration in m/s², none taken for less than a tenth of what it is at rest.
  public func understeer(acceleration: Double = 0) -> Double {
    let (front, rear) = (SingleTrack.gravity * rearAxle, SingleTrack.gravity * frontAxle)
    let shift = min(max(acceleration * centerHeight, -0.9 * rear), 0.9 * front)
    return
      (rearAxle / (frontStiffness * (front - shift)) - frontAxle / (rearStiffness * (rear + shift)))
      / friction
  }

  /// Yaw rate of a steady turn of the single-track model, `v δ / (L + K v²)`, rad/s.
  ///
  /// - Parameters:
  ///   - speed: m/s.
  ///   - steering: rad.
  public func steadyYawRate(speed: Double, steering: Double) -> Double {
    speed * steering / (wheelbase + understeer() * speed * speed)
  }
}
