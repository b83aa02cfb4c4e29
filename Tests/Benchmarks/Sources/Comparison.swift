import Foundation

/// An earlier run's figures, from the lines of JSON that `--json` or `--save` wrote.
struct Comparison {
  struct Key: Hashable {
    let name: String
    let threads: Int
  }

  private var figures: [Key: Figure] = [:]
  /// Processor, kernels and version of that run.
  private(set) var machine: [String: String] = [:]
  let path: String

  static let machineFields = [
    "processor", "processors", "system", "libc", "blas_kernel", "simd", "version", "commit",
  ]

  var count: Int { figures.count }

  init(path: String) throws {
    self.path = path
    let text: String
    do {
      text = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
    } catch {
      let reason = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
      throw Options.Failure(
        description: "--compare \(path): the file cannot be read"
          + (reason.map { ": " + String(cString: strerror(Int32($0.code))) } ?? " as text"))
    }
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let line = line.trimmingCharacters(in: .whitespacesAndNewlines)
      if line.isEmpty { continue }
      guard
        let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
        let name = object["figure"] as? String, let unit = object["unit"] as? String,
        let threads = object["threads"] as? Int, let values = object["values"] as? [Double],
        !values.isEmpty
      else {
        throw Options.Failure(
          description: "--compare \(path): line \(number + 1) is no figure of this program")
      }
      figures[Key(name: name, threads: threads)] = Figure(
        name: name, unit: unit, threads: threads, values: values,
        processorShare: object["processor_share"] as? Double, note: "")
      for field in Self.machineFields {
        guard let value = object[field] as? String else { continue }
        if let other = machine[field], other != value {
          throw Options.Failure(
            description:
              "--compare \(path): line \(number + 1) is of another \(field) (\(value)) than "
              + "those before it (\(other)); expected one run")
        }
        machine[field] = value
      }
    }
    if figures.isEmpty {
      throw Options.Failure(description: "--compare \(path): there are no figures in it")
    }
  }

  /// The figure of the same name, threads and unit.
  func figure(_ figure: Figure) -> Figure? {
    let found = figures[Key(name: figure.name, threads: figure.threads)]
    return found?.unit == figure.unit ? found : nil
  }

  /// How many times as fast as before, and between which limits by the extremes of both runs.
  struct Change {
    /// `nil` where a value is 0 or less, which has no ratio.
    let ratios: (median: Double, least: Double, most: Double)?
    /// Whether every value of now is better or worse than every one of then; `nil` where they lie among
    /// each other.
    let isBetter: Bool?
    let before: Figure

    /// `nil` where the runs' values lie among each other or the medians are within 3 %.
    var verdict: String? {
      guard let isBetter else { return nil }
      if let ratios, abs(ratios.median - 1) < 0.03 { return nil }
      return isBetter ? "faster" : "slower"
    }

    var text: String {
      let change =
        ratios.map { String(format: "%.2f (%.2f to %.2f)", $0.median, $0.least, $0.most) }
        ?? String(format: "was %.3g (%.3g to %.3g)", before.median, before.least, before.most)
      return verdict.map { "\(change) \($0)" } ?? change
    }
  }

  static func change(from before: Figure, to now: Figure) -> Change {
    let more = now.least > before.most, less = now.most < before.least
    let isBetter = more || less ? more == now.isBetterWhenMore : nil
    guard before.least > 0, now.least > 0 else {
      return Change(ratios: nil, isBetter: isBetter, before: before)
    }
    let (median, least, most) = (
      now.median / before.median, now.least / before.most, now.most / before.least
    )
    return Change(
      ratios: now.isBetterWhenMore ? (median, least, most) : (1 / median, 1 / most, 1 / least),
      isBetter: isBetter, before: before)
  }
}
