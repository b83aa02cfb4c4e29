import FedRLCore
import FedRLMaps
import FedRLNumerics
import FedRLVacuum
import Foundation
import Testing

@Suite struct MotionTests {
  /// Three points of a trajectory on a circle give its radius.
  private func radius(_ points: [(x: Double, y: Double)]) -> Double {
    let (a, b, c) = (points[0], points[1], points[2])
    let ab = hypot(a.x - b.x, a.y - b.y)
    let bc = hypot(b.x - c.x, b.y - c.y)
    let ca = hypot(c.x - a.x, c.y - a.y)
    let area = ((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)).magnitude / 2
    return ab * bc * ca / (4 * area)
  }

  @Test(arguments: [(0.2, 0.5), (0.5, 0.6), (-0.1, 0.4), (0.6, 0.3)])
  func constantWheelSpeedsTraceTheCircleOfTheirRatio(left: Double, right: Double) throws {
    let settings = Bench.quiet {
      $0.command = .wheels
      $0.start = "4, 4, 20"
      $0.maximumSpeed = 0.46
    }
    let probe = VacuumProbe(try Bench.kind(Bench.room(8, 8), settings), seed: 1)
    for _ in 0..<10 { _ = probe.act(Float(left), Float(right)) }
    var points: [(x: Double, y: Double)] = []
    for _ in 0..<3 {
      for _ in 0..<5 { _ = probe.act(Float(left), Float(right)) }
      points.append((probe.pose.x, probe.pose.y))
    }
    // r = b/2 · (ω_R + ω_L)/(ω_R − ω_L), wheels of one radius.
    let expected = 0.233 / 2 * ((right + left) / (right - left)).magnitude
    // Actions are Float.
    #expect((radius(points) / expected - 1).magnitude < 1e-5)
  }

  @Test func aLargerRightWheelTurnsAStraightDriveIntoACircle() throws {
    let settings = Bench.quiet {
      $0.wheelBias = 0.03
      $0.start = "2, 4, 0"
    }
    let probe = VacuumProbe(try Bench.kind(Bench.room(12, 12), settings), seed: 1)
    for _ in 0..<10 { _ = probe.act(1, 0) }
    var points: [(x: Double, y: Double)] = []
    for _ in 0..<3 {
      for _ in 0..<20 { _ = probe.act(1, 0) }
      points.append((probe.pose.x, probe.pose.y))
    }
    let expected = 0.233 / 2 * (1.015 + 0.985) / (1.015 - 0.985)
    #expect((radius(points) / expected - 1).magnitude < 1e-6)
    #expect(probe.pose.heading > 0)
  }

  @Test func speedAndYawRateRampWithTheirLimits() throws {
    let kind = try Bench.kind(Bench.room(6, 6), Bench.quiet { $0.start = "3, 3, 0" })
    let probe = VacuumProbe(kind, seed: 1)
    _ = probe.act(1, 0)
    // 0.2 s at 0.9 m/s² of 0.306 m/s.
    #expect((Double(probe.observation("speed")) - 0.18 / 0.306).magnitude < 1e-6)
    // Substep k of ten moves at 0.018 k m/s.
    #expect((probe.metric("path_length") - 0.018 * 55 * 0.02).magnitude < 1e-9)
    let turner = VacuumProbe(kind, seed: 1)
    _ = turner.act(-1, 1)
    #expect((Double(turner.observation("yaw_rate")) - 7.725 * 0.2 / 1.9).magnitude < 1e-6)
    #expect((turner.metric("turning") - 7.725 * 0.02 * 55 * 0.02).magnitude < 1e-9)
    #expect(turner.metric("path_length") == 0)
  }

  @Test func slipLosesItsShareOfTheWay() throws {
    let kind = try Bench.kind(
      Bench.room(6, 6),
      Bench.quiet {
        $0.start = "1, 3, 0"
        $0.slip = 0.25
      })
    let probe = VacuumProbe(kind, seed: 1)
    for _ in 0..<10 { _ = probe.act(1, 0) }
    let before = probe.pose.x
    for _ in 0..<10 { _ = probe.act(1, 0) }
    #expect((probe.pose.x - before - 2 * 0.306 * 0.75).magnitude < 1e-9)
  }

  @Test(arguments: [0.0, 23, 45])
  func aStraightSweepCoversItsStripAndItsTwoEnds(degrees: Double) throws {
    var ratios: [Double] = []
    for offset in 0..<12 {
      let kind = try Bench.kind(
        Bench.room(6, 6),
        Bench.quiet {
          $0.start = "1.517, \(1.533 + 0.0045 * Double(offset)), \(degrees)"
          $0.goalCoverage = 1
        })
      let probe = VacuumProbe(kind, seed: 1)
      for _ in 0..<40 { _ = probe.act(1, 0) }
      let length = probe.metric("path_length")
      #expect(length > 2)
      #expect(probe.metric("overlap_ratio") == 0)
      let area = probe.metric("coverage_ratio") * kind.world.cleanableArea
      let expected = 0.3 * length + .pi * 0.15 * 0.15
      // Each side of the strip lies within half a cell of where it should.
      #expect((area - expected).magnitude < 0.05 * length)
      ratios.append(area / expected)
    }
    // Over places of the cells the error averages out, but for scallops between stamps (about 1 %).
    let mean = ratios.reduce(0, +) / Double(ratios.count)
    #expect((mean - 0.99).magnitude < 0.015, "\(mean)")
  }

  @Test func aDiscThatIsPushedAtAWallSlidesAndPressesTheBumperThere() throws {
    let kind = try Bench.kind(
      Bench.room(6, 6), Bench.quiet { $0.start = "3, 0.6, -50" })
    let probe = VacuumProbe(kind, seed: 1)
    var outcome = StepOutcome(reward: 0)
    for _ in 0..<12 { outcome = probe.act(1, 0) }
    #expect(probe.isInContact)
    #expect(outcome.end == .none)
    // The wall lies 40° to the right of the nose: the zone at −30°.
    #expect(probe.observation("bump.1") == 1)
    #expect(probe.metric("collisions") == 1)
    let before = probe.pose
    for _ in 0..<5 { _ = probe.act(1, 0) }
    #expect(probe.pose.x > before.x + 0.05)
    #expect(kind.world.gap(x: probe.pose.x, y: probe.pose.y) > 0.164 - 1e-4)
    #expect(probe.metric("collisions") == 1)
  }

  /// Random driving at full speed: at no step may the disc reach into a blocked square. The field
  /// between cell centres is interpolated, which at corners is up to a twentieth of a cell too long.
  private func driveAtRandom(_ kind: VacuumKind, steps: Int, seed: UInt64) {
    var random = RandomStream(seed: seed)
    let probe = VacuumProbe(kind, seed: seed)
    let least = kind.settings.bodyRadius - 0.1 * kind.world.cell
    var turn: Float = 0
    var smallest = 1.0
    var contacts = 0
    for step in 0..<steps {
      if step % 10 == 0 { turn = Float(random.uniform(-1, 1)) }
      _ = probe.act(1, probe.isInContact && random.uniform() < 0.2 ? 1 : turn)
      contacts += probe.isInContact ? 1 : 0
      smallest = min(smallest, kind.world.gap(x: probe.pose.x, y: probe.pose.y))
    }
    #expect(smallest >= least, "\(kind.settings.map): \(smallest)")
    #expect(contacts > 0)
  }

  @Test func noRobotEverEntersAWall() throws {
    let flat = try Bench.kind(
      Bench.flat(),
      Bench.settings {
        $0.start = "random"
        $0.maximumSpeed = 0.46
        $0.actionPeriod = 0.5
      })
    for seed in 1...4 { driveAtRandom(flat, steps: 1500, seed: UInt64(seed)) }
  }

  @Test func noRobotEverEntersAWallOfAShippedHome() throws {
    for (number, path) in Bench.shippedHomes().prefix(24).enumerated() {
      driveAtRandom(
        try Bench.load(path) { $0.start = "random" }, steps: 800, seed: UInt64(number))
    }
  }

  @Test func noRobotEverEntersAWallOfARealHome() throws {
    guard let names = try SharedHomes.neato() else { return }
    for (number, path) in names.prefix(8).enumerated() {
      let kind = try Bench.load(path) {
        $0.start = "random"
        SharedHomes.readNeato(&$0)
      }
      driveAtRandom(kind, steps: 800, seed: UInt64(number))
    }
  }
}
