public import FedRLNumerics

#if canImport(Glibc)
  private import Glibc
#endif

/// Fully connected layers in plain `Double` loops, read from a layout's segments by name: the oracle
/// for networks computed in `Float`.
public struct DoubleNetwork {
  public let layout: ParameterLayout
  public let isReLU: Bool

  public init(_ layout: ParameterLayout, isReLU: Bool) {
    self.layout = layout
    self.isReLU = isReLU
  }

  /// The output of all layers named `part.0`, `part.1`, … for one row; the last is linear unless
  /// `activatesLast`.
  public func forward(
    _ part: String, _ parameters: [Double], _ x: [Double], activatesLast: Bool = false
  ) -> [Double] {
    var row = x
    var index = 0
    while let weight = layout["\(part).\(index).weight"] {
      let bias = layout["\(part).\(index).bias"]!
      let isLast = layout["\(part).\(index + 1).weight"] == nil
      let (outputs, inputs) = (weight.shape[0], weight.shape[1])
      row = (0..<outputs).map { output in
        var sum = parameters[bias.offset + output]
        for input in 0..<inputs {
          sum += parameters[weight.offset + output * inputs + input] * row[input]
        }
        if isLast && !activatesLast { return sum }
        return isReLU ? max(sum, 0) : tanh(sum)
      }
      index += 1
    }
    return row
  }

  /// The policy's head and the value of one observation.
  public func actorCritic(_ parameters: [Double], _ x: [Double]) -> ([Double], Double) {
    let features = forward("trunk", parameters, x, activatesLast: true)
    return (
      forward("actor", parameters, features), forward("critic", parameters, features)[0]
    )
  }
}

/// Central differences `(f(x + h e) − f(x − h e)) / 2h` of a function in `Double`, one per element.
public func finiteDifferences(
  at point: [Double], step: Double = 1e-6, of function: ([Double]) -> Double
) -> [Double] {
  var moved = point
  return point.indices.map { index in
    moved[index] = point[index] + step
    let high = function(moved)
    moved[index] = point[index] - step
    let low = function(moved)
    moved[index] = point[index]
    return (high - low) / (2 * step)
  }
}
