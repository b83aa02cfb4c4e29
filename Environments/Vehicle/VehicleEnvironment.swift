public import FedRLCore
import FedRLNumerics
import FedRLBox2D
import FedRLMaps

#if canImport(Glibc)
  import Glibc
#endif

/// A car that laps a circuit. See the folder's README for the spaces, the reward and the ends.
///
/// The car moves by Runge–Kutta in `Double`; where something is within its reach, the velocity of
/// that step is handed to its Box2D body, and what Box2D makes of it is taken back. Rays are cast
/// on the walls' edges directly.
public struct VehicleEnvironment: Environment, ~Copyable {
  public let plan: VehiclePlan
  let kernel: VehicleKernel
  let layout: ObservationLayout
  /// Those of the plan's world, held by `plan`.
  let walls: WallGrid.Reader
  let center: TrackPath

  var world: World
  var carBody, wallBody: Body
  /// `[traffic]`, in order of creation.
  let trafficBodies: UnsafeMutablePointer<Body>
  let traffic: UnsafeMutablePointer<TrafficCar>
  let trafficCount: Int

  package var car = CarState(x: 0, y: 0)
  var random = RandomStream(seed: 0)
  var delay = SteeringDelay()
  var metrics: VehicleMetrics
  /// The sample of the centre line nearest to the car.
  var sample = 0
  var projection = PathProjection(s: 0, offset: 0)
  var isOffTrack = false
  /// Collisions of the car that began in the running step.
  var newCollisions = 0
  /// A collision begins with the first edge of a wall, and with every car.
  var touched = Touched.none
  /// `[lidarRays]`, m: the last scan, for drawings.
  let scan: UnsafeMutablePointer<Float>
  /// `[lapCapacity]`, s.
  private let laps: UnsafeMutablePointer<Double>
  private static let lapCapacity = 1024

  /// What the car drove in the episode so far, m.
  package var distance: Double { metrics.distance }

  public var specification: EnvironmentSpecification { plan.specification }
  public var byteCount: Int {
    world.byteCount + Self.lapCapacity * MemoryLayout<Double>.stride
      + plan.settings.lidarRays * MemoryLayout<Float>.stride
      + trafficCount * (MemoryLayout<TrafficCar>.stride + MemoryLayout<Body>.stride)
  }

  public init(_ plan: VehiclePlan) {
    self.plan = plan
    kernel = plan.kernel
    layout = plan.layout
    walls = plan.world.grid.reader
    center = plan.world.center
    trafficCount = plan.settings.traffic
    traffic = .allocate(capacity: max(trafficCount, 1))
    traffic.initialize(
      repeating: TrafficCar(s: 0, speed: 0, desiredSpeed: 1), count: max(trafficCount, 1))
    trafficBodies = .allocate(capacity: max(trafficCount, 1))
    scan = .allocate(capacity: plan.settings.lidarRays)
    scan.initialize(repeating: 0, count: plan.settings.lidarRays)
    laps = .allocate(capacity: Self.lapCapacity)
    laps.initialize(repeating: 0, count: Self.lapCapacity)
    metrics = VehicleMetrics(length: plan.world.center.length)
    world = World(gravity: .zero)
    carBody = world.add(BodyDefinition(.dynamic, at: BodyState(position: .zero)))
    wallBody = carBody
    for index in 0..<max(trafficCount, 1) { (trafficBodies + index).initialize(to: carBody) }
  }

  deinit {
    traffic.deallocate()
    trafficBodies.deallocate()
    scan.deallocate()
    laps.deallocate()
  }

  public mutating func reset(seed: UInt64, into observation: inout MutableSpan<Float>) {
    random = RandomStream(seed: seed)
    var start = random.split("start")
    placeCar(&start)
    var others = random.split("traffic")
    placeTraffic(&others)
    makeWorld()
    delay.clear()
    touched = .none
    metrics = VehicleMetrics(length: plan.course.length(from: projection.s))
    isOffTrack = false
    observe(into: &observation)
  }

  public mutating func step(_ action: Span<Float>, into observation: inout MutableSpan<Float>)
    -> StepOutcome
  {
    let (steering, acceleration) = command(action)
    let steeringBefore = car.steering
    newCollisions = 0
    decideTraffic()
    var steps = 0
    while steps < kernel.substeps {
      let target = delay.pass(steering, count: kernel.delay)
      for index in 0..<trafficCount { traffic[index].advance(kernel.substep, on: center) }
      move(steering: target, acceleration: acceleration)
      steps += 1
      if newCollisions > 0 && kernel.collisionEnds { break }
    }
    let outcome = judge(
      seconds: Double(steps) * kernel.substep, turned: (car.steering - steeringBefore).magnitude)
    observe(into: &observation)
    return outcome
  }

  /// Target steering angle, rad, and acceleration, m/s².
  private func command(_ action: Span<Float>) -> (steering: Double, acceleration: Double) {
    guard kernel.isDiscrete else {
      for index in 0..<2 {
        precondition(action[index].isFinite, "vehicle: action \(index) is \(action[index])")
      }
      return (Double(action[0]), Double(action[1]))
    }
    let choice = action[0].choice(of: 9, in: "vehicle")
    // Left to right, braking to accelerating.
    return (
      Double(1 - choice / 3) * kernel.maximumSteering,
      Double(choice % 3 - 1) * kernel.maximumAcceleration
    )
  }

  /// Progress, laps, reward and end of the step that was just driven.
  private mutating func judge(seconds: Double, turned: Double) -> StepOutcome {
    let before = projection.s
    projection = center.project(x: car.x, y: car.y, from: &sample)
    let way = center.difference(from: before, to: projection.s)
    metrics.time += seconds
    metrics.collisions += newCollisions
    let laps = metrics.laps.advance(by: way, to: metrics.time, in: seconds)
    if laps > 0 { noteLap() }
    let room = center.place(at: projection.s)
    let isOut = projection.offset > room.left || projection.offset < -room.right
    let left = isOut && !isOffTrack
    isOffTrack = isOut
    if left { metrics.offTracks += 1 }
    noteTimeToCollision()

    var reward = kernel.progressWeight * way + kernel.steeringWeight * turned
    reward += kernel.collisionReward * Double(newCollisions) + kernel.lapReward * Double(laps)
    if left { reward += kernel.offTrackReward }
    let isOver =
      (newCollisions > 0 && kernel.collisionEnds) || (isOut && kernel.offTrackEnds)
      || (kernel.lastLap > 0 && metrics.laps.count >= kernel.lastLap)
    return StepOutcome(reward: Float(reward), end: isOver ? .terminated : .none)
  }

  private func noteLap() {
    let place = metrics.laps.count - 1
    if place < Self.lapCapacity { laps[place] = metrics.laps.lastLap }
  }

  /// Times of the episode's laps so far in order, s; of the first 1,024.
  public func appendListMetric(_ index: Int, to values: inout [Double]) {
    values.append(
      contentsOf: UnsafeBufferPointer(
        start: laps, count: min(metrics.laps.count, Self.lapCapacity)))
  }

  public func writeMetrics(into values: inout MutableSpan<Double>) {
    // How long a part of an open road takes at the limit is not known.
    metrics.write(lineLap: center.isClosed ? plan.profile.lapTime : .nan, into: &values)
  }
}
