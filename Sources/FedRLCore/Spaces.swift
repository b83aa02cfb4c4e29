public import FedRLNumerics

/// A box of real numbers: observations, and continuous actions.
public struct BoxSpace: Sendable, Equatable {
  /// Row-major shape; `[24]`, or `[3, 9, 9]` for stacked windows.
  public let shape: [Int]
  /// `[count]`; −∞ where unbounded.
  public let low: [Float]
  /// `[count]`; +∞ where unbounded.
  public let high: [Float]
  /// One name per element, for exports and drawings: `lidar.3`.
  public let names: [String]
  /// Which elements are images, for networks with convolutions; in the order of their offsets.
  public let images: [ImagePlace]

  /// - Parameter images: `nil` for none, or for the whole box where its shape has three dimensions.
  public init(
    shape: [Int], low: [Float], high: [Float], names: [String], images: [ImagePlace]? = nil
  ) {
    let count = shape.reduce(1, *)
    precondition(
      low.count == count && high.count == count && names.count == count,
      "a box of shape \(shape) needs \(count) bounds and names, got \(low.count), \(high.count), \(names.count)"
    )
    self.shape = shape
    self.low = low
    self.high = high
    self.names = names
    let whole =
      shape.count == 3
      ? [ImagePlace(offset: 0, channels: shape[0], height: shape[1], width: shape[2])] : []
    self.images = images ?? whole
  }

  /// A box with the same bounds everywhere, its elements named `name.0`, `name.1`, …
  public init(shape: [Int], low: Float, high: Float, name: String) {
    let count = shape.reduce(1, *)
    self.init(
      shape: shape, low: [Float](repeating: low, count: count),
      high: [Float](repeating: high, count: count), names: (0..<count).map { "\(name).\($0)" })
  }

  /// Number of elements.
  public var count: Int { low.count }

  /// Maps an action in [−1, 1] to the box; values outside [−1, 1] are clipped first.
  @inlinable
  public func denormalized(_ value: Float, at index: Int) -> Float {
    Self.denormalized(value, low: low[index], high: high[index])
  }

  /// Maps [−1, 1] to [low, high], its ends exactly; NaN stays NaN.
  @inlinable @inline(__always)
  static func denormalized(_ value: Float, low: Float, high: Float) -> Float {
    let clipped = min(max(value, -1), 1)
    return min(max(0.5 * ((1 - clipped) * low + (1 + clipped) * high), low), high)
  }
}

/// What an agent can do.
public enum ActionSpace: Sendable, Equatable {
  /// One of `count` moves; in a row of actions, its index as a `Float`.
  case discrete(count: Int)
  /// A box in physical units; in a row of actions, values in [−1, 1] that are mapped to it.
  case box(BoxSpace)

  /// Length of one row of actions: 1 for a discrete space.
  public var width: Int {
    switch self {
    case .discrete: 1
    case .box(let box): box.count
    }
  }

  /// Number of numbers a policy's head puts out: the choices, or the box's elements.
  public var policyOutputs: Int {
    switch self {
    case .discrete(let count): count
    case .box(let box): box.count
    }
  }
}

extension Float {
  /// A discrete action as the choice that it is.
  /// - Parameters:
  ///   - count: how many choices there are.
  ///   - environment: its name, for the message.
  /// - Precondition: it is a number in `0..<count`.
  @inlinable
  public func choice(of count: Int, in environment: StaticString) -> Int {
    precondition(self >= 0 && self < Self(count), "\(environment): choice \(self) of \(count)")
    return Int(self)
  }
}
