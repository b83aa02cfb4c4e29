import ArgumentParser
import FedRLMaps
import FedRLNumerics
import FedRLReporting
import Foundation

/// `fedrl generate circuits`: closed circuits as centre lines with widths.
struct GenerateCircuits: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "circuits",
    abstract: "Generate circuits as centre lines with widths, in TUM's CSV format.",
    discussion: """
      Circuit n depends on the seed and the ranges alone, so that a greater --count adds circuits and \
      leaves the others as they were.

      EXAMPLES:
        fedrl generate circuits --count 12 --seed 7 --out tracks
        fedrl generate circuits --count 4 --length 2000..6000 --width 12 --out full-size
        fedrl generate circuits --shipped --out tracks
        fedrl train my.toml --set 'environment.track={ each = "tracks/*.csv" }'
      """)

  @Option(help: ArgumentHelp("The folder; made where it does not exist.", valueName: "dir"))
  var out: String
  @Option(parsing: .unconditional, help: "How many; 8 by default.")
  var count: Int?
  @Option(parsing: .unconditional, help: "Names the circuits; 1 by default.")
  var seed: UInt64?
  @Option(
    help: ArgumentHelp(
      "Length, m: one number, or a range within 20 widths..10000; 60..200 by default.",
      valueName: "low..high"))
  var length: NumberRange?
  @Option(parsing: .unconditional, help: "Between the edges, m, within 0.5..30; 2.2 by default.")
  var width: Double?
  @Flag(help: "Write the circuits that come with fedrl again, byte for byte.")
  var shipped = false
  @Flag(help: "Overwrite files that are there.")
  var force = false

  func validate() throws {
    if shipped, count != nil || seed != nil || length != nil || width != nil {
      throw ValidationError("--shipped: goes with --out and --force alone")
    }
    if let count, !(1...10_000).contains(count) {
      throw ValidationError("--count: expected an integer in 1...10000, got \(count)")
    }
    let width = width ?? 2.2
    guard (0.5...30).contains(width) else {
      throw ValidationError("--width: expected a number in 0.5...30, got \(width)")
    }
    let lengths = length ?? NumberRange(60, 200)
    guard lengths.low >= 20 * width, lengths.high <= 10_000 else {
      throw ValidationError(
        "--length: expected numbers in \(20 * width)...10000 (from 20 widths), got \(lengths)")
    }
  }

  func run() throws {
    Interruption.installHandlers()
    let tracks = shipped ? TrackGenerator.shippedTracks() : nil
    let names =
      tracks?.map(\.name) ?? (1...(count ?? 8)).map { TrackGenerator.circuitName($0) }
    try OutputFolder.prepare(
      out, for: names.map { $0 + ".csv" }, of: "these circuits", force: force)
    var total = 0.0
    for (index, name) in names.enumerated() {
      if Interruption.isRequested { throw ExitCode(130) }
      let track = tracks?[index] ?? makeTrack(index + 1, name)
      try TrackWriter.write(track, to: "\(out)/\(name).csv")
      total += track.length
    }
    let mean = HumanNumber.value(total / Double(names.count))
    print(
      names.count == 1
        ? "wrote \(out)/\(names[0]).csv: \(mean) m"
        : "wrote \(names.count) circuits to \(out), \(names[0]).csv to \(names.last!).csv: "
          + "\(mean) m on average")
  }

  private func makeTrack(_ number: Int, _ name: String) -> Track {
    let random = RandomStream(seed: seed ?? 1).split("circuit", UInt64(number))
    var size = random.split("size")
    let lengths = length ?? NumberRange(60, 200)
    let generator = TrackGenerator(
      length: size.uniform(lengths.low, lengths.high), width: width ?? 2.2)
    return generator.makeTrack(name: name, random: random.split("shape"))
  }
}
