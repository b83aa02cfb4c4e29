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

  /// Runs the README's NumPy reader on a policy and compares its actions with the actor's.
  @Test func theNumPyReaderActsLikeThePolicy() throws {
    guard let python = Self.pythonWithNumPy() else {
      print("skipped: the README's NumPy reader (no python3 with numpy found)")
      return
    }
    let readme = try Self.text("README.md")
    let start = try #require(readme.range(of: "```python\n"))
    let end = try #require(readme.range(of: "```", range: start.upperBound..<readme.endIndex))
    let folder = try TestFolder()
    let specification = EnvironmentSpecification(
      name: "test", observations: BoxSpace(shape: [5], low: -9, high: 9, name: "o"),
      actions: .box(BoxSpace(shape: [2], low: [-1, 0], high: [1, 0.5], names: ["a", "b"])),
      controlPeriodSeconds: 0.1, maximumEpisodeSteps: nil)
    let kind = try #require(Registry.standard.learner(named: "ppo"))
      .make(["normalize_observations": .boolean(true)], specification)
    var parameters = kind.initialParameters(RandomStream(seed: 5))
    // The untrained head is nearly zero; make the actions differ.
    for index in parameters.values.indices { parameters.values[index] *= 3 }
    let moments = Moments(
      count: 50, mean: [0.5, -1, 0, 2, 0.1], m2: [50, 12, 200, 3, 0.5])
    let path = folder.path + "/policy.safetensors"
    try PolicyFile(
      parameters: parameters, observationMoments: moments, specification: specification,
      metadata: kind.exportMetadata
    ).write(to: path)
    let observation: [Float] = [0.3, -2, 1.5, 2.25, 0]
    let script =
      String(readme[start.upperBound..<end.lowerBound]) + """
        t, meta = load(sys.argv[1])
        print(*act(t, \(observation)))
        """
    let output: String = try Self.run(python, ["-c", script, path])
    let actions = output.split { $0.isWhitespace }.compactMap { Float($0) }

    let actor = kind.makeActor(copies: 1)
    actor.load(parameters, observationMoments: moments)
    var expected: [Float] = [0, 0]
    var state: [Float] = []
    let masks: [Float] = []
    var actionSpan = expected.mutableSpan
    var stateSpan = state.mutableSpan
    actor.act(
      observations: observation.span, masks: masks.span, state: &stateSpan, random: nil,
      into: &actionSpan)
    guard case .box(let box) = specification.actions else { return }
    try #require(actions.count == 2, "the reader printed \(output)")
    for index in 0..<2 {
      let physical = box.denormalized(expected[index], at: index)
      #expect(abs(actions[index] - physical) < 1e-5, "\(actions[index]) and \(physical)")
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
