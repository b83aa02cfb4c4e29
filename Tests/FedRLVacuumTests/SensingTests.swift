import FedRLCore
import FedRLMaps
import FedRLNumerics
import FedRLTestSupport
import FedRLVacuum
import Foundation
import Testing

@Suite struct SensingTests {
  @Test(arguments: ["skirk", "vegas"])
  func theLidarAgreesWithAnIndependentSimulator(name: String) throws {
    guard let map = SharedData.path("data/lidar-reference/\(name).yaml"),
      let text = try SharedData.text("data/lidar-reference/\(name)_scans.csv")
    else { return }
    let kind = try Bench.load(map) { $0.start = "0, 0" }
    var differences: [Double] = []
    for line in text.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",").map { Double($0)! }
      let heading = fields[0]
      // The sensor sits 0.275 m in front of the base, which stands at the map's origin.
      let place = kind.world.place(x: 0.275 * cos(heading), y: 0.275 * sin(heading))
      for (beam, expected) in fields.dropFirst().enumerated() {
        let angle = heading - 2.35 + 4.7 * Double(beam) / 1079
        let length = kind.world.rayLength(x: place.x, y: place.y, angle: angle, limit: 100)
        differences.append((length - expected).magnitude)
      }
    }
    differences.sort()
    let mean = differences.reduce(0, +) / Double(differences.count)
    let tail = differences[differences.count * 95 / 100]
    print("lidar-reference \(name): mean \(mean) m, 95th percentile \(tail) m")
    #expect(differences.count >= 10_000)
    #expect(mean <= 0.05)
    #expect(tail <= 0.15)
  }

  /// A fine march, cell by cell, as the oracle of the traced rays.
  private func march(_ home: HomeMap, _ x: Double, _ y: Double, _ angle: Double) -> Double {
    var length = 0.0
    while length < 3.5 {
      let cell = home.grid.cell(at: Point(x: x + length * cos(angle), y: y + length * sin(angle)))
      guard let cell, home.grid.isFree(cell.x, cell.y) else { return length }
      length += 0.0005
    }
    return 3.5
  }

  @Test func tracedRaysEqualAFineMarch() throws {
    let home = Bench.flat()
    let kind = try Bench.kind(home, Bench.quiet { $0.start = "2, 2" })
    var random = RandomStream(seed: 4)
    var count = 0
    while count < 400 {
      let (x, y) = (random.uniform(0.2, 7), random.uniform(0.2, 5))
      guard let cell = home.grid.cell(at: Point(x: x, y: y)), home.grid.isFree(cell.x, cell.y)
      else { continue }
      let angle = random.uniform(-.pi, .pi)
      let place = kind.world.place(x: x, y: y)
      let traced = kind.world.rayLength(x: place.x, y: place.y, angle: angle, limit: 3.5)
      // The march's own step, and corners cut by a fiftieth of a cell.
      #expect((traced - march(home, x, y, angle)).magnitude < 0.002)
      count += 1
    }
  }

  @Test func readingsOfAQuietLidarAreDistancesOverTheScale() throws {
    let kind = try Bench.kind(
      Bench.room(6, 4),
      Bench.quiet {
        $0.start = "2.1, 2.1, 0"
        $0.lidarRays = 5
        $0.lidarFieldOfView = 180
        $0.lidarScale = 10
      })
    let probe = VacuumProbe(kind, seed: 1)
    // Right, ahead, left; the floor spans 0.1…6.1 by 0.1…4.1, the range is 3.5 m.
    #expect((probe.observation("lidar.0") - 0.2).magnitude < 1e-4)
    #expect((probe.observation("lidar.2") - 0.35).magnitude < 1e-4)
    #expect((probe.observation("lidar.4") - 0.2).magnitude < 1e-4)
  }

  @Test func noiseHasItsDeviationAndDropoutItsShare() throws {
    let kind = try Bench.kind(
      Bench.room(4, 4),
      Bench.quiet {
        $0.start = "2.1, 2.1, 0"
        $0.lidarNoise = 0.05
        $0.lidarRays = 1
        $0.episodeSeconds = 4000
        $0.stallSteps = 0
      })
    let probe = VacuumProbe(kind, seed: 9)
    var (sum, squares) = (0.0, 0.0)
    for _ in 0..<4000 {
      _ = probe.act(-1, 0)
      let reading = Double(probe.observation("lidar.0")) * 3.5 - 2
      sum += reading
      squares += reading * reading
    }
    // Four standard errors of 4,000 draws.
    #expect((sum / 4000).magnitude < 0.05 * 4 / 4000.0.squareRoot())
    #expect(((squares / 4000).squareRoot() - 0.05).magnitude < 0.05 * 4 / 8000.0.squareRoot())
    let lossy = VacuumProbe(
      try Bench.kind(
        Bench.room(4, 4),
        Bench.quiet {
          $0.start = "2.1, 2.1, 0"
          $0.lidarDropout = 0.3
          $0.lidarRays = 1
        }), seed: 3)
    var lost = 0
    for _ in 0..<2000 {
      _ = lossy.act(-1, 0)
      if lossy.observation("lidar.0") == 1 { lost += 1 }
    }
    #expect((Double(lost) / 2000 - 0.3).magnitude < 4 * (0.21 / 2000).squareRoot())
  }

  @Test func theWindowTurnsWithTheRobot() throws {
    // Wall 0.75 m ahead, whichever way the robot looks.
    for (degrees, start) in [(0.0, "5.35, 3.1"), (90, "3.1, 5.35"), (180, "0.85, 3.1")] {
      let kind = try Bench.kind(
        Bench.room(6, 6), Bench.quiet { $0.start = "\(start), \(degrees)" })
      let probe = VacuumProbe(kind, seed: 1)
      for _ in 0..<20 { _ = probe.act(-1, 0) }
      var (ahead, behind) = (Float(0), Float(0))
      for column in 3...5 {
        for row in 1...2 { ahead += probe.observation("window.blocked.\(row).\(column)") }
        for row in 5...8 { behind += probe.observation("window.blocked.\(row).\(column)") }
      }
      #expect(ahead > 0.3, "\(degrees)°")
      #expect(behind == 0, "\(degrees)°")
      #expect(probe.observation("window.covered.4.4") > 0.2)
      #expect(probe.observation("window.unknown.5.4") < 0.1)
      #expect(probe.observation("window.unknown.0.4") > 0.9)
    }
  }

  @Test func whatWasCleanedLiesBehind() throws {
    let kind = try Bench.kind(Bench.room(6, 6), Bench.quiet { $0.start = "1.1, 3.1, 0" })
    let probe = VacuumProbe(kind, seed: 1)
    for _ in 0..<25 { _ = probe.act(1, 0) }
    #expect(probe.observation("window.covered.6.4") > 0.5)
    #expect(probe.observation("window.covered.2.4") == 0)
    #expect(probe.observation("window.covered.4.1") == 0)
  }

  @Test func theDockIsSeenOnlyInView() throws {
    let kind = try Bench.kind(
      Bench.flat(),
      Bench.quiet {
        $0.dock = "1.1, 1.1"
        $0.start = "2.1, 1.1, 0"
      })
    let probe = VacuumProbe(kind, seed: 1)
    // Behind the robot, one metre away: places are snapped to cells.
    #expect(probe.observation("dock.cosine") < -0.99)
    #expect((probe.observation("dock.range") - 1 / 3.5).magnitude < 0.02)
    let hidden = try Bench.kind(
      Bench.flat(),
      Bench.quiet {
        $0.dock = "1.1, 1.1"
        $0.start = "4.1, 1.1, 0"
      })
    let other = VacuumProbe(hidden, seed: 1)
    #expect(other.observation("dock.cosine") == 0)
    #expect(other.observation("dock.range") == 1)
  }

  @Test func guidancePointsToWhatIsLeft() throws {
    // The robot starts at the left end and has cleaned its way to the right; more lies left and right.
    let kind = try Bench.kind(
      Bench.room(8, 1),
      Bench.quiet {
        $0.start = "4.1, 0.6, 0"
        $0.guidance = true
        $0.goalCoverage = 1
      })
    let probe = VacuumProbe(kind, seed: 1)
    var steps = 0
    while probe.metric("coverage_ratio") < 0.9, steps < 1200 {
      let (s, c) = (probe.observation("guidance.sine"), probe.observation("guidance.cosine"))
      let error = atan2(s, c)
      _ = probe.act(error.magnitude < 0.6 ? 1 : -1, min(max(1.5 * error, -1), 1))
      steps += 1
    }
    // Following it blindly cleans the floor; a random walk of that length does not.
    #expect(probe.metric("coverage_ratio") >= 0.9)
  }

  @Test func infraredReadsTheGapToTheRim() throws {
    let kind = try Bench.kind(
      Bench.room(4, 4),
      Bench.quiet {
        $0.start = "3.836, 2.1, 0"
        $0.infrared = true
      })
    let probe = VacuumProbe(kind, seed: 1)
    // The wall is 0.264 m from the centre, 0.1 m from the rim.
    #expect((probe.observation("infrared.3") - (0.1 - 0.025) / 0.175).magnitude < 1e-3)
    #expect(probe.observation("infrared.0") == 1)
  }

  @Test func aDropIsSensedBeforeItIsReached() throws {
    var home = Bench.room(4, 4)
    home.cliff = Bench.mask(home, 3..<4.1, 0.1..<4.1)
    let kind = try Bench.kind(home, Bench.quiet { $0.start = "2.1, 2.1, 0" })
    let probe = VacuumProbe(kind, seed: 1)
    var wasWarned = false
    var outcome = StepOutcome(reward: 0)
    while outcome.end == .none {
      outcome = probe.act(0, 0)
      if outcome.end == .none, probe.observation("cliff.1") == 1 { wasWarned = true }
    }
    #expect(wasWarned)
    #expect(outcome.end == .terminated)
    #expect(outcome.reward < -8)
    #expect(probe.pose.x < 3 - kind.world.place(x: 0, y: 0).x * -1 + 0.1)
    #expect(probe.metric("success") == 0)
  }
}
