import FedRLMaps
import FedRLTestSupport
import FedRLVehicle
import Foundation
import Testing

@Suite struct SpeedProfileTests {
  /// `v² = a R`.
  @Test func aCircleIsDrivenAtTheLimitOfGrip() {
    let points = (0..<400).map { index -> Point in
      let turn = 2 * Double.pi * Double(index) / 400
      return Point(x: 20 * cos(turn), y: 20 * sin(turn))
    }
    let profile = SpeedProfile(
      TrackPath(through: points, spacing: 0.25), grip: 8, maximumSpeed: 50, braking: 5,
      acceleration: { _ in 5 })
    let expected = 160.0.squareRoot()
    for s in stride(from: 0.0, to: 125, by: 7) {
      expectClose(profile.speed(at: s), expected, relative: 1e-3)
    }
    expectClose(profile.lapTime, 2 * .pi * 20 / expected, relative: 1e-3)
  }

  /// A car's grip is μ g, of which the scripted driver takes 0.55.
  @Test(arguments: [1.0489, 0.5]) func bendsAreDrivenAtTheLimitOfFriction(friction: Double) throws {
    let kind = try Bench.kind { $0.friction = friction }
    // In the middle of the oval's first bend, of 5 m.
    let bend = 10 + 5 * Double.pi / 2
    let limit = (friction * 9.81 * 5).squareRoot()
    expectClose(kind.plan.profile.speed(at: bend), limit, relative: 0.01)
    expectClose(
      kind.plan.driverProfile.speed(at: bend), 0.55.squareRoot() * limit, relative: 0.01)
  }

  /// With `v² + 2 · 2 x` out of a bend, until `v² + 2 · 4 x` of the brakes into the next one.
  @Test(arguments: [100, 22.0]) func straightsAreDrivenByEngineAndBrakes(maximumSpeed: Double) {
    let line = TrackGenerator.oval(name: "long", straight: 200, radius: 20, width: 6).center
    let profile = SpeedProfile(
      line, grip: 10, maximumSpeed: maximumSpeed, braking: 4, acceleration: { _ in 2 })
    let start = 100 + 20 * Double.pi
    func square(_ x: Double) -> Double {
      profile.speed(at: start + x) * profile.speed(at: start + x)
    }
    // Where a bend of 20 m ends, the line's curvature overshoots by a tenth: `v² = 10 · 20` less that.
    expectClose(square(10), 200 + 40, relative: 0.08)
    expectClose(square(190), 200 + 80, relative: 0.08)
    for x in stride(from: 10.0, through: 190, by: 10) {
      let expected = min(square(10) + 4 * (x - 10), square(190) + 8 * (190 - x))
      // Between samples, which are half a metre apart, speeds are linear.
      expectClose(square(x), min(expected, maximumSpeed * maximumSpeed), absolute: 0.5, "\(x) m")
    }
  }

  @Test func noCircuitAsksForMoreThanGripEngineAndBrakesGive() throws {
    func engine(_ speed: Double) -> Double { min(6, 20 / max(speed, 1)) }
    let (grip, braking) = (9.0, 5.0)
    for path in try Bench.shippedTracks() {
      let line = try TrackFile.load(path).center
      let profile = SpeedProfile(
        line, grip: grip, maximumSpeed: 15, braking: braking, acceleration: engine)
      let speeds = (0...line.count).map { profile.speed(at: Double($0) * line.spacing) }
      for index in 0..<line.count {
        let (now, next) = (speeds[index], speeds[index + 1])
        let change = (next * next - now * now) / (2 * line.spacing)
        // Either end of a stretch holds it: that from which it is pushed forwards, or back.
        let slower = change > 0 ? index : index + 1
        let lateral = speeds[slower] * speeds[slower] * line[slower].curvature
        let isHeld =
          change <= engine(now) + 1e-6 && -change <= braking + 1e-6
          && (change * change + lateral * lateral).squareRoot() <= grip + 1e-6
        #expect(isHeld, "\(path) at \(Double(index) * line.spacing) m")
      }
    }
  }
}
