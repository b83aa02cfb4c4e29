import FedRLNumerics

/// Weights of numbered leaves whose prefix sums are found in logarithmic time: prioritised drawing
/// (Schaul et al., arXiv:1511.05952, appendix B.2.1).
///
/// Every inner node is the sum of its two children, computed from them anew at each change, so that
/// rounding never accumulates.
struct SumTree: ~Copyable {
  let leaves: Int
  /// Leaves' places, a power of two.
  private let width: Int
  /// `[2 · width]`: node i has children 2i and 2i + 1; leaves begin at `width`.
  private let nodes: UnsafeMutablePointer<Double>

  init(leaves: Int) {
    self.leaves = leaves
    var width = 1
    while width < leaves { width *= 2 }
    self.width = width
    nodes = .allocate(capacity: 2 * width)
    nodes.initialize(repeating: 0, count: 2 * width)
  }

  deinit { nodes.deallocate() }

  var total: Double { nodes[1] }

  subscript(leaf: Int) -> Double { nodes[width + leaf] }

  /// - Complexity: O(log leaves)
  func set(_ leaf: Int, to weight: Double) {
    precondition(leaf >= 0 && leaf < leaves && weight >= 0 && weight.isFinite)
    var node = width + leaf
    nodes[node] = weight
    while node > 1 {
      node /= 2
      nodes[node] = nodes[2 * node] + nodes[2 * node + 1]
    }
  }

  /// The first leaf up to which, it included, weights add up to more than `sum`; never one of weight 0.
  /// - Parameter sum: in `0..<total`, where `total > 0`.
  /// - Complexity: O(log leaves)
  func leaf(at sum: Double) -> Int {
    var rest = sum
    var node = 1
    while node < width {
      let left = nodes[2 * node]
      // Rounding may leave a rest that no child holds.
      if rest < left || nodes[2 * node + 1] == 0 {
        node = 2 * node
      } else {
        rest -= left
        node = 2 * node + 1
      }
    }
    return node - width
  }
}
