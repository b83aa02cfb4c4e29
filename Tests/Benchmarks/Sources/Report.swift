import FedRLCommand
import FedRLNumerics
import FedRLReporting
import Foundation

/// Prints figures as they come: a table for people, or a line of JSON each.
struct Report {
  let asJSON: Bool

  func begin() {
    if asJSON { return }
    let host = Host.current
    print("fedrl \(FedRLVersion.current) on \(host.processor), \(host.processorCount) processors")
    print("OpenBLAS \(BLAS.kernelName), kernels \(Kernels.pathName), load average \(Self.load)")
    for text in BLAS.environmentOverrides { print("environment: \(text)") }
    print("median of several runs, then the least and the most; cpu: share of the time that the")
    print("process had its processors (less than 1: the machine was busy)\n")
    print(row(["figure", "threads", "median", "least", "most", "unit", "cpu", ""]))
  }

  func end() { if !asJSON { print("\nload average \(Self.load)") } }

  func add(_ figure: Figure) {
    if asJSON { return printJSON(figure) }
    let sorted = figure.sorted
    print(
      row([
        figure.name, "\(figure.threads)", Self.text(figure.median), Self.text(sorted.first!),
        Self.text(sorted.last!), figure.unit, String(format: "%.2f", figure.processorShare),
        figure.note,
      ]))
    fflush(nil)
  }

  private func row(_ cells: [String]) -> String {
    let widths = [44, 7, 9, 9, 9, 8, 5, 0]
    let parts = zip(cells, widths).enumerated().map { index, pair in
      let space = String(repeating: " ", count: max(pair.1 - pair.0.count, 0))
      // Names and units stand left, numbers right.
      return [0, 5, 7].contains(index) ? pair.0 + space : space + pair.0
    }
    return parts.joined(separator: "  ")
  }

  private func printJSON(_ figure: Figure) {
    let host = Host.current
    let object: [String: Any] = [
      "figure": figure.name, "unit": figure.unit, "threads": figure.threads,
      "values": figure.values, "median": figure.median, "least": figure.sorted.first!,
      "most": figure.sorted.last!, "processor_share": figure.processorShare, "note": figure.note,
      "processor": host.processor, "system": host.system, "libc": host.libc,
      "blas_kernel": BLAS.kernelName, "simd": Kernels.pathName,
      "version": FedRLVersion.current, "load_average": Self.load,
    ]
    let data = try! JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
    print(String(decoding: data, as: UTF8.self))
    fflush(nil)
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
    let places = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3
    return String(format: "%.\(places)f", value)
  }
}
