public import FedRLCore
import FedRLMaps

#if canImport(Glibc)
  import Glibc
#endif

/// A configured car on a circuit: everything that does not change while it drives.
public final class VehiclePlan: Sendable {
  public let settings: VehicleSettings
  public let world: VehicleWorld
  public let parameters: VehicleParameters
  public let specification: EnvironmentSpecification
  /// How fast the world's line can be driven at the limit of friction.
  public let profile: SpeedProfile
  /// The scripted driver's line and speed.
  package let driverProfile: SpeedProfile
  let course: Course
  let layout: ObservationLayout
  let kernel: VehicleKernel
  /// `[2, lidarRays]`: cosines, then sines, of the rays against the car's front.
  nonisolated(unsafe) let rays: UnsafeMutablePointer<Float>

  /// - Throws: `EnvironmentError` where the car or its traffic finds no room on the track.
  public init(settings: VehicleSettings, world: VehicleWorld) throws {
    let parameters = settings.parameters
    self.settings = settings
    self.world = world
    self.parameters = parameters
    layout = ObservationLayout(settings)
    kernel = VehicleKernel(settings, parameters, isOpen: !world.center.isClosed)
    course = Course(world.center, carLength: parameters.length)
    try Self.checkRoom(settings, world, parameters)
    let model = kernel.model
    func engine(_ speed: Double) -> Double {
      model.limited(acceleration: .greatestFiniteMagnitude, at: speed)
    }
    let friction = parameters.friction * SingleTrack.gravity
    profile = SpeedProfile(
      world.line, grip: friction, maximumSpeed: parameters.maximumSpeed,
      braking: parameters.maximumAcceleration, acceleration: engine)
    // Choices hold a line too loosely for one that comes to the edges.
    let driverLine =
      settings.actions == .discrete
      ? world.center : DriverLine.make(world, parameters)
    driverProfile = SpeedProfile(
      driverLine, grip: PurePursuit.grip(settings) * friction,
      maximumSpeed: min(parameters.maximumSpeed, PurePursuit.steadySpeed(settings, parameters)),
      braking: PurePursuit.braking(parameters),
      acceleration: { PurePursuit.push * engine($0) })
    specification = EnvironmentSpecification(
      name: "vehicle", observations: layout.space(), actions: Self.actions(settings, parameters),
      controlPeriodSeconds: settings.actionPeriod, maximumEpisodeSteps: settings.maximumSteps,
      metrics: VehicleMetrics.definitions, listMetrics: VehicleMetrics.listDefinitions)
    let count = settings.lidarRays
    let fieldOfView = settings.lidarFieldOfView * .pi / 180
    rays = .allocate(capacity: 2 * count)
    for ray in 0..<count {
      let share = count > 1 ? Double(ray) / Double(count - 1) - 0.5 : 0
      (rays + ray).initialize(to: Float(cos(share * fieldOfView)))
      (rays + count + ray).initialize(to: Float(sin(share * fieldOfView)))
    }
    try checkStart()
  }

  deinit { rays.deallocate() }

  /// To a millimetre.
  private static func short(_ metres: Double) -> String { "\((metres * 1000).rounded() / 1000)" }

  private static func checkRoom(
    _ settings: VehicleSettings, _ world: VehicleWorld, _ car: VehicleParameters
  ) throws {
    let narrowest = (0..<world.center.count).map {
      world.center[$0].left + world.center[$0].right
    }.min()!
    guard narrowest > 1.2 * car.width else {
      throw EnvironmentError(
        setting: "track",
        "\(world.track.name) is \(short(narrowest)) m wide at its narrowest: expected more than "
          + "\(short(1.2 * car.width)) m for the car \(settings.vehicle.rawValue)")
    }
    guard world.center.isClosed || world.center.length >= 10 * car.length else {
      throw EnvironmentError(
        setting: "track",
        "\(world.track.name) is \(short(world.center.length)) m long: expected an open road of at least "
          + "\(short(10 * car.length)) m for the car \(settings.vehicle.rawValue)")
    }
    let room = 2 * (settings.effectiveTrafficDistance + car.length)
    let most = max(Int(world.center.length / room) - 1, 0)
    guard settings.traffic <= most else {
      throw EnvironmentError(
        setting: "traffic",
        "expected at most \(most) cars on the \(Int(world.center.length)) m of \(world.track.name), "
          + "got \(settings.traffic)")
    }
  }

  /// Refuses walls in which most cars, or the one at the line, would start.
  private func checkStart() throws {
    let center = world.center
    let walls = world.grid.reader
    func isClear(_ s: Double) -> Bool {
      let place = center.place(at: s)
      return [0, place.middle].contains { offset in
        isOpen(from: place, to: offset)
          && !walls.touches(
            Float(place.x - place.tangentY * offset), Float(place.y + place.tangentX * offset),
            Float(place.tangentX), Float(place.tangentY),
            halfLength: Float(kernel.halfLength + VehicleKernel.leastRoomAtStart),
            halfWidth: Float(kernel.halfWidth + VehicleKernel.leastRoomAtStart))
      }
    }
    let (low, high) = course.starts
    let places =
      settings.start == .line
      ? [course.line] : (0..<200).map { low + (high - low) * (Double($0) + 0.5) / 200 }
    let clear = places.filter(isClear)
    guard 2 * clear.count >= places.count else {
      let wall = places.first { !isClear($0) }!
      throw EnvironmentError(
        setting: "start",
        "\(world.track.name): expected room amid the road for the car \(settings.vehicle.rawValue), found a "
          + "wall in its way \(Self.short(wall)) m from the first point"
          + (places.count > 1
            ? " and in \(places.count - clear.count) of \(places.count) places" : ""))
    }
  }

  /// Whether no wall stands between the centre line and a place beside it, m to the left.
  func isOpen(from place: PathPlace, to offset: Double) -> Bool {
    let way = Float(offset.magnitude)
    let side = Float(offset < 0 ? -1 : 1)
    return world.grid.reader.cast(
      Float(place.x), Float(place.y), -side * Float(place.tangentY), side * Float(place.tangentX),
      limit: way) >= way
  }

  private static func actions(_ settings: VehicleSettings, _ car: VehicleParameters) -> ActionSpace
  {
    switch settings.actions {
    case .discrete: return .discrete(count: 9)
    case .continuous:
      let high = [Float(car.maximumSteering), Float(car.maximumAcceleration)]
      return .box(
        BoxSpace(
          shape: [2], low: high.map { -$0 }, high: high, names: ["steering", "acceleration"]))
    }
  }
}

/// Where a car starts and when it has been round, in lengths along the centre line.
struct Course: Sendable {
  /// m
  private let roadLength: Double
  /// Of an open road: where cars start and what they are to reach, clear of its ends, m.
  private let ends: (start: Double, finish: Double)?

  init(_ center: TrackPath, carLength: Double) {
    roadLength = center.length
    ends = center.isClosed ? nil : (2 * carLength, center.length - 2 * carLength)
  }

  var line: Double { ends?.start ?? 0 }

  /// What starts are drawn from: all of a circuit; of an open road the first half, so that there is
  /// something left to drive.
  var starts: (low: Double, high: Double) {
    ends.map { ($0.start, ($0.start + $0.finish) / 2) } ?? (0, roadLength)
  }

  /// What a lap is from a start: once round, or to the finish, m.
  func length(from s: Double) -> Double { ends.map { $0.finish - s } ?? roadLength }
}

/// The plan's numbers as a step needs them: plain values, so that passing them costs nothing.
struct VehicleKernel: Sendable, BitwiseCopyable {
  let model: SingleTrack
  let tires: TireForces
  let usesTires: Bool
  let substep: Double
  let substeps, delay: Int
  let maximumSteering, maximumSteeringRate, maximumAcceleration: Double
  let minimumSpeed, maximumSpeed: Double
  /// Half the body's size, the distance of its middle before the centre of mass, and its circle, m.
  let halfLength, halfWidth, middle, radius: Double
  let wheelbase: Double
  /// μ, as it is observed.
  let grip: Float
  let lidarMount: Float
  let lidarRange, lidarNoise: Float
  let overLidarScale: Float
  let overSpeedScale, overYawScale, overCurvatureScale: Double
  let lookAhead: Double
  let progressWeight, steeringWeight, collisionReward, offTrackReward, lapReward: Double
  let collisionEnds, offTrackEnds, isDiscrete: Bool
  /// The lap that ends an episode; 0 for none.
  let lastLap: Int
  let driver: DriverModel

  /// What slip angles are divided by, rad (proposal).
  static let slipScale = 0.5
  /// How much nearer than touching Box2D takes over, m: more than both skins, of 1 cm each.
  static let skin = 0.03
  /// To walls from a car that starts, and where the road is hardly wider than it, m (proposal): a contact
  /// begins at 2 cm.
  static let roomAtStart = 0.05
  static let leastRoomAtStart = 0.021

  init(_ settings: VehicleSettings, _ car: VehicleParameters, isOpen: Bool) {
    model = SingleTrack(
      car, form: settings.model.form, reversesKinematically: true, substep: settings.substep)
    tires = TireForces(car, model: model)
    usesTires = settings.model == .box2dTires
    substep = settings.substep
    substeps = settings.substepCount
    delay = settings.delayCount
    maximumSteering = car.maximumSteering
    maximumSteeringRate = car.maximumSteeringRate
    maximumAcceleration = car.maximumAcceleration
    minimumSpeed = car.minimumSpeed
    maximumSpeed = car.maximumSpeed
    halfLength = car.length / 2
    halfWidth = car.width / 2
    middle = car.bodyMiddle
    radius = (car.length * car.length + car.width * car.width).squareRoot() / 2
    grip = Float(car.friction)
    lidarMount = Float(car.lidarMount)
    lidarRange = Float(settings.effectiveLidarRange)
    lidarNoise = Float(settings.lidarNoise)
    overLidarScale = 1 / Float(settings.effectiveLidarScale)
    overSpeedScale = 1 / settings.effectiveSpeedScale
    // Of the unloaded car of that name, so that a fleet's scales agree.
    let plain = settings.vehicle.parameters
    let tightest = tan(plain.maximumSteering) / plain.wheelbase
    overCurvatureScale = 1 / tightest
    // The yaw rate that full friction allows at a quarter of the speed scale.
    overYawScale = settings.effectiveSpeedScale / 4 / (plain.friction * SingleTrack.gravity)
    lookAhead = settings.effectiveLookAhead
    progressWeight =
      settings.rewardProgress / (settings.effectiveReferenceSpeed * settings.actionPeriod)
    steeringWeight =
      settings.rewardSteering / (plain.maximumSteeringRate * settings.actionPeriod)
    collisionReward = settings.rewardCollision
    offTrackReward = settings.rewardOffTrack
    lapReward = settings.rewardLap
    collisionEnds = settings.collisionEnds
    offTrackEnds = settings.offTrackEnds
    isDiscrete = settings.actions == .discrete
    lastLap = isOpen ? 1 : settings.laps
    wheelbase = car.wheelbase
    var driver = DriverModel(distance: settings.effectiveTrafficDistance)
    driver.timeGap = settings.trafficTimeGap
    self.driver = driver
  }
}
