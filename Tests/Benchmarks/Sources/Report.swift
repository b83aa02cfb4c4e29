import FedRLCommand
import FedRLNumerics
import FedRLReporting
import Foundation

/// Prints figures as they come, as a table for people or a line of JSON each, and compares them with an
/// earlier run's.
final class Report {
  private let asJSON: Bool
  private let saved: FileHandle?
  private let base: Comparison?
  private var slower: [String] = []
  private var compared = 0

  init(_ options: Options) throws {
    asJSON = options.isJSON
    base = try options.base.map { try Comparison(path: $0) }
    if let path = options.save {
      guard FileManager.default.createFile(atPath: path, contents: nil),
        let file = FileHandle(forWritingAtPath: path)
      else { throw Options.Failure(description: "--save \(path): the file cannot be written") }
      saved = file
    } else {
      saved = nil
    }
  }

  func begin() {
    if asJSON { return }
    let host = Host.current
    print("fedrl \(FedRLVersion.current) on \(host.processor), \(host.processorCount) processors")
    print("OpenBLAS \(BLAS.kernelName), kernels \(Kernels.pathName), load average \(Self.load)")
    for text in BLAS.environmentOverrides { print("environment: \(text)") }
    print("median of several runs, then the least and the most; cpu: share of the time that the")
    print("process had its processors (less than 1: the machine was busy)")
    if let base {
      print("now ÷ then: how many times as fast as in \(base.path), by medians and by extremes")
      for (field, value) in Self.machine.sorted(by: { $0.key < $1.key }) {
        if let old = base.machine[field], old != value {
          print("that run was on another \(field): \(old), now \(value)")
        }
      }
    }
    print("")
    let last = base == nil ? "" : "now ÷ then"
    print(row(["figure", "threads", "median", "least", "most", "unit", "cpu", last]))
    fflush(nil)
  }

  func end() throws {
    try saved?.close()
    guard !asJSON else { return }
    if base != nil {
      print(
        "\n\(compared) figures compared, \(slower.count) slower"
          + (slower.isEmpty ? "" : ": " + slower.joined(separator: "; ")))
    }
    print("\nload average \(Self.load)")
  }

  func add(_ figure: Figure) throws {
    let line = try Self.line(figure)
    try saved?.write(contentsOf: line)
    if asJSON {
      FileHandle.standardOutput.write(line)
      return
    }
    let sorted = figure.sorted
    print(
      row([
        figure.name, "\(figure.threads)", Self.text(figure.median), Self.text(sorted.first!),
        Self.text(sorted.last!), figure.unit,
        figure.processorShare.map { String(format: "%.2f", $0) } ?? "",
        comparison(figure) ?? figure.note,
      ]))
    fflush(nil)
  }

  /// Says that something was not measured.
  func skip(_ name: String, why: String) {
    FileHandle.standardError.write(Data("skipped: \(name): \(why)\n".utf8))
  }

  private func comparison(_ figure: Figure) -> String? {
    guard let base else { return nil }
    guard let before = base.figure(figure) else { return "new" }
    compared += 1
    let change = Comparison.change(from: before, to: figure)
    if change.verdict == "slower" { slower.append("\(figure.name) (\(figure.threads))") }
    let range = String(format: "%.2f (%.2f to %.2f)", change.ratio, change.least, change.most)
    return change.verdict.map { "\(range) \($0)" } ?? range
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

  private static var machine: [String: String] {
    let host = Host.current
    return [
      "processor": host.processor, "system": host.system, "libc": host.libc,
      "blas_kernel": BLAS.kernelName, "simd": Kernels.pathName,
      "version": FedRLVersion.current,
    ]
  }

  private static func line(_ figure: Figure) throws -> Data {
    var object: [String: Any] = [
      "figure": figure.name, "unit": figure.unit, "threads": figure.threads,
      "values": figure.values, "median": figure.median, "least": figure.sorted.first!,
      "most": figure.sorted.last!, "note": figure.note, "load_average": load,
    ]
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
    let places = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3
    return String(format: "%.\(places)f", value)
  }
}
