/// One measured quantity: several values, one per repetition.
struct Figure {
  let name: String
  let unit: String
  let threads: Int
  /// In the order of measuring.
  let values: [Double]
  /// How much of the real time the process's threads had a processor, 0…1: below about 0.95 other
  /// programs took part of the machine. `nil` where other processes do the work.
  let processorShare: Double?
  /// What else is known about it.
  let note: String

  var isBetterWhenMore: Bool { Self.isBetterWhenMore(unit) }

  /// Rates, shares, returns and ratios; times, sizes and counts are better when there is less of them.
  static func isBetterWhenMore(_ unit: String) -> Bool {
    unit.hasSuffix("/s") || ["1", "×", "return"].contains(unit)
  }

  var sorted: [Double] { values.sorted() }
  var least: Double { values.min()! }
  var most: Double { values.max()! }
  var median: Double {
    let values = sorted
    let middle = values.count / 2
    return values.count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
  }
}
