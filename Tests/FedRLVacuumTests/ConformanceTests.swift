import FedRLCore
import FedRLMaps
import FedRLNumerics
import FedRLTestSupport
import FedRLVacuum
import Testing

@Suite struct ConformanceTests {
  private func check(_ edit: (inout VacuumSettings) -> Void) throws {
    var home = Bench.flat()
    home.carpet = Bench.mask(home, 4..<6, 3..<4.5)
    let kind = try Bench.kind(
      home,
      Bench.settings {
        $0.start = "random"
        $0.episodeSeconds = 60
        edit(&$0)
      })
    #expect(checkEnvironment(kind) == [])
  }

  @Test func theCompactRobotKeepsTheRulesOfEnvironments() throws { try check { _ in } }

  @Test func everyAdditionToTheCompactObservationKeepsThem() throws {
    try check {
      $0.farWindow = true
      $0.guidance = true
      $0.infrared = true
      $0.lidarDropout = 0.1
      $0.lidarRays = 13
      $0.wheelBias = 0.03
      $0.slip = 0.05
      $0.carpetHeadingBias = 0.1
      $0.reverseSpeed = 0.1
      $0.command = .wheels
    }
  }

  @Test func theEgomapsKeepThem() throws {
    try check {
      $0.observation = .egomaps
      $0.episodeSeconds = 30
    }
  }

  @Test func aFlatBatteryAndAStallKeepThem() throws {
    try check {
      $0.batteryCapacity = 0.1
      $0.stallSteps = 40
    }
  }

  @Test(arguments: [4, 8]) func theLatticeKeepsThem(moves: Int) throws {
    try check {
      $0.dynamics = .discrete
      $0.moves = moves
      $0.masksMoves = true
    }
  }

  @Test func agentsThatUseOneFileShareItsWorld() throws {
    let path = try #require(Bench.shippedHomes().first)
    let first = try Bench.load(path)
    let second = try Bench.load(path) { $0.lidarRange = 2 }
    let other = try Bench.load(path) { $0.bodyRadius = 0.12 }
    #expect(first.world === second.world)
    #expect(first.world !== other.world)
  }

  @Test func aHomeOfAHundredSquareMetresTakesLessThanAQuarterOfAMegabyte() throws {
    let kind = try Bench.kind(Bench.room(12.5, 8), Bench.settings())
    #expect(kind.world.cleanableArea > 95)
    #expect(kind.bytesPerCopy < 250_000)
  }
}
