import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// What an episode is about: where it starts, where it leads, what is in the way.
package struct EpisodePlan: Equatable {
  package var start = SIMD2<Float>.zero
  /// rad, towards +x.
  var tilt: Float = 0
  /// In order; one for all tasks but waypoints. Landing: the middle of the pad's surface.
  package var goals: [SIMD2<Float>] = []
  package var obstacles: [Obstacle] = []

  /// Free space about starts and goals, and between obstacles, m.
  private static let gap: Float = 0.4
  /// Of the middle of a standing drone over the ground: half its height and Box2D's skin, m.
  static let standing = DroneArena.halfHeight + 0.005
  /// Tries before something second best is taken.
  private static let tries = 100

  init() {}

  init(_ settings: DroneSettings, site: DroneSite, random: inout RandomStream) {
    switch settings.task {
    case .hover: planHover(settings, site, &random)
    case .waypoints: planWaypoints(settings, site, &random)
    case .landing: planLanding(settings, site, &random)
    case .corridor: planCorridor(site, &random)
    }
    let tilt = settings.startTilt
    self.tilt = Float(random.uniform(-tilt, tilt))
    placeObstacles(settings, site, &random)
  }

  private mutating func planHover(
    _ settings: DroneSettings, _ site: DroneSite, _ random: inout RandomStream
  ) {
    goals = [site.place(&random)]
    let spread = settings.startSpread
    for attempt in 0..<Self.tries {
      // Nearer and nearer, should there be little room.
      let reach = spread * (1 - Double(attempt) / Double(Self.tries))
      start =
        goals[0]
        + SIMD2(Float(random.uniform(-reach, reach)), Float(random.uniform(-reach, reach)))
      if site.isInside(start, margin: 0.3) && site.clearance(at: start) > 0.15
        && site.seesStraight(from: goals[0], to: start)
      {
        return
      }
    }
    start = goals[0]
  }

  private mutating func planWaypoints(
    _ settings: DroneSettings, _ site: DroneSite, _ random: inout RandomStream
  ) {
    start = Self.place(site, &random) { site.seesStraight(from: $0, to: $0) }
    var last = start
    for _ in 0..<settings.waypoints {
      last = Self.place(site, &random, from: last, 1...4)
      goals.append(last)
    }
  }

  private mutating func planLanding(
    _ settings: DroneSettings, _ site: DroneSite, _ random: inout RandomStream
  ) {
    let width = Float(settings.padWidth)
    func pad(under place: SIMD2<Float>) -> SIMD2<Float> {
      SIMD2(place.x, site.ground(under: place) + Self.standing)
    }
    start = Self.place(site, &random) { site.isLevel(under: $0, width: width) }
    if !site.isLevel(under: start, width: width), let place = site.levelPlace {
      start = place
    }
    goals = [pad(under: start)]
    // The start is anywhere from which the place over the pad can be seen.
    let over = start
    start = Self.place(site, &random, from: over, 0.5...4)
  }

  private mutating func planCorridor(_ site: DroneSite, _ random: inout RandomStream) {
    if let ends = site.ends {
      let shift = Double(site.high.y) / 2 - 0.75
      start = ends.start + SIMD2(0, Float(random.uniform(-shift, shift)))
      goals = [ends.goal + SIMD2(0, Float(random.uniform(-shift, shift)))]
      return
    }
    start = site.place(&random)
    goals = [Self.place(site, &random) { Self.distance($0, start) >= 2 }]
    // In a small map, chance may find nothing so far apart.
    if Self.distance(start, goals[0]) < 2 { (start, goals[0]) = site.farPair }
  }

  /// A place that will do, or the last one tried.
  private static func place(
    _ site: DroneSite, _ random: inout RandomStream, where isGood: (SIMD2<Float>) -> Bool
  ) -> SIMD2<Float> {
    var place = site.place(&random)
    for _ in 1..<tries where !isGood(place) { place = site.place(&random) }
    return place
  }

  /// A place that can be seen from another, at a distance within a range, m: any such, or, in large
  /// spaces where chance finds none, one about that place; where there is too little room, the farthest
  /// in sight that was tried.
  private static func place(
    _ site: DroneSite, _ random: inout RandomStream, from other: SIMD2<Float>,
    _ range: ClosedRange<Float>
  ) -> SIMD2<Float> {
    var farthest = other
    func isGood(_ place: SIMD2<Float>) -> Bool {
      let way = distance(place, other)
      guard way <= range.upperBound, site.seesStraight(from: other, to: place) else { return false }
      if way > distance(farthest, other) { farthest = place }
      return way >= range.lowerBound
    }
    let found = place(site, &random, where: isGood)
    if isGood(found) { return found }
    for _ in 0..<tries {
      let angle = random.uniform(-.pi, .pi)
      let reach = random.uniform(Double(range.lowerBound), Double(range.upperBound))
      let near = other + SIMD2(Float(reach * cos(angle)), Float(reach * sin(angle)))
      if site.isInside(near, margin: 0.3), site.clearance(at: near) >= MapRoom.leastRoom,
        isGood(near)
      {
        return near
      }
    }
    return farthest
  }

  private mutating func placeObstacles(
    _ settings: DroneSettings, _ site: DroneSite, _ random: inout RandomStream
  ) {
    for _ in 0..<Self.obstacleCount(settings, site) {
      for _ in 0..<20 {
        let obstacle = Self.obstacle(settings, site, &random)
        if hasRoom(for: obstacle, site) {
          obstacles.append(obstacle)
          break
        }
      }
    }
  }

  /// How many obstacles a site should have.
  static func obstacleCount(_ settings: DroneSettings, _ site: DroneSite) -> Int {
    Int((settings.obstacleDensity * Double(site.freeArea)).rounded())
  }

  private static func obstacle(
    _ settings: DroneSettings, _ site: DroneSite, _ random: inout RandomStream
  ) -> Obstacle {
    let size = Float(settings.obstacleSize * random.uniform(0.5, 1.5))
    let isBox =
      switch settings.obstacleShape {
      case .circles: false
      case .boxes: true
      case .mixed: random.uniform() < 0.5
      }
    return Obstacle(center: site.place(&random), size: size, isBox: isBox)
  }

  /// Whether an obstacle leaves a way to the others, and starts and goals alone; it may stand by a wall.
  private func hasRoom(for obstacle: Obstacle, _ site: DroneSite) -> Bool {
    if obstacle.distance(to: start) < Self.gap { return false }
    for goal in goals where obstacle.distance(to: goal) < Self.gap { return false }
    // A circle about it, corners and all.
    let reach = obstacle.isBox ? obstacle.size * Float(2).squareRoot() : obstacle.size
    for other in obstacles where other.distance(to: obstacle.center) < reach + Self.gap {
      return false
    }
    return true
  }

  static func distance(_ a: SIMD2<Float>, _ b: SIMD2<Float>) -> Float {
    ((a - b) * (a - b)).sum().squareRoot()
  }
}
