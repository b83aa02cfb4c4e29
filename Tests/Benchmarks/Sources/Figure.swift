/// One measured quantity: several values, one per repetition.
struct Figure {
  let name: String
  let unit: String
  let threads: Int
  /// In the order of measuring.
  let values: [Double]
  /// How much of the real time the process's threads had a processor, 0…1: below about 0.95 other
  /// programs took part of the machine.
  let processorShare: Double
  /// What else is known about it.
  let note: String

  var sorted: [Double] { values.sorted() }
  var median: Double {
    let values = sorted
    let middle = values.count / 2
    return values.count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
  }
}
