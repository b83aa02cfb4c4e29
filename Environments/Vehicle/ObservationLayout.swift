import FedRLCore

/// Where everything stands in a row of observations.
struct ObservationLayout: Sendable, BitwiseCopyable {
  /// First index of each part; a part may be empty.
  let grip, place, curvature, cars, rays: Int
  let pointCount, carCount, rayCount: Int
  let count: Int
  /// `lidar_rays`, whether observed or not.
  let allRays: Int

  /// Speed, steering, yaw rate, slip: always the first four.
  static let motionCount = 4
  /// Offset, heading's sine and cosine, the road's half width.
  static let placeCount = 4
  static let carWidth = 4

  init(_ settings: VehicleSettings) {
    let hasTrack = settings.observation != .lidar
    let hasRays = settings.observation != .track
    grip = Self.motionCount
    place = grip + (settings.observesGrip ? 1 : 0)
    curvature = place + (hasTrack ? Self.placeCount : 0)
    pointCount = hasTrack ? settings.lookAheadPoints : 0
    cars = curvature + pointCount
    carCount = hasTrack ? settings.observedCars : 0
    rays = cars + carCount * Self.carWidth
    rayCount = hasRays ? settings.lidarRays : 0
    count = rays + rayCount
    allRays = settings.lidarRays
  }

  var hasGrip: Bool { place > grip }
  var hasTrack: Bool { curvature > place }

  func space() -> BoxSpace {
    var names = ["speed", "steering", "yaw_rate", "slip"]
    var low: [Float] = [-2, -1, -2, -2]
    var high: [Float] = [2, 1, 2, 2]
    func add(_ name: String, _ bounds: ClosedRange<Float>) {
      names.append(name)
      low.append(bounds.lowerBound)
      high.append(bounds.upperBound)
    }
    if hasGrip { add("grip", 0...2) }
    if hasTrack {
      add("offset", -3...3)
      add("heading_sine", -1...1)
      add("heading_cosine", -1...1)
      add("half_width", 0...5)
      for index in 0..<pointCount { add("curvature.\(index)", -3...3) }
      for index in 0..<carCount {
        add("car.\(index).present", 0...1)
        add("car.\(index).ahead", -1...1)
        add("car.\(index).aside", -3...3)
        add("car.\(index).speed", -2...2)
      }
    }
    for index in 0..<rayCount { add("lidar.\(index)", 0...1) }
    return BoxSpace(shape: [count], low: low, high: high, names: names)
  }
}
