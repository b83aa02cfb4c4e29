import ArgumentParser
import FedRLMaps
import FedRLNumerics
import FedRLReporting
import Foundation

/// What generated roads are.
enum RoadShape: String, ExpressibleByArgument, CaseIterable {
  case random, oval, straight

  /// What files are called, before their number.
  var kind: String { self == .random ? "circuit" : rawValue }

  /// Several of them.
  var plural: String { self == .straight ? "roads" : "circuits" }
}

/// `fedrl generate circuits`: roads as centre lines with widths.
struct GenerateCircuits: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "circuits",
    abstract:
      "Generate circuits and straight roads as centre lines with widths, in TUM's CSV format.",
    discussion: """
      Circuit n depends on the seed and the ranges alone, so that a greater --count adds circuits and \
      leaves the others as they were.

      EXAMPLES:
        fedrl generate circuits --count 12 --seed 7 --out tracks
        fedrl generate circuits --count 4 --length 2000..6000 --width 12 --out full-size
        fedrl generate circuits --shape oval --length 120 --radius 6 --out ovals
        fedrl generate circuits --shape straight --length 300 --out straights  # with open_road = true
        fedrl generate circuits --shipped --out tracks
        fedrl train my.toml --set 'environment.track={ each = "tracks/*.csv" }'
      """)

  @Option(help: ArgumentHelp("The folder; made where it does not exist.", valueName: "dir"))
  var out: String
  @Option(
    parsing: .unconditional,
    help: "How many; 8 by default, but one oval or straight of one --length.")
  var count: Int?
  @Option(parsing: .unconditional, help: "Names the circuits; 1 by default.")
  var seed: UInt64?
  @Option(
    help: ArgumentHelp(
      "random: closed, of bends by chance; oval: two straights and two half circles; straight: a road "
        + "with two ends, for open_road. random by default.", valueName: "shape"))
  var shape: RoadShape?
  @Option(
    parsing: .unconditional,
    help: "Of an oval's bends, m; 2.3 widths by default.")
  var radius: Double?
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
    let isChosen =
      count != nil || seed != nil || length != nil || width != nil || shape != nil || radius != nil
    if shipped, isChosen {
      throw ValidationError("--shipped: goes with --out and --force alone")
    }
    if let count, !(1...10_000).contains(count) {
      throw ValidationError("--count: expected an integer in 1...10000, got \(count)")
    }
    guard !isOfOneKind || (count ?? 1) == 1 else {
      throw ValidationError(
        "--count: one \(shape!.rawValue) of one length is as the other; --length takes a range, such as 60..200"
      )
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
    guard radius == nil || shape == .oval else {
      throw ValidationError("--radius: goes with --shape oval")
    }
    // The inner edge stays round, and some of the length is straight.
    let (least, most) = (width / 2 + 0.4, 0.95 * lengths.low / (2 * .pi))
    if shape == .oval, !(least...most).contains(bendRadius) {
      throw ValidationError(
        "--radius: expected a number in \(HumanNumber.value(least))...\(HumanNumber.value(most)) "
          + "for that width and length, got \(bendRadius)")
    }
  }

  func run() throws {
    Interruption.installHandlers()
    let tracks = shipped ? TrackGenerator.shippedTracks() : nil
    let names =
      tracks?.map(\.name)
      ?? (1...(count ?? (isOfOneKind ? 1 : 8))).map {
        TrackGenerator.roadName($0, kind: (shape ?? .random).kind)
      }
    let plural = (shape ?? .random).plural
    try OutputFolder.prepare(
      out, for: names.map { $0 + ".csv" }, of: "these \(plural)", force: force)
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
        : "wrote \(names.count) \(plural) to \(out), \(names[0]).csv to \(names.last!).csv: "
          + "\(mean) m on average")
  }

  private func makeTrack(_ number: Int, _ name: String) -> Track {
    let random = RandomStream(seed: seed ?? 1).split("circuit", UInt64(number))
    var size = random.split("size")
    let lengths = length ?? NumberRange(60, 200)
    let (length, width) = (size.uniform(lengths.low, lengths.high), width ?? 2.2)
    switch shape ?? .random {
    case .random:
      return TrackGenerator(length: length, width: width).makeTrack(
        name: name, random: random.split("shape"))
    case .oval:
      return TrackGenerator.oval(
        name: name, straight: length / 2 - .pi * bendRadius, radius: bendRadius, width: width)
    case .straight:
      return TrackGenerator.straight(name: name, length: length, width: width)
    }
  }

  /// Whether all would be the same, as nothing is left to chance.
  private var isOfOneKind: Bool {
    (shape ?? .random) != .random && length.map { $0.low == $0.high } ?? false
  }

  private var bendRadius: Double { radius ?? 2.3 * (width ?? 2.2) }
}
