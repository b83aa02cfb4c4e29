import FedRLCore
import FedRLNumerics
import FedRLTestSupport
import Foundation
import Testing

import FedRLGymnasium

@Suite(.serialized) struct GymnasiumTests {
  // MARK: What is made

  @Test func theSpacesAndTheClockAreThoseOfTheEnvironment() throws {
    guard let worlds = try WorldsOfPython() else { return }
    let cartPole = try worlds.kind("CartPole-v1").specification
    #expect(cartPole.name == "gymnasium:CartPole-v1")
    #expect(cartPole.observations.shape == [4])
    #expect(abs(cartPole.observations.high[0] - 4.8) < 1e-6)
    #expect(cartPole.observations.high[1] == .infinity)
    #expect(cartPole.actions == .discrete(count: 2))
    #expect(cartPole.maximumEpisodeSteps == 500)
    #expect(cartPole.controlPeriodSeconds == 0.02)
    let pendulum = try worlds.kind("Pendulum-v1", maxSteps: 30).specification
    #expect(pendulum.actions.width == 1)
    if case .box(let box) = pendulum.actions { #expect(box.low == [-2] && box.high == [2]) }
    #expect(pendulum.maximumEpisodeSteps == 30)
  }

  @Test func spacesOfSeveralPartsAreFlattened() throws {
    guard let worlds = try WorldsOfPython() else { return }
    let kind = try worlds.kind("odd:Odd-v0", ["observed": .text("dict"), "acted": .text("box")])
    #expect(kind.specification.observations.shape == [5])
    var driver = BatchDriver(kind.makeBatch(count: 1))
    driver.reset(RandomStream(seed: 1))
    // [−1, 1] is mapped to [−2, 2] and [0, 10].
    driver.step([0.5, -1])
    #expect(driver.observations == [0, 1, 0, 1, 0.5])
    driver.step([-1, 1])
    #expect(driver.observations == [0, 0, 1, 8, 0.5])
    #expect(driver.rewards == [8])
  }

  @Test func theStartOfADiscreteSpaceIsAdded() throws {
    guard let worlds = try WorldsOfPython() else { return }
    var driver = BatchDriver(try worlds.kind("odd:Odd-v0").makeBatch(count: 3))
    driver.reset(RandomStream(seed: 1))
    driver.step([0, 1, 2])
    #expect(driver.rewards == [-1, 0, 1])
    #expect(driver.observations[12..<18].elementsEqual([1, 1.1, 1.2, 1.3, 1.4, 1.5] as [Float]))
  }

  @Test func whatCannotBeUsedIsRefusedWithTheReason() throws {
    guard let worlds = try WorldsOfPython() else { return }
    #expect(worlds.refusal("NoSuchWorld-v0").contains("gymnasium cannot make NoSuchWorld-v0"))
    #expect(worlds.refusal("nothing:Odd-v0").contains("No module named 'nothing'"))
    #expect(worlds.refusal("odd:Odd-v0", ["acted": .text("unbounded")]).contains("have no bounds"))
    #expect(worlds.refusal("odd:Odd-v0", ["acted": .text("binary")]).contains("MultiBinary(4)"))
    #expect(
      worlds.refusal("odd:Odd-v0", ["observed": .text("sequence")]).contains("no fixed number"))
    let unknown = worlds.refusal("CartPole-v1", ["color": .text("a \"red\"\n one")])
    #expect(unknown.contains("TypeError") && unknown.contains("color"))
  }

  @Test func aMissingInterpreterIsABadSetting() {
    var settings = GymnasiumSettings()
    settings.python = "no-such-python"
    let error = #expect(throws: EnvironmentError.self) {
      try GymnasiumKind(
        id: "CartPole-v1", settings, EnvironmentContext(baseDirectory: "/"))
    }
    #expect(error?.setting == "python")
    #expect(error?.message.contains("cannot run no-such-python: No such file") == true)
  }

  @Test func anInterpreterWithoutGymnasiumSaysHowToGetIt() throws {
    // -S and -I leave an interpreter without its packages.
    guard let worlds = try WorldsOfPython() else { return }
    let bare = worlds.folder + "/bare"
    try Data("#!/bin/sh\nexec \(worlds.python) -S -I \"$@\"\n".utf8)
      .write(to: URL(fileURLWithPath: bare))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: bare)
    var settings = GymnasiumSettings()
    settings.python = "./bare"
    let error = #expect(throws: EnvironmentError.self) {
      try GymnasiumKind(
        id: "CartPole-v1", settings, EnvironmentContext(baseDirectory: worlds.folder))
    }
    #expect(error?.message.contains("-m pip install gymnasium") == true)
  }

  // MARK: What it does

  @Test(arguments: ["CartPole-v1", "Pendulum-v1"])
  func theConformanceCheckFindsNothing(id: String) throws {
    guard let worlds = try WorldsOfPython() else { return }
    let kind = try worlds.kind(id)
    var options = EnvironmentCheckOptions()
    options.steps = 250
    let violations = checkEnvironment(kind, options: options).filter { !$0.isWarning }
    #expect(violations == [])
  }

  /// The same seeds and actions in Python alone give the same numbers, to the last bit.
  @Test func episodesAreThoseOfGymnasium() throws {
    guard let worlds = try WorldsOfPython() else { return }
    var driver = BatchDriver(try worlds.kind("CartPole-v1").makeBatch(count: 2))
    let random = RandomStream(seed: 5)
    driver.reset(random)
    var choices = RandomStream(seed: 6)
    var actions: [[Float]] = []
    var seen = [driver.observations]
    for _ in 0..<200 {
      actions.append([Float(choices.next() & 1), Float(choices.next() & 1)])
      driver.step(actions[actions.count - 1])
      seen.append(driver.observations)
      for copy in 0..<2 where driver.ends[copy] != .none {
        seen.append(Array(driver.finals[(copy * 4)..<(copy * 4 + 4)]))
      }
    }
    let seeds = (0..<2).map { copy in
      (0..<40).map { random.seeds("episode", UInt64(copy))[$0] & 0x7fff_ffff }
    }
    let script = """
      import gymnasium, numpy as np
      seeds, actions = \(seeds), \(actions.map { $0.map { Int($0) } })
      worlds = [gymnasium.make("CartPole-v1") for _ in range(2)]
      episode = [0, 0]
      now = [w.reset(seed=seeds[c][0])[0] for c, w in enumerate(worlds)]
      show = lambda values: print(*(int(v) for v in np.concatenate(values).view(np.uint32)))
      show(now)
      for both in actions:
          finals = []
          for c, w in enumerate(worlds):
              now[c], _, done, cut, _ = w.step(both[c])
              if done or cut:
                  finals.append(now[c])
                  episode[c] += 1
                  now[c] = w.reset(seed=seeds[c][episode[c]])[0]
          show(now)
          for final in finals: show([final])
      """
    let run = try #require(GymnasiumPython.run(worlds.python, ["-c", script]))
    #expect(run.status == 0, "\(run.errors)")
    let expected = run.output.split(separator: "\n").map {
      $0.split(separator: " ").map { UInt32($0)! }
    }
    #expect(seen.map { $0.map(\.bitPattern) } == expected)
    #expect(expected.count > 201)
  }

  // MARK: What goes wrong

  private func fail(_ fault: String, _ worlds: WorldsOfPython, steps: Int = 4) throws -> BatchDriver
  {
    var driver = BatchDriver(
      try worlds.kind("odd:Odd-v0", ["fault": .text(fault)]).makeBatch(count: 2))
    driver.reset(RandomStream(seed: 1))
    for _ in 0..<steps { driver.step([1, 1]) }
    return driver
  }

  @Test func anExceptionIsShownWithItsTraceback() throws {
    guard let worlds = try WorldsOfPython() else { return }
    let failure = try fail("raise", worlds).batch.failure.map { "\($0)" } ?? "none"
    #expect(failure.hasPrefix("gymnasium:odd:Odd-v0: Traceback"))
    #expect(failure.contains("ArithmeticError: the third step is too much"))
    #expect(failure.contains("odd.py"))
  }

  @Test func anObservationOfAnotherShapeIsNoticed() throws {
    guard let worlds = try WorldsOfPython() else { return }
    let failure = try fail("shape", worlds).batch.failure.map { "\($0)" } ?? "none"
    #expect(failure.contains("an observation of shape (2,), not (2, 3)"))
  }

  @Test func aWorkerThatEndsIsNoticed() throws {
    guard let worlds = try WorldsOfPython() else { return }
    let driver = try fail("exit", worlds)
    let failure = driver.batch.failure.map { "\($0)" } ?? "none"
    #expect(failure.contains("ended with status 7"))
    // From then on nothing is exchanged, and nothing ends.
    #expect(driver.rewards == [0, 0])
    #expect(driver.ends == [.none, .none])
  }

  @Test func aWorkerThatIsKilledIsNoticed() throws {
    guard let worlds = try WorldsOfPython() else { return }
    var driver = try fail("", worlds, steps: 1)
    let process = try #require(try processes(of: worlds).last)
    kill(process, SIGKILL)
    driver.step([1, 1])
    #expect(driver.batch.failure.map { "\($0)" }?.contains("was killed by signal 9") == true)
  }

  @Test func workersEndWithTheirBatchesAlsoWhereTheyHang() throws {
    guard let worlds = try WorldsOfPython() else { return }
    do {
      let driver = try fail("", worlds, steps: 1)
      #expect(driver.batch.failure == nil)
    }
    let seen = Set(try processes(of: worlds))
    #expect(seen.count == 2)
    for process in seen { #expect(kill(process, 0) != 0, "process \(process) is still there") }
  }

  private func processes(of worlds: WorldsOfPython) throws -> [pid_t] {
    try String(contentsOfFile: worlds.folder + "/pids", encoding: .utf8)
      .split(separator: "\n").compactMap { pid_t($0) }
  }

  // MARK: State

  @Test func aSavedBatchGoesOnAsItWouldHave() throws {
    guard let worlds = try WorldsOfPython() else { return }
    let kind = try worlds.kind("CartPole-v1")
    var first = BatchDriver(kind.makeBatch(count: 2))
    first.reset(RandomStream(seed: 3))
    for step in 0..<37 { first.step([Float(step & 1), Float(step / 2 & 1)]) }
    var encoder = StateEncoder()
    first.batch.encodeState(into: &encoder)
    var second = BatchDriver(kind.makeBatch(count: 2))
    var decoder = StateDecoder(encoder.bytes)
    do {
      let batch = second.batch
      var span = second.observations.mutableSpan
      try batch.decodeState(from: &decoder, into: &span)
    }
    #expect(second.observations == first.observations)
    for step in 0..<60 {
      let actions = [Float(step & 1), Float(step / 3 & 1)]
      first.step(actions)
      second.step(actions)
      #expect(second.observations == first.observations)
      #expect(second.ends == first.ends)
    }
  }
}
