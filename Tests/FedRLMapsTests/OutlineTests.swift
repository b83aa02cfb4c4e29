import FedRLMaps
import FedRLNumerics
import Foundation
import Testing

@Suite struct OutlineTests {
  private func noise(
    _ width: Int, _ height: Int, density: Double, seed: UInt64, cell: Double = 0.05
  )
    -> OccupancyGrid
  {
    var random = RandomStream(seed: seed)
    var grid = OccupancyGrid(width: width, height: height, resolution: cell)
    for index in 0..<grid.count where random.uniform() < density {
      grid.cells[index] = UInt8(1 + random.integer(below: 2))
    }
    return grid
  }

  /// Rooms with slanted walls and a few posts: what simplification is for.
  private func slanted(seed: UInt64) -> OccupancyGrid {
    var random = RandomStream(seed: seed)
    var grid = OccupancyGrid(width: 80, height: 60, resolution: 0.05)
    for _ in 0..<6 {
      let slope = random.uniform(-1.5, 1.5)
      let (x0, y0) = (random.uniform(0, 80), random.uniform(0, 60))
      let thickness = random.uniform(0.6, 3)
      for y in 0..<60 {
        for x in 0..<80 where random.uniform() < 0.98 {
          let distance =
            (Double(y) - y0 - slope * (Double(x) - x0)) / (1 + slope * slope).squareRoot()
          if distance.magnitude < thickness { grid.cells[y * 80 + x] = 1 }
        }
      }
    }
    return grid
  }

  private func area(_ loop: [SIMD2<Float>]) -> Double {
    var sum = 0.0
    for (index, point) in loop.enumerated() {
      let next = loop[(index + 1) % loop.count]
      sum += Double(point.x) * Double(next.y) - Double(next.x) * Double(point.y)
    }
    return sum / 2
  }

  /// Corners where two free cells meet that do not join.
  private func touchingCorners(_ grid: OccupancyGrid) -> Int {
    var count = 0
    for y in 1..<grid.height {
      for x in 1..<grid.width {
        let (a, b) = (grid.isFree(x, y), grid.isFree(x - 1, y - 1))
        let (c, d) = (grid.isFree(x - 1, y), grid.isFree(x, y - 1))
        if a == b && c == d && a != c { count += 1 }
      }
    }
    return count
  }

  @Test func `a post in a room has its own loop, counter-clockwise, the room's is clockwise`() {
    let grid = drawn("...", ".#.", "...", resolution: 0.5)
    let loops = grid.outlines()
    #expect(
      loops == [
        [[1, 0.5], [1, 1], [0.5, 1], [0.5, 0.5]].map { $0 as SIMD2<Float> },
        [[1.5, 1.5], [1.5, 0], [0, 0], [0, 1.5]].map { $0 as SIMD2<Float> },
      ])
    #expect(area(loops[0]) == 0.25 && area(loops[1]) == -2.25)
    // Without an outside there is only the post.
    #expect(grid.outlines(outsideBlocked: false) == [loops[0]])
    #expect(drawn("##", resolution: 0.5).outlines() == [])
  }

  @Test func `free cells that meet at a corner are cut apart`() {
    let grid = drawn(".#", "#.", resolution: 1)
    let loops = grid.outlines()
    let cut = Float(1 / (2 + 2.0.squareRoot()))
    #expect(loops.count == 2)
    #expect(Set(loops.map(\.count)) == [5])
    #expect(loops.joined().contains([1 + cut, 1]) && loops.joined().contains([1, 1 + cut]))
    #expect(smallestGap(loops) > 0.41)
  }

  @Test func `what the loops hold is the free area but for cut corners, and lies to their right`() {
    for (index, density) in [0.05, 0.2, 0.4, 0.5, 0.6, 0.9].enumerated() {
      let grid = noise(37, 29, density: density, seed: UInt64(index))
      let loops = grid.outlines()
      let cut = 0.05 / (2 + 2.0.squareRoot())
      let expected = grid.freeArea - Double(touchingCorners(grid)) * cut * cut
      #expect(abs(-loops.reduce(0) { $0 + area($1) } - expected) < 1e-4)
      for loop in loops { expectFreeRight(of: loop, in: grid) }
    }
  }

  private func expectFreeRight(of loop: [SIMD2<Float>], in grid: OccupancyGrid) {
    for (index, point) in loop.enumerated() {
      let next = loop[(index + 1) % loop.count]
      let way = next - point
      let length = (way * way).sum().squareRoot()
      let right = SIMD2(way.y, -way.x) / length
      for side in [Float(1), -1] {
        let probe = (point + next) / 2 + side * 0.004 * right
        let cell = grid.cell(at: Point(x: Double(probe.x), y: Double(probe.y)))
        let isFree = cell.map { grid.isFree($0.x, $0.y) } ?? false
        // Behind a cut corner there still is a little of the free cell.
        let isCut = way.x != 0 && way.y != 0
        #expect(isFree == (side > 0) || isCut)
      }
    }
  }

  @Test func `every corner and wall keeps its distance from every other`() {
    for (index, density) in [0.1, 0.35, 0.5, 0.65].enumerated() {
      let loops = noise(30, 30, density: density, seed: UInt64(10 + index)).outlines()
      #expect(smallestGap(loops) > 0.0207)
    }
  }

  @Test func `simplified loops stay near, apart and as many`() {
    for seed in 0..<6 as Range<UInt64> {
      for grid in [slanted(seed: seed), noise(30, 30, density: 0.45, seed: seed)] {
        let exact = grid.outlines()
        let simple = grid.outlines(tolerance: 0.05)
        #expect(simple.count == exact.count)
        #expect(smallestGap(simple) > 0.0199)
        for (before, after) in zip(exact, simple) {
          #expect(after.count >= 3 && after.allSatisfy(before.contains))
          for point in before { #expect(distance(point, to: after) <= 0.0501) }
          #expect(area(before) * area(after) > 0)
        }
      }
      let grid = slanted(seed: seed)
      let (before, after) = (grid.outlines(), grid.outlines(tolerance: 0.05))
      #expect(after.joined().count * 2 < before.joined().count)
    }
  }

  @Test func `a staircase becomes a slope and a square stays a square`() {
    var grid = OccupancyGrid(width: 40, height: 40, resolution: 0.05)
    for y in 0..<40 { for x in y..<40 { grid.cells[y * 40 + x] = 1 } }
    #expect(grid.outlines()[0].count > 70)
    #expect(grid.outlines(tolerance: 0.05)[0].count <= 6)
    let square = OccupancyGrid(width: 40, height: 40, resolution: 0.05)
    #expect(square.outlines(tolerance: 0.05) == square.outlines())
  }

  @Test func `cells too small for Box2D are merged, and free space never grows`() {
    let grid = noise(90, 90, density: 0.02, seed: 3, cell: 0.005)
    let loops = grid.outlines()
    #expect(smallestGap(loops) > 0.0059)
    #expect(-loops.reduce(0) { $0 + area($1) } <= grid.freeArea)
    #expect(!loops.isEmpty)
  }

  @Test func `a turned map has its outlines turned`() {
    var grid = drawn("...", ".#.", "...", resolution: 0.5)
    grid.originX = 2
    grid.originY = -1
    grid.originYaw = .pi / 2
    let loop = grid.outlines(outsideBlocked: false)[0]
    // Grid corner (1, 0.5) m turned a quarter to the left, then moved.
    #expect(abs(loop[0].x - 1.5) < 1e-6 && abs(loop[0].y - 0) < 1e-6)
    #expect(abs(area(loop) - 0.25) < 1e-6)
  }
}

/// The smallest distance between two lines that are not neighbours, and between two points, metres.
func smallestGap(_ loops: [[SIMD2<Float>]]) -> Double {
  struct Line {
    let a, b: SIMD2<Double>
    let loop, index, count: Int
  }
  var lines: [Line] = []
  for (number, loop) in loops.enumerated() {
    for (index, point) in loop.enumerated() {
      let next = loop[(index + 1) % loop.count]
      lines.append(
        Line(
          a: SIMD2(Double(point.x), Double(point.y)), b: SIMD2(Double(next.x), Double(next.y)),
          loop: number, index: index, count: loop.count))
    }
  }
  func distance(_ point: SIMD2<Double>, _ line: Line) -> Double {
    let way = line.b - line.a
    let along = min(max(((point - line.a) * way).sum() / (way * way).sum(), 0), 1)
    let offset = point - line.a - along * way
    return (offset * offset).sum().squareRoot()
  }
  func side(_ p: SIMD2<Double>, _ q: SIMD2<Double>, _ r: SIMD2<Double>) -> Double {
    (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x)
  }
  var best = Double.infinity
  for (i, first) in lines.enumerated() {
    let length = ((first.b - first.a) * (first.b - first.a)).sum().squareRoot()
    best = min(best, length)
    for second in lines[(i + 1)...] {
      let step = second.index - first.index
      let areNeighbours =
        first.loop == second.loop && (step == 1 || step == first.count - 1)
      if areNeighbours {
        // They share a point; the others must keep away from the lines.
        let (far, near) =
          step == 1
          ? (distance(second.b, first), distance(first.a, second))
          : (distance(second.a, first), distance(first.b, second))
        best = min(best, far, near)
        continue
      }
      let crosses =
        side(first.a, first.b, second.a) * side(first.a, first.b, second.b) < 0
        && side(second.a, second.b, first.a) * side(second.a, second.b, first.b) < 0
      if crosses { return 0 }
      best = min(
        best, distance(second.a, first), distance(second.b, first),
        min(distance(first.a, second), distance(first.b, second)))
    }
  }
  return best
}

private func distance(_ point: SIMD2<Float>, to loop: [SIMD2<Float>]) -> Float {
  var best = Float.infinity
  for (index, a) in loop.enumerated() {
    let way = loop[(index + 1) % loop.count] - a
    let along = min(max(((point - a) * way).sum() / (way * way).sum(), 0), 1)
    let offset = point - a - along * way
    best = min(best, (offset * offset).sum().squareRoot())
  }
  return best
}
