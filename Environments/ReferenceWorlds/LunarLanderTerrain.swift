package import FedRLNumerics

/// The ground of one episode: ten straight pieces between eleven points, flat between the flags.
package struct LunarLanderTerrain {
  /// Points of the ground, evenly spaced from edge to edge.
  package static let pointCount = 11
  /// Of the pad, m: a quarter of the picture's height. The mean of three equal heights below is
  /// 0.33 times their sum, so that the ground there lies 1 % lower than this.
  package static let padHeight = LunarLanderPlan.height / 4

  /// `[11]`, from left to right, m.
  package let points: [SIMD2<Float>]

  /// Draws twelve heights from `random`, levels five of them, and takes means of three neighbours.
  package init(random: inout RandomStream) {
    var heights = (0...Self.pointCount).map { _ in
      random.uniform(0, LunarLanderPlan.height / 2)
    }
    let middle = Self.pointCount / 2
    for index in (middle - 2)...(middle + 2) { heights[index] = Self.padHeight }
    points = (0..<Self.pointCount).map { index in
      // The left neighbour of the first is the last, the twelfth.
      let left = heights[index == 0 ? Self.pointCount : index - 1]
      let height = 0.33 * (left + heights[index] + heights[index + 1])
      return SIMD2(Float(Self.x(index)), Float(height))
    }
  }

  /// Of point `index`, m.
  static func x(_ index: Int) -> Double {
    LunarLanderPlan.width / Double(pointCount - 1) * Double(index)
  }

  /// Where the flags stand: x, m.
  package static let flags = (left: x(pointCount / 2 - 1), right: x(pointCount / 2 + 1))
}
