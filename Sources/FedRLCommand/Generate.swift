import ArgumentParser
import FedRLMaps
import FedRLNumerics
import FedRLReporting
import Foundation

/// `fedrl generate`: makes input for scenarios.
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Generate homes for a vacuum to clean and circuits for a car to lap.",
    subcommands: [GenerateHomes.self, GenerateCircuits.self])
}

/// `fedrl generate homes`: apartments in the ROS map_server format.
struct GenerateHomes: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "homes",
    abstract: "Generate apartments as ROS maps: YAML, image and carpet mask each.",
    discussion: """
      Home n depends on the seed and the ranges alone, so that a greater --count adds homes and \
      leaves the others as they were. The same seed gives the same bytes on every machine.

      EXAMPLES:
        fedrl generate homes --count 12 --seed 7 --out maps
        fedrl generate homes --count 4 --area 60..90 --clutter 0.5 --out large
        fedrl generate homes --shipped --out homes
        fedrl train my.toml --set 'environment.map={ each = "maps/*.yaml" }'
      """)

  @Option(help: ArgumentHelp("The folder; made where it does not exist.", valueName: "dir"))
  var out: String
  @Option(parsing: .unconditional, help: "How many; 12 by default.")
  var count: Int?
  @Option(parsing: .unconditional, help: "Names the homes; 1 by default.")
  var seed: UInt64?
  @Option(
    help: ArgumentHelp(
      "Floor area to aim at, m²: one number, or a range within 30..110 (the default).",
      valueName: "low..high"))
  var area: NumberRange?
  @Option(
    help: ArgumentHelp(
      "How full the rooms are: one number, or a range within 0..1; 0.1..0.95 by default.",
      valueName: "low..high"))
  var clutter: NumberRange?
  @Flag(help: "Write the homes that come with fedrl again, byte for byte.")
  var shipped = false
  @Flag(help: "Overwrite files that are there.")
  var force = false

  func validate() throws {
    if shipped, count != nil || seed != nil || area != nil || clutter != nil {
      throw ValidationError("--shipped: goes with --out and --force alone")
    }
    if let count, !(1...10_000).contains(count) {
      throw ValidationError("--count: expected an integer in 1...10000, got \(count)")
    }
    try check("--area", area, within: 30...110)
    try check("--clutter", clutter, within: 0...1)
  }

  private func check(
    _ name: String, _ range: NumberRange?, within limits: ClosedRange<Double>
  ) throws {
    guard let range, !limits.contains(range.low) || !limits.contains(range.high) else { return }
    throw ValidationError(
      "\(name): expected numbers in \(limits.lowerBound)...\(limits.upperBound), got \(range)")
  }

  func run() throws {
    Interruption.installHandlers()
    let total = shipped ? ApartmentGenerator.shippedCount : count ?? 12
    try prepareFolder(total)
    var floor = 0.0
    for number in 1...total {
      if Interruption.isRequested { throw ExitCode(130) }
      let home = shipped ? ApartmentGenerator.shippedHome(number) : makeHome(number)
      try ROSWriter.write(home, to: "\(out)/\(home.name).yaml")
      floor += home.grid.freeArea
    }
    let mean = HumanNumber.value(floor / Double(total))
    print(
      total == 1
        ? "wrote \(out)/\(name(1)).yaml: \(mean) m² of free floor"
        : "wrote \(total) homes to \(out), \(name(1)).yaml to \(name(total)).yaml: "
          + "\(mean) m² of free floor on average")
  }

  private func name(_ number: Int) -> String { ApartmentGenerator.shippedName(number) }

  private func makeHome(_ number: Int) -> HomeMap {
    let random = RandomStream(seed: seed ?? 1).split("home", UInt64(number))
    var size = random.split("size")
    let areas = area ?? NumberRange(30, 110)
    let fullness = clutter ?? NumberRange(0.1, 0.95)
    let generator = ApartmentGenerator(
      area: size.uniform(areas.low, areas.high), clutter: size.uniform(fullness.low, fullness.high))
    return generator.makeHome(name: name(number), random: random)
  }

  /// Refuses before anything is written.
  private func prepareFolder(_ total: Int) throws {
    let names = (1...total).flatMap { number in
      [".yaml", ".png", "-carpet.png"].map { name(number) + $0 }
    }
    try OutputFolder.prepare(out, for: names, of: "these homes", force: force)
  }
}

/// A folder that generated files go to.
enum OutputFolder {
  /// Makes the folder; refuses, before anything is written, to overwrite what is there.
  ///
  /// - Parameters:
  ///   - names: of the files to come.
  ///   - subject: what they make up, for the message.
  static func prepare(_ out: String, for names: [String], of subject: String, force: Bool) throws {
    let files = FileManager.default
    var isFolder: ObjCBool = false
    if files.fileExists(atPath: out, isDirectory: &isFolder), !isFolder.boolValue {
      throw BadInput("--out \(out): expected a folder, found a file")
    }
    let taken = names.filter { files.fileExists(atPath: "\(out)/\($0)") }
    guard taken.isEmpty || force else {
      throw BadInput(
        "\(out): holds \(taken.count == 1 ? "" : "\(taken.count) files of \(subject), such as ")"
          + "\(taken[0]); --force overwrites")
    }
    do {
      try files.createDirectory(atPath: out, withIntermediateDirectories: true)
    } catch {
      throw BadInput("--out \(out): cannot be made: \(error.localizedDescription)")
    }
  }
}

/// A number, or two with dots between: `60`, `30..110`.
struct NumberRange: ExpressibleByArgument, CustomStringConvertible {
  let low, high: Double

  init(_ low: Double, _ high: Double) {
    self.low = low
    self.high = high
  }

  init?(argument: String) {
    let ends = argument.components(separatedBy: "..").map { Double($0) }
    guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1],
      low <= high
    else { return nil }
    self.init(low, high)
  }

  var description: String { low == high ? "\(low)" : "\(low)..\(high)" }
}
