import FedRLCommand
import FedRLCore
import FedRLNumerics
import FedRLReporting
import FedRLScenario
import FedRLTestSupport
import Foundation
import Testing

/// What the README shows is what the code is.
@Suite struct ReadmeTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  @Test func theExampleEnvironmentIsTheOneThatIsCompiled() throws {
    let example = try Self.text("Tests/FedRLCommandTests/ExampleEnvironment.swift")
    #expect(try Self.text("README.md").contains("```swift\n" + example + "```"))
  }

  /// A policy as the README's reader meets it.
  struct Exported: Sendable, CustomStringConvertible {
    var learner: String
    var isDiscrete: Bool
    var settings: SettingTable
    var description: String { "\(learner) \(SettingValue.table(settings).description)" }
  }

  static let exported: [Exported] = [
    Exported(
      learner: "ppo", isDiscrete: false, settings: ["normalize_observations": .boolean(true)]),
    Exported(
      learner: "ppo", isDiscrete: true,
      settings: [
        "normalize_observations": .boolean(true), "trunk": .text("shared"),
        "activation": .text("relu"),
      ]),
    Exported(
      learner: "ppo", isDiscrete: false,
      settings: ["memory": .text("gru"), "memory_units": .integer(9)]),
    Exported(
      learner: "ppo", isDiscrete: false,
      settings: ["memory": .text("gru"), "trunk": .text("shared"), "hidden": .list([])]),
    Exported(
      learner: "dqn", isDiscrete: true,
      settings: ["dueling": .boolean(true), "normalize_observations": .boolean(true)]),
    Exported(
      learner: "dqn", isDiscrete: true,
      settings: ["quantiles": .integer(5), "hidden": .list([.integer(12)])]),
  ]

  /// Runs the README's NumPy reader on a policy and compares its actions with the actor's, for some
  /// steps in a row.
  @Test(arguments: exported) func theNumPyReaderActsLikeThePolicy(_ exported: Exported) throws {
    guard let python = Self.pythonWithNumPy() else {
      print("skipped: the README's NumPy reader (no python3 with numpy found)")
      return
    }
    let readme = try Self.text("README.md")
    let start = try #require(readme.range(of: "```python\n"))
    let end = try #require(readme.range(of: "```", range: start.upperBound..<readme.endIndex))
    let folder = try TestFolder()
    let box = BoxSpace(shape: [2], low: [-1, 0], high: [1, 0.5], names: ["a", "b"])
    let specification = EnvironmentSpecification(
      name: "test", observations: BoxSpace(shape: [5], low: -9, high: 9, name: "o"),
      actions: exported.isDiscrete ? .discrete(count: 4) : .box(box),
      controlPeriodSeconds: 0.1, maximumEpisodeSteps: nil)
    let kind = try #require(Registry.standard.learner(named: exported.learner))
      .make(exported.settings, specification)
    var parameters = kind.initialParameters(RandomStream(seed: 5))
    // The untrained head is nearly zero; make the actions differ.
    for index in parameters.values.indices { parameters.values[index] *= 3 }
    let moments =
      kind.normalizesObservations
      ? Moments(count: 50, mean: [0.5, -1, 0, 2, 0.1], m2: [50, 12, 200, 3, 0.5]) : nil
    let path = folder.path + "/policy.safetensors"
    try PolicyFile(
      parameters: parameters, observationMoments: moments, specification: specification,
      metadata: kind.exportMetadata
    ).write(to: path)
    let observations: [[Float]] = [
      [0.3, -2, 1.5, 2.25, 0], [1, 0.5, -2, 0.25, 3], [-4, 1, 0, 2, -1],
    ]
    let script =
      String(readme[start.upperBound..<end.lowerBound]) + """
        t, meta = load(sys.argv[1])
        state = None
        for observation in \(observations):
            action, state = act(t, meta, observation, state)
            print(*np.atleast_1d(action))
        """
    let output: String = try Self.run(python, ["-c", script, path])
    let actions = output.split { $0.isWhitespace }.compactMap { Float($0) }

    let actor = kind.makeActor(copies: 1)
    actor.load(parameters, observationMoments: moments)
    let width = specification.actions.width
    try #require(actions.count == width * observations.count, "the reader printed \(output)")
    var expected = [Float](repeating: 0, count: width)
    var state = [Float](repeating: 0, count: actor.stateWidth)
    let masks: [Float] = []
    for (step, observation) in observations.enumerated() {
      do {
        var actionSpan = expected.mutableSpan
        var stateSpan = state.mutableSpan
        actor.act(
          observations: observation.span, masks: masks.span, state: &stateSpan, random: nil,
          into: &actionSpan)
      }
      for index in 0..<width {
        let physical =
          exported.isDiscrete ? expected[index] : box.denormalized(expected[index], at: index)
        let got = actions[step * width + index]
        #expect(abs(got - physical) < 1e-5, "step \(step): \(got) and \(physical)")
      }
    }
  }

  private static func pythonWithNumPy() -> String? {
    let candidates = [ProcessInfo.processInfo.environment["FEDRL_PYTHON"], "/usr/bin/python3"]
    let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/python3" }
    return (candidates.compactMap { $0 } + path).first {
      FileManager.default.isExecutableFile(atPath: $0)
        && (try? run($0, ["-c", "import numpy; print('ok')"])) == "ok\n"
    }
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = Pipe()
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
