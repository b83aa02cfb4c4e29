import FedRLCore

#if canImport(Glibc)
  import Glibc
#endif

/// A robot that mows a flat of four rooms, drawn as a vacuum would be: 250 × 250 cells, 24 rays.
struct SyntheticEpisode {
  static let size = 250
  static let cell: Float = 0.05
  private(set) var walls: [UInt8]
  private var covered: [UInt8]
  private var known: [UInt8]
  private var free = 0

  init() {
    walls = [UInt8](repeating: 0, count: Self.size * Self.size)
    covered = walls
    known = walls
    for y in 0..<Self.size {
      for x in 0..<Self.size {
        let outer = min(x, y, Self.size - 1 - x, Self.size - 1 - y)
        // Two inner walls with doors, and a table.
        let inner =
          (abs(x - 120) < 2 && !(40...62).contains(y) && !(180...205).contains(y))
          || (abs(y - 130) < 2 && !(50...70).contains(x) && !(190...215).contains(x))
        let table = (170...200).contains(x) && (60...85).contains(y)
        let carpet = (20...90).contains(x) && (150...220).contains(y)
        let value: UInt8 = outer < 8 ? 0 : outer < 11 || inner ? 1 : table ? 2 : carpet ? 3 : 4
        walls[y * Self.size + x] = value
        if value > 2 { free += 1 }
      }
    }
  }

  private func isBlocked(_ x: Float, _ y: Float) -> Bool {
    let column = Int(x / Self.cell)
    let row = Int(y / Self.cell)
    guard (0..<Self.size).contains(column), (0..<Self.size).contains(row) else { return true }
    return walls[row * Self.size + column] < 3
  }

  private func cells(_ name: String, _ values: [UInt8], _ palette: [Color]) -> Drawing.Shape {
    .cells(
      .init(
        name: name, width: Self.size, height: Self.size, originX: 0, originY: 0,
        cellSize: Self.cell, values: values, palette: palette))
  }

  private func background() -> [Drawing.Shape] {
    let clear = Color(0, 0, 0, 0)
    let palette = [
      clear, Color(0.25, 0.28, 0.33), Color(0.62, 0.52, 0.42), Color(0.91, 0.87, 0.94),
      Color(0.96, 0.95, 0.93),
    ]
    return [
      cells("home", walls, palette),
      .circle(x: 1, y: 1, radius: 0.18, fill: Color(0.1, 0.55, 0.35)),
      .text(x: 1, y: 1.4, size: 0.3, text: "dock", color: Color(0.1, 0.45, 0.3)),
    ]
  }

  private mutating func mark(_ x: Float, _ y: Float, radius: Float, _ inCovered: Bool) {
    let reach = Int(radius / Self.cell)
    let column = Int(x / Self.cell)
    let row = Int(y / Self.cell)
    for dy in -reach...reach {
      for dx in -reach...reach where dx * dx + dy * dy <= reach * reach {
        let index = (row + dy) * Self.size + column + dx
        guard walls.indices.contains(index) else { continue }
        if inCovered {
          if walls[index] > 2 { covered[index] = min(covered[index] + 1, 1) }
        } else {
          known[index] = walls[index] > 2 ? 1 : 2
        }
      }
    }
  }

  /// Calls `body` with every frame; 0.2 s lie between two.
  mutating func play(frames: Int, _ body: (Drawing) -> Void) {
    var x: Float = 1
    var y: Float = 1
    var heading: Float = 0
    let fixed = background()
    for frame in 0..<frames {
      var turned = false
      for attempt in 0..<8 where !turned {
        let angle = heading + (attempt == 0 ? 0 : Float(attempt) * 0.9)
        let nextX = x + 0.06 * cos(angle)
        let nextY = y + 0.06 * sin(angle)
        if !isBlocked(nextX + 0.17 * cos(angle), nextY + 0.17 * sin(angle)) {
          (x, y, heading) = (nextX, nextY, angle + 0.012)
          turned = true
        }
      }
      mark(x, y, radius: 0.15, true)
      var drawing = Drawing()
      drawing.bounds = (0, 0, 12.5, 12.5)
      drawing.background = fixed
      let rays = (0..<24).map { heading + Float($0) * 0.25 }.map { ray(x, y, $0) }
      for end in rays { mark(end.x, end.y, radius: 0.1, false) }
      drawing.shapes = shapes(x, y, heading, rays)
      drawing.trail = SIMD2(x, y)
      let share = Float(covered.reduce(0) { $0 + Int($1) }) / Float(free)
      drawing.gauges = [
        .init(name: "coverage", value: share, range: 0...1, unit: "1"),
        .init(name: "battery", value: 1 - Float(frame) / 4000, range: 0...1, unit: "1"),
        .init(
          name: "speed", value: 0.3 - 0.1 * sin(Float(frame) / 40), range: 0...0.46, unit: "m/s"),
      ]
      body(drawing)
    }
  }

  private func ray(_ x: Float, _ y: Float, _ angle: Float) -> SIMD2<Float> {
    var length: Float = 0
    while length < 3.5 && !isBlocked(x + length * cos(angle), y + length * sin(angle)) {
      length += 0.05
    }
    return SIMD2(x + length * cos(angle), y + length * sin(angle))
  }

  private func shapes(_ x: Float, _ y: Float, _ heading: Float, _ rays: [SIMD2<Float>])
    -> [Drawing.Shape]
  {
    let clear = Color(0, 0, 0, 0)
    let nose = SIMD2(x + 0.15 * cos(heading), y + 0.15 * sin(heading))
    let left = SIMD2(x + 0.08 * cos(heading + 2), y + 0.08 * sin(heading + 2))
    let right = SIMD2(x + 0.08 * cos(heading - 2), y + 0.08 * sin(heading - 2))
    return [
      cells("covered", covered, [clear, Color(0.18, 0.65, 0.9, 0.35)]),
      cells(
        "robot's_own_map", known,
        [clear, Color(0.2, 0.7, 0.3, 0.25), Color(0.85, 0.2, 0.2, 0.7)]),
    ]
      + rays.map {
        .polyline(points: [SIMD2(x, y), $0], width: 0.01, color: Color(0.9, 0.5, 0.1, 0.35))
      } + [
        .circle(x: x, y: y, radius: 0.164, fill: Color(0.12, 0.14, 0.18)),
        .polygon(points: [nose, left, right], fill: Color(1, 1, 1)),
      ]
  }
}
