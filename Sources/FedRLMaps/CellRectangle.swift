/// A rectangle of cells of a plan under construction.
struct CellRectangle: Equatable {
  var x: Int
  var y: Int
  var width: Int
  var height: Int

  var maxX: Int { x + width }
  var maxY: Int { y + height }
  var area: Int { width * height }

  /// Grown by a number of cells on every side.
  func grown(_ cells: Int) -> CellRectangle {
    CellRectangle(
      x: x - cells, y: y - cells, width: width + 2 * cells, height: height + 2 * cells)
  }

  func contains(_ other: CellRectangle) -> Bool {
    other.x >= x && other.y >= y && other.maxX <= maxX && other.maxY <= maxY
  }

  func intersects(_ other: CellRectangle) -> Bool {
    other.x < maxX && x < other.maxX && other.y < maxY && y < other.maxY
  }

  /// The same rectangle in a plan of the given size, after mirroring and exchanging the axes.
  func transformed(_ change: PlanTransform, width planWidth: Int, height planHeight: Int)
    -> CellRectangle
  {
    var result = self
    if change.mirrorX { result.x = planWidth - maxX }
    if change.mirrorY { result.y = planHeight - maxY }
    guard change.transpose else { return result }
    return CellRectangle(
      x: result.y, y: result.x, width: result.height, height: result.width)
  }
}

/// How a plan is turned, so that not every apartment has its living room on the left.
struct PlanTransform {
  var mirrorX: Bool
  var mirrorY: Bool
  var transpose: Bool
}

/// The four sides of a room.
enum Side: Int, CaseIterable {
  case left, right, bottom, top

  /// Whether furniture along this side runs in the y direction.
  var isVertical: Bool { self == .left || self == .right }
}
