import FedRLMaps

#if canImport(Glibc)
  import Glibc
#endif

extension VehicleEnvironment {
  /// What a car of the traffic wants to drive, with the bend it is in and the one ahead.
  func desiredSpeed(of index: Int) -> Double {
    let other = traffic[index]
    let here = center.wrapped(other.s)
    let ahead = here + other.speed * kernel.driver.timeGap / 2
    let bend = max(center.curvature(at: here).magnitude, center.curvature(at: ahead).magnitude)
    let slowest = (kernel.driver.lateral / max(bend, 1e-9)).squareRoot()
    return min(other.desiredSpeed, slowest)
  }

  /// Accelerations for this control period, from where everybody is now.
  mutating func decideTraffic() {
    for index in 0..<trafficCount {
      let (gap, speed) = leader(of: index)
      traffic[index].acceleration = kernel.driver.acceleration(
        speed: traffic[index].speed, desired: desiredSpeed(of: index), gap: gap, leaderSpeed: speed)
    }
  }

  /// Gap from middle to middle, and speed, of the next car ahead of a car of the traffic; the car
  /// that the policy drives counts where it is on the road.
  private func leader(of index: Int) -> (gap: Double, speed: Double) {
    let length = center.length
    var (gap, speed) = (Double.infinity, 0.0)
    for other in 0..<trafficCount where other != index {
      let way = center.wrapped(traffic[other].s - traffic[index].s)
      if way < gap { (gap, speed) = (way, traffic[other].speed) }
    }
    let way = center.wrapped(projection.s - traffic[index].s)
    if !isOffTrack && way < gap && way < length / 2 { (gap, speed) = (way, alongSpeed()) }
    return (gap, speed)
  }

  /// Speed of the car along the centre line, m/s.
  func alongSpeed() -> Double {
    let place = center.place(at: projection.s)
    let direction = car.yaw + car.slip
    return car.speed * (cos(direction) * place.tangentX + sin(direction) * place.tangentY)
  }

  /// Gap over closing speed to the next car ahead in the car's own path.
  mutating func noteTimeToCollision() {
    guard trafficCount > 0 else { return }
    let speed = alongSpeed()
    for index in 0..<trafficCount {
      let way = center.difference(from: projection.s, to: center.wrapped(traffic[index].s))
      let closing = speed - traffic[index].speed
      // The traffic drives on the centre line.
      guard way > 0, closing > 0, projection.offset.magnitude < 2 * kernel.halfWidth else {
        continue
      }
      let gap = max(way - 2 * kernel.halfLength, 0)
      metrics.leastTimeToCollision = min(metrics.leastTimeToCollision, gap / closing)
    }
  }

  /// The traffic in order of creation: place along the centre line, not wrapped, and speed; for
  /// tests.
  package var trafficPlaces: [(s: Double, speed: Double)] {
    (0..<trafficCount).map { (traffic[$0].s, traffic[$0].speed) }
  }
}
