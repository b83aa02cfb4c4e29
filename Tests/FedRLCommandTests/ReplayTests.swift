import FedRLCommand
import FedRLReporting
import FedRLTestSupport
import Foundation
import Testing

/// `fedrl replay` and `fedrl generate`, from the command line to the files.
@Suite(.serialized) struct ReplayTests {
  /// A folder that goes with the test.
  final class Folder {
    let path = FileManager.default.temporaryDirectory.path + "/fedrl-replay-\(UUID().uuidString)"
    init() throws {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }
    func read(_ name: String) throws -> String {
      try String(contentsOfFile: path + "/" + name, encoding: .utf8)
    }
  }

  static let homes = SharedData.packageRoot.path + "/Environments/Vacuum/Homes"

  static let vacuum = """
    [scenario]
    name = "tiny"
    rounds = 2
    [environment]
    name = "vacuum"
    map = "\(homes)/home-01.yaml"
    episode_seconds = 60
    [policy]
    name = "ppo"
    environments = 2
    steps = 64
    hidden = [16]
    [[fleet]]
    name = "all"
    count = 2
    steps_per_round = 256
    [evaluation]
    every = 2
    episodes = 3
    [evaluation.environment]
    map = { each = ["\(homes)/home-19.yaml", "\(homes)/home-20.yaml"] }
    """

  static let cartPole = """
    [scenario]
    name = "poles"
    rounds = 2
    [environment]
    name = "cartpole"
    [policy]
    name = "ppo"
    environments = 2
    steps = 64
    hidden = [16]
    [[fleet]]
    name = "all"
    count = 2
    steps_per_round = 256
    [evaluation]
    every = 2
    episodes = 2
    """

  /// Trains a scenario; the run folder.
  static func trained(_ scenario: String, in folder: Folder) throws -> String {
    let file = folder.path + "/scenario.toml"
    try scenario.write(toFile: file, atomically: true, encoding: .utf8)
    let run = folder.path + "/run"
    #expect(Outcome.status(of: ["train", file, "--out", run, "--quiet", "--threads", "1"]) == 0)
    return run
  }

  /// The final scores in `evaluation.csv`, by column, one row per environment.
  static func finalRows(_ folder: Folder) throws -> [[String: String]] {
    let lines = try folder.read("run/evaluation.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let rows = lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
    let last = rows.compactMap { Int($0["round"] ?? "") }.max()
    return rows.filter { $0["arm"] == "federated" && Int($0["round"] ?? "") == last }
  }

  static func replay(_ arguments: [String]) throws -> JSONValue {
    var printed = ""
    try Replay.perform(arguments + ["--json"]) { printed += $0 }
    return try JSONValue(parsing: printed)
  }

  @Test func `replayed episodes score what the evaluation wrote`() throws {
    let folder = try Folder()
    let run = try Self.trained(Self.vacuum, in: folder)
    let rows = try Self.finalRows(folder)
    #expect(rows.count == 2)
    for (index, row) in rows.enumerated() {
      let episodes = try (1...3).map {
        try Self.replay([run, "--episode", "\(3 * index + $0)", "--out", folder.path + "/p.html"])
      }
      #expect(episodes.allSatisfy { $0["environment"] == .text(row["environment"]!) })
      let returns = try episodes.map { try #require($0["return"]?.double) }
      #expect(returns.min() == Double(row["return_min"]!))
      #expect(returns.max() == Double(row["return_max"]!))
      #expect(Set(returns).count == 3, "episodes start differently")
      for name in ["coverage_ratio", "path_length", "collisions", "energy"] {
        let values = try episodes.map { try #require($0["metrics"]?[name]?.double) }
        let mean = try #require(Double(row[name]!))
        let got = values.reduce(0, +) / 3
        #expect(abs(got - mean) <= 1e-12 * abs(mean), "\(name): \(got) against \(mean)")
      }
    }
    let second = try Self.replay([run, "--environment", "home-20", "--episode", "2"])
    let fifth = try Self.replay([run, "--episode", "5", "--out", folder.path + "/p.html"])
    #expect(second["return"] == fifth["return"] && second["metrics"] == fifth["metrics"])
    #expect(second["page"] == .text(run + "/replay-home-20-2.html"))
  }

  @Test func `the page stands alone in the run folder and shows the episode`() throws {
    let folder = try Folder()
    let run = try Self.trained(Self.vacuum, in: folder)
    var printed: [String] = []
    try Replay.perform([run]) { printed.append($0) }
    #expect(printed.first == "home-19, episode 1 of 3:")
    #expect(printed.last?.hasPrefix("wrote \(run)/replay-home-19-1.html, ") == true)
    let html = try folder.read("run/replay-home-19-1.html")
    #expect(html.utf8.count < 3_000_000)
    for outside in ["http://", "https://", "src=", "@import", "url(//", "<link"] {
      #expect(!html.contains(outside), "\(outside)")
    }
    for shown in [
      "<title>tiny · home-19, episode 1</title>", #""name":"home""#, #""name":"covered""#,
      #""name":"robot's map""#, #""name":"battery""#, #""name":"coverage""#,
    ] {
      #expect(html.contains(shown), "\(shown)")
    }
    // What is printed is what the page says.
    for line in printed.dropFirst().dropLast() {
      let value = try #require(line.components(separatedBy: "  ").last)
      #expect(html.contains(#""value":"\#(value.drop { $0 == " " })""#), "\(line)")
    }
    #expect(!printed.contains { $0.contains(folder.path + "/run/replay-home-19-1.html.partial") })
  }

  @Test func `fewer frames make a smaller page of the same episode`() throws {
    let folder = try Folder()
    let run = try Self.trained(Self.cartPole, in: folder)
    let all = try Self.replay([run])
    let some = try Self.replay([run, "--every", "4"])
    let steps = try #require(all["steps"]?.int)
    #expect(all["frames"]?.int == steps && all["steps_per_frame"]?.int == 1)
    #expect(some["frames"]?.int == (steps + 3) / 4)
    #expect(some["return"] == all["return"])
    #expect(try #require(some["bytes"]?.int) < #require(all["bytes"]?.int))
    let policy = run + "/checkpoints/final.safetensors"
    #expect(try Self.replay([policy])["return"] == all["return"])
  }

  @Test func `a scripted policy is shown on the same start`() throws {
    let folder = try Folder()
    let run = try Self.trained(Self.vacuum, in: folder)
    let shown = try Self.replay([run, "--baseline", "nearest-frontier"])
    #expect(shown["policy"] == .text("nearest-frontier"))
    #expect(shown["page"] == .text(run + "/replay-home-19-1-nearest-frontier.html"))
    let other = try Self.replay([run, "--baseline", "spiral", "--environment", "20"])
    #expect(other["page"] == .text(run + "/replay-home-20-1-spiral.html"))
    // One frame more than steps: after the last one too.
    #expect(shown["frames"]?.int == shown["steps"]?.int.map { $0 + 1 })
  }

  @Test func `what cannot be shown is refused with one message and nothing written`() throws {
    let folder = try Folder()
    let run = try Self.trained(Self.vacuum, in: folder)
    let cases: [([String], String)] = [
      (
        ["--episode", "7"],
        "--episode: expected an integer in 1...6, 3 in each of 2 environments, got 7"
      ),
      (
        ["--episode", "4", "--environment", "home-20"],
        "--episode: expected an integer in 1...3 in home-20, got 4"
      ),
      (
        ["--environment", "home-21"],
        "--environment: the scenario does not evaluate in home-21; did you mean home-20?"
      ),
      (
        ["--environment", "home"],
        "--environment: home stands in the names of 2 environments: home-19; home-20"
      ),
      (
        ["--environment", "x"],
        "--environment: the scenario does not evaluate in x; it does in home-19; home-20"
      ),
      (["--baseline", "spirl"], "--baseline: there is no baseline spirl; did you mean spiral?"),
      (
        ["--out", "\(run)/none/p.html"],
        "--out \(run)/none/p.html: there is no folder \(run)/none"
      ),
      (["--out", run], "--out \(run): expected a file's name, found a folder"),
    ]
    for (arguments, message) in cases {
      #expect(Outcome.status(of: ["replay", run] + arguments) == 2)
      #expect {
        try Replay.perform([run] + arguments) { _ in }
      } throws: { error in
        "\(error)" == message
      }
    }
    #expect(Outcome.status(of: ["replay", run, "--every", "0"]) == 2)
    #expect(Outcome.status(of: ["replay", folder.path + "/nothing"]) == 2)
    let files = try FileManager.default.contentsOfDirectory(atPath: run)
    #expect(!files.contains { $0.hasPrefix("replay") })
  }

  @Test func `the homes that are shipped are generated byte for byte`() throws {
    let folder = try Folder()
    let made = folder.path + "/homes"
    #expect(Outcome.status(of: ["generate", "homes", "--shipped", "--out", made]) == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: made)
    #expect(names.count == 72)
    for name in names {
      #expect(
        FileManager.default.contentsEqual(
          atPath: made + "/" + name, andPath: Self.homes + "/" + name), "\(name)")
    }
  }

  @Test func `more homes leave the first ones as they were, and nothing is overwritten`() throws {
    let folder = try Folder()
    func generate(_ count: Int, _ name: String, _ more: [String] = []) -> Int32 {
      Outcome.status(
        of: ["generate", "homes", "--count", "\(count)", "--out", folder.path + "/" + name] + more)
    }
    #expect(generate(2, "two") == 0 && generate(3, "three") == 0)
    #expect(generate(2, "other", ["--seed", "2"]) == 0)
    #expect(try folder.read("two/home-02.yaml") == folder.read("three/home-02.yaml"))
    func image(_ name: String) -> Data? {
      FileManager.default.contents(atPath: folder.path + "/" + name + "/home-02.png")
    }
    #expect(image("two") == image("three") && image("two") != image("other"))
    #expect(!folder.has("two/home-03.yaml"))
    #expect(generate(3, "two") == 2)
    #expect(!folder.has("two/home-03.yaml"))
    #expect(generate(3, "two", ["--force"]) == 0)
    #expect(folder.has("two/home-03.yaml"))
  }

  @Test(arguments: [
    ["--count", "0"], ["--area", "20"], ["--area", "90..60"], ["--clutter", "0.5..1.5"],
    ["--shipped", "--seed", "3"],
  ])
  func `homes that cannot be built are refused`(arguments: [String]) throws {
    let folder = try Folder()
    let out = folder.path + "/homes"
    #expect(Outcome.status(of: ["generate", "homes", "--out", out] + arguments) == 2)
    #expect(!folder.has("homes"))
  }
}
