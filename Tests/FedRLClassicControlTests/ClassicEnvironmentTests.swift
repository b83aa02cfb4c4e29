import FedRLClassicControl
import FedRLCore
import FedRLNumerics
import FedRLTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// What all classic problems promise.
@Suite struct ClassicEnvironmentTests {
  private static let entries = [
    cartPoleEntry, acrobotEntry, mountainCarEntry, mountainCarContinuousEntry, pendulumEntry,
  ]
  private static let context = EnvironmentContext(baseDirectory: ".")

  @Test func allKeepThePromisesOfAnEnvironment() throws {
    #expect(checkEnvironment { Acrobot() } == [])
    #expect(checkEnvironment { MountainCar() } == [])
    #expect(checkEnvironment { MountainCarContinuous() } == [])
    #expect(checkEnvironment { Pendulum() } == [])
  }

  @Test(arguments: entries.map(\.name))
  func theKindKeepsThemAndEndsItsEpisodesAtTheLimit(name: String) throws {
    let entry = try #require(Self.entries.first { $0.name == name })
    let kind = try entry.make(["max_steps": .integer(7)], Self.context)
    #expect(kind.specification.name == name && kind.specification.maximumEpisodeSteps == 7)
    #expect(checkEnvironment(kind) == [])
    for baseline in kind.baselines {
      let record = try kind.runBaseline(baseline, seed: 3)
      #expect(record.steps == 7 && record.end == .truncated)
      #expect(try kind.runBaseline(baseline, seed: 3) == record)
    }
    #expect(throws: EnvironmentError("\(name) has no baseline named spiral")) {
      try kind.runBaseline("spiral", seed: 1)
    }
  }

  @Test func aSnapshotOfAnotherWidthIsRefused() {
    var encoder = StateEncoder()
    encoder.encode([1.0, 2.0, 3.0])
    var decoder = StateDecoder(encoder.bytes)
    var world = Pendulum()
    #expect(throws: StateDecoder.Failure.invalid("pendulum: saved with 3 numbers, expected 2")) {
      try world.decodeState(from: &decoder)
    }
  }

  @Test func aBaselineIsShownBeforeEveryStepAndAfterTheLast() throws {
    var frames: [Drawing] = []
    let record = try ClassicKind<MountainCar>().runBaseline("energy-pump", seed: 1) { draw in
      var drawing = Drawing()
      draw(&drawing)
      frames.append(drawing)
    }
    #expect(frames.count == record.steps + 1)
    #expect(frames.first != frames.last)
  }

  private func report(_ name: String, _ records: [EpisodeRecord]) -> Double {
    let mean = records.map(\.episodeReturn).reduce(0, +) / Double(records.count)
    print("\(name): mean return \(mean) over \(records.count) episodes")
    return mean
  }

  private func meanReturn(_ kind: any EnvironmentKind, _ baseline: String) throws -> Double {
    report(
      "\(kind.specification.name), \(baseline)",
      try (1...100).map { try kind.runBaseline(baseline, seed: $0) })
  }

  @Test func scriptedControllersDoTheirTasksAndChanceDoesNot() throws {
    let cars = ClassicKind<MountainCar>()
    #expect(try meanReturn(cars, "energy-pump") > -125)
    #expect(try meanReturn(cars, "random") == -200)
    let continuous = ClassicKind<MountainCarContinuous>()
    #expect(try meanReturn(continuous, "energy-pump") > 88)
    #expect(try meanReturn(continuous, "random") < 0)
    let acrobot = ClassicKind<Acrobot>()
    #expect(try meanReturn(acrobot, "energy-pump") > -110)
    #expect(try meanReturn(acrobot, "random") < -450)
    let pendulum = ClassicKind<Pendulum>()
    #expect(try meanReturn(pendulum, "energy-swing-up") > -250)
    #expect(try meanReturn(pendulum, "random") < -1000)
  }

  @Test func theSwingUpEndsUprightAndAtRest() throws {
    var random = RandomStream(seed: 9)
    for _ in 0..<20 {
      var world = Pendulum()
      world.state = world.start(&random)
      for _ in 0..<400 { _ = world.advance(world.control()) }
      expectClose([cos(world.state.angle), world.state.angularVelocity], [1, 0], absolute: 1e-3)
    }
  }
}
