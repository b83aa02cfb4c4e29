public import Testing

/// Expects a gradient to agree with central finite differences of its function.
///
/// `g[i] ≈ (f(x + h e_i) − f(x − h e_i)) / 2h`, with the differences in `Double`; the step that is
/// really taken in `Float` is used as the divisor. A function computed in `Float` wants h near 10⁻² and
/// a tolerance near 10⁻², one computed in `Double` inside far less.
///
/// - Parameters:
///   - gradient: what is under test, `[n]`.
///   - point: `[n]`.
///   - indices: which elements to check; all by default.
///   - step: h.
///   - relative, absolute: `|g − d| ≤ absolute + relative · max(|g|, |d|)`.
///   - function: the scalar function; called twice per index.
public func checkGradients(
  _ gradient: [Float], at point: [Float], indices: [Int]? = nil, step: Float = 1e-2,
  relative: Double = 1e-2, absolute: Double = 1e-4, _ what: String = "gradient",
  location: SourceLocation = #_sourceLocation, of function: ([Float]) -> Double
) {
  guard gradient.count == point.count else {
    Issue.record(
      "\(what): \(gradient.count) elements for a point of \(point.count)",
      sourceLocation: location)
    return
  }
  var moved = point
  for index in indices ?? Array(point.indices) {
    moved[index] = point[index] + step
    let high = (value: function(moved), place: moved[index])
    moved[index] = point[index] - step
    let low = (value: function(moved), place: moved[index])
    moved[index] = point[index]
    let difference = (high.value - low.value) / (Double(high.place) - Double(low.place))
    let given = Double(gradient[index])
    let bound = absolute + relative * max(given.magnitude, difference.magnitude)
    if !((given - difference).magnitude <= bound) {
      Issue.record(
        "\(what)[\(index)]: got \(given), finite differences give \(difference) (within \(bound))",
        sourceLocation: location)
    }
  }
}
