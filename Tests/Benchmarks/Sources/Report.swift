import FedRLCommand
import FedRLNumerics
import FedRLReporting
import Foundation
import Glibc

/// Prints figures as they come, as a table for people or a line of JSON each, and compares them with an
/// earlier run's.
final class Report {
  private let asJSON: Bool
  private let saved: SavedLines?
  private let commit: String
  private let base: Comparison?
  private var slower: [String] = []
  private var compared = 0
  private let isQuick: Bool

  init(_ options: Options) throws {
    asJSON = options.isJSON
    base = try options.base.map { try Comparison(path: $0) }
    saved = try options.save.map { try SavedLines(path: $0) }
    commit = options.commit
    isQuick = options.repetitions < 5
  }

  func begin() throws {
    if isQuick {
      Self.note("fewer than five repetitions: a quick look, whose spread says little")
    }
    if let base {
      for field in Comparison.machineFields where field != "commit" {
        if let old = base.machine[field], let now = machine[field], old != now {
          Self.note("that run was on another \(field): \(old), now \(now)")
        }
      }
    }
    if asJSON { return }
    let host = Host.current
    try print(
      "fedrl \(FedRLVersion.current) on \(host.processor), \(host.processorCount) processors")
    try print("OpenBLAS \(BLAS.kernelName), kernels \(Kernels.pathName), load average \(Self.load)")
    for text in BLAS.environmentOverrides { try print("environment: \(text)") }
    try print(
      "median of several runs, then the least and the most; cpu: share of the time that the")
    try print("process had its processors (less than 1: the machine was busy)")
    if let base {
      try print("now ÷ then: how many times as fast as in \(base.path), by medians and by extremes")
    }
    try print("")
    let last = base == nil ? "" : "now ÷ then"
    try print(row(["figure", "threads", "median", "least", "most", "unit", "cpu", last]))
  }

  /// - Returns: how many figures got slower.
  func end() throws -> Int {
    try saved?.finish()
    if let base {
      let text =
        "\(compared) figures compared, \(base.count - compared) of that run not measured, "
        + "\(slower.count) slower" + (slower.isEmpty ? "" : ": " + slower.joined(separator: "; "))
      if asJSON { Self.note(text) } else { try print("\n" + text) }
      if compared == 0 {
        throw Options.Failure(description: "--compare \(base.path): has none of these figures")
      }
    }
    if !asJSON { try print("\nload average \(Self.load)") }
    return slower.count
  }

  func add(_ figure: Figure) throws {
    let change = base?.figure(figure).map { Comparison.change(from: $0, to: figure) }
    if let change {
      compared += 1
      if change.verdict == "slower" { slower.append("\(figure.name) (\(figure.threads))") }
    }
    let line = try line(figure, change)
    try saved?.add(line)
    if asJSON { return try Self.write(line, to: 1, "standard output") }
    try print(
      row([
        figure.name, "\(figure.threads)", Self.text(figure.median), Self.text(figure.least),
        Self.text(figure.most), figure.unit,
        figure.processorShare.map { String(format: "%.2f", $0) } ?? "",
        base == nil ? figure.note : change?.text ?? "new",
      ]))
  }

  /// Says that something was not measured.
  func skip(_ name: String, why: String) {
    FileHandle.standardError.write(Data("skipped: \(name): \(why)\n".utf8))
  }

  private static func note(_ text: String) {
    FileHandle.standardError.write(Data("benchmark: \(text)\n".utf8))
  }

  private func print(_ text: String) throws {
    try Self.write(Data((text + "\n").utf8), to: 1, "standard output")
  }

  /// - Throws: `Options.Failure` with the reason, such as a full disk.
  fileprivate static func write(_ data: Data, to file: Int32, _ name: String) throws {
    var rest = data[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress!, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        throw Options.Failure(description: "\(name): \(String(cString: strerror(errno)))")
      }
      rest = rest.dropFirst(count)
    }
  }

  private func row(_ cells: [String]) -> String {
    let widths = [52, 7, 9, 9, 9, 11, 5, 0]
    let parts = zip(cells, widths).enumerated().map { index, pair in
      let space = String(repeating: " ", count: max(pair.1 - pair.0.count, 0))
      // Names and units stand left, numbers right.
      return [0, 5, 7].contains(index) ? pair.0 + space : space + pair.0
    }
    return parts.joined(separator: "  ")
  }

  private var machine: [String: String] {
    let host = Host.current
    return [
      "processor": host.processor, "processors": "\(host.processorCount)", "system": host.system,
      "libc": host.libc,
      "blas_kernel": BLAS.kernelName, "simd": Kernels.pathName,
      "version": FedRLVersion.current, "commit": commit,
    ]
  }

  private func line(_ figure: Figure, _ change: Comparison.Change?) throws -> Data {
    var object: [String: Any] = [
      "figure": figure.name, "unit": figure.unit, "threads": figure.threads,
      "values": figure.values, "median": figure.median, "least": figure.least,
      "most": figure.most, "note": figure.note,
    ]
    if let load = Double(Self.load) { object["load_average"] = load }
    if let change {
      object["before"] = change.before.median
      object["verdict"] = change.verdict ?? "same"
      if let ratios = change.ratios {
        object["ratio"] = ratios.median
        object["ratio_least"] = ratios.least
        object["ratio_most"] = ratios.most
      }
    }
    if let share = figure.processorShare { object["processor_share"] = share }
    for (field, value) in machine { object[field] = value }
    let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
    return data + Data("\n".utf8)
  }

  /// Of the last minute.
  private static var load: String {
    let text = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? "unknown"
    return String(text.prefix { $0 != " " })
  }

  /// Three digits, with a prefix for thousands.
  private static func text(_ value: Double) -> String {
    let prefixes: [(size: Double, name: String)] = [(1e9, " G"), (1e6, " M"), (1e3, " k")]
    for prefix in prefixes where value >= prefix.size {
      return digits(value / prefix.size) + prefix.name
    }
    return digits(value)
  }

  private static func digits(_ value: Double) -> String {
    if value == 0 { return "0" }
    let size = value.magnitude
    let places = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3
    return String(format: "%.\(places)f", value)
  }
}

/// The file of `--save`. Lines gather in FILE.partial, which takes FILE's place at the end, so that an
/// earlier result is there until the new one is whole; a pipe or a device is written to as it is.
private final class SavedLines {
  private let path: String
  private let partial: String?
  private let file: Int32

  init(path: String) throws {
    // Behind links.
    let target = realpath(path, nil).map { pointer in
      defer { free(pointer) }
      return String(cString: pointer)
    }
    self.path = target ?? path
    var status = stat()
    let isOther = stat(self.path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    partial = isOther ? nil : self.path + ".partial"
    file =
      isOther
      ? open(self.path, O_WRONLY | O_CLOEXEC)
      : open(partial!, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw failure() }
  }

  func add(_ line: Data) throws { try Report.write(line, to: file, "--save \(path)") }

  func finish() throws {
    guard close(file) == 0 else { throw failure() }
    if let partial, rename(partial, path) != 0 { throw failure() }
  }

  private func failure() -> Options.Failure {
    Options.Failure(description: "--save \(path): \(String(cString: strerror(errno)))")
  }
}
