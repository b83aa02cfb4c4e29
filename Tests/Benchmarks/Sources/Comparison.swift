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

  static let machineFields = ["processor", "system", "blas_kernel", "simd", "version"]

  init(path: String) throws {
    self.path = path
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw Options.Failure(description: "--compare \(path): the file cannot be read")
    }
    for (number, line) in text.split(separator: "\n").enumerated() {
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
        if let value = object[field] as? String { machine[field] = value }
      }
    }
    if figures.isEmpty {
      throw Options.Failure(description: "--compare \(path): there are no figures in it")
    }
  }

  func figure(_ figure: Figure) -> Figure? {
    figures[Key(name: figure.name, threads: figure.threads)]
  }

  /// How many times as fast as before, and between which limits by the extremes of both runs.
  struct Change {
    let ratio: Double
    let least: Double
    let most: Double

    /// `nil` where the runs' values lie among each other or the medians are within 3 %.
    var verdict: String? {
      if most < 1, ratio < 0.97 { return "slower" }
      if least > 1, ratio > 1.03 { return "faster" }
      return nil
    }
  }

  static func change(from before: Figure, to now: Figure) -> Change {
    func ratio(_ now: Double, _ before: Double) -> Double {
      // A count that was and is 0 has not changed.
      if now == before { return 1 }
      return before == 0 ? .infinity : now / before
    }
    let (a, b) = (before.sorted, now.sorted)
    let change = Change(
      ratio: ratio(now.median, before.median), least: ratio(b.first!, a.last!),
      most: ratio(b.last!, a.first!))
    if now.isBetterWhenMore { return change }
    return Change(ratio: 1 / change.ratio, least: 1 / change.most, most: 1 / change.least)
  }
}
