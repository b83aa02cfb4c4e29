public import Testing

/// Whether two numbers agree within `absolute + relative · |expected|`; NaN agrees with NaN, and an
/// infinity with itself.
public func isClose(
  _ actual: Double, _ expected: Double, relative: Double = 0, absolute: Double = 0
) -> Bool {
  if actual == expected || (actual.isNaN && expected.isNaN) { return true }
  return (actual - expected).magnitude <= absolute + relative * expected.magnitude
}

/// Expects two numbers to agree within `absolute + relative · |expected|`.
public func expectClose(
  _ actual: Double, _ expected: Double, relative: Double = 0, absolute: Double = 0,
  _ what: @autoclosure () -> String = "", at location: SourceLocation = #_sourceLocation
) {
  if isClose(actual, expected, relative: relative, absolute: absolute) { return }
  Issue.record(
    "\(what()): got \(actual), expected \(expected) within \(relative)·|expected| + \(absolute)",
    sourceLocation: location)
}

/// Expects two lists of numbers to agree element by element; reports the worst element.
public func expectClose<Actual: BinaryFloatingPoint, Expected: BinaryFloatingPoint>(
  _ actual: [Actual], _ expected: [Expected], relative: Double = 0, absolute: Double = 0,
  _ what: @autoclosure () -> String = "", at location: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(what()): got \(actual.count) numbers, expected \(expected.count)",
      sourceLocation: location)
    return
  }
  let far = actual.indices.filter {
    !isClose(Double(actual[$0]), Double(expected[$0]), relative: relative, absolute: absolute)
  }
  let worst = far.max {
    (Double(actual[$0]) - Double(expected[$0])).magnitude
      < (Double(actual[$1]) - Double(expected[$1])).magnitude
  }
  guard let worst else { return }
  Issue.record(
    """
    \(what()): \(far.count) of \(actual.count) numbers are off; the worst at \(worst): got \
    \(actual[worst]), expected \(expected[worst]) within \(relative)·|expected| + \(absolute)
    """, sourceLocation: location)
}
