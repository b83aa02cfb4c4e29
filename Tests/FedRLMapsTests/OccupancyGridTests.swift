import FedRLMaps
import FedRLNumerics
import Foundation
import Testing

@Suite struct OccupancyGridTests {
  @Test func `row zero is the lowest and cell centres lie half a cell in`() {
    var grid = OccupancyGrid(width: 4, height: 3, resolution: 0.5, originX: 10, originY: -2)
    grid[3, 2] = .occupied
    #expect(grid.cells[11] == 1)
    #expect(grid.center(0, 0) == Point(x: 10.25, y: -1.75))
    let cell = grid.cell(at: Point(x: 11.99, y: -0.51))
    #expect(cell?.x == 3 && cell?.y == 2)
    #expect(grid.cell(at: Point(x: 12.01, y: 0)) == nil)
    #expect(grid.cell(at: Point(x: 9.99, y: 0)) == nil)
  }

  @Test func `a turned grid finds every cell again from its centre`() {
    let grid = OccupancyGrid(
      width: 7, height: 5, resolution: 0.3, originX: 2, originY: 3, originYaw: 1)
    for y in 0..<5 {
      for x in 0..<7 {
        let cell = grid.cell(at: grid.center(x, y))
        #expect(cell?.x == x && cell?.y == y)
      }
    }
    // The x axis of the grid points along the yaw.
    let step = grid.center(1, 0)
    let start = grid.center(0, 0)
    #expect(abs(atan2(step.y - start.y, step.x - start.x) - 1) < 1e-12)
  }

  @Test func `coarse cells are subdivided evenly and fine ones stay`() {
    let grid = drawn("#.", ".?", resolution: 0.12)
    let fine = grid.resampled(to: 0.05)
    #expect(fine.width == 6 && fine.height == 6)
    #expect(abs(fine.resolution - 0.04) < 1e-12)
    for y in 0..<6 { for x in 0..<6 { #expect(fine[x, y] == grid[x / 3, y / 3]) } }
    #expect(abs(fine.freeArea - grid.freeArea) < 1e-12)
    let almost = OccupancyGrid(width: 2, height: 2, resolution: 0.05000000074505806)
    #expect(almost.resampled(to: 0.05) == almost)
    #expect(drawn("..", resolution: 0.02).resampled(to: 0.05).resolution == 0.02)
  }

  @Test func `cropping keeps the place of every cell in the world`() {
    var grid = OccupancyGrid(
      width: 9, height: 8, resolution: 0.1, originX: 1, originY: 2, originYaw: 0.7,
      cells: [UInt8](repeating: 2, count: 72))
    grid[4, 5] = .free
    grid[6, 6] = .free
    let cut = grid.cropped(margin: 3)
    #expect(cut.width == 9 && cut.height == 8)
    #expect(cut[3, 3] == .free && cut[5, 4] == .free && cut[8, 7] == .unknown)
    let (a, b) = (cut.center(3, 3), grid.center(4, 5))
    #expect(abs(a.x - b.x) < 1e-12 && abs(a.y - b.y) < 1e-12)
  }

  @Test func `components join cells by edges, not by corners`() {
    let grid = drawn("..#..", ".#...", "#..#.")
    let parts = grid.freeComponents()
    // From the lower left: the part below, which reaches the right side, then the upper left.
    #expect(parts.sizes == [8, 3])
    #expect(parts.largest == 0)
    let kept = grid.keeping(0, of: parts)
    #expect(kept.count(of: .free) == 8 && kept[0, 2] == .unknown)
  }

  @Test func `the largest of equal components is the first`() {
    #expect(drawn(".#.").freeComponents().largest == 0)
    #expect(drawn("###").freeComponents().largest == nil)
  }

  /// The distance from a cell's centre to the nearest square of a kind, by trying all.
  private func bruteForce(
    _ grid: OccupancyGrid, _ x: Int, _ y: Int, _ isTarget: (UInt8) -> Bool
  ) -> Double {
    var best = Double.infinity
    for v in 0..<grid.height {
      for u in 0..<grid.width where isTarget(grid.cells[v * grid.width + u]) {
        let dx = max(Double(abs(u - x)) - 0.5, 0)
        let dy = max(Double(abs(v - y)) - 0.5, 0)
        best = min(best, (dx * dx + dy * dy).squareRoot())
      }
    }
    return best * grid.resolution
  }

  @Test(arguments: [(1, 1, 0.5), (1, 9, 0.2), (13, 1, 0.3), (23, 17, 0.02), (31, 40, 0.3)])
  func `the distance field equals brute force`(width: Int, height: Int, density: Double) {
    var random = RandomStream(seed: 7).split("distance", UInt64(width))
    for _ in 0..<8 {
      var grid = OccupancyGrid(width: width, height: height, resolution: 0.05)
      for index in 0..<grid.count {
        grid.cells[index] = random.uniform() < density ? UInt8(1 + random.integer(below: 2)) : 0
      }
      let open = grid.distanceField(outsideBlocked: false)
      let walled = grid.distanceField()
      let signed = grid.distanceField(outsideBlocked: false, signed: true)
      for y in 0..<height {
        for x in 0..<width {
          let index = y * width + x
          let expected = bruteForce(grid, x, y) { $0 != 0 }
          let border = (Double(min(x, y, width - 1 - x, height - 1 - y)) + 0.5) * 0.05
          let inside = -bruteForce(grid, x, y) { $0 == 0 }
          #expect(close(open[index], expected))
          #expect(close(walled[index], min(expected, border)))
          #expect(close(signed[index], grid.cells[index] == 0 ? expected : inside))
        }
      }
    }
  }

  private func close(_ got: Float, _ expected: Double) -> Bool {
    Double(got) == expected || abs(Double(got) - expected) < 1e-6
  }

  @Test func `a map without walls is bounded by its edge alone`() {
    let grid = OccupancyGrid(width: 3, height: 3, resolution: 2)
    #expect(grid.distanceField(outsideBlocked: false).allSatisfy { $0 == .infinity })
    #expect(grid.distanceField() == [1, 1, 1, 1, 3, 1, 1, 1, 1])
  }

  @Test func `a no-go mask holds zones, walls without gaps and the keep-out mask`() {
    var home = HomeMap(
      name: "test", grid: OccupancyGrid(width: 20, height: 20, resolution: 0.1))
    #expect(home.noGoMask() == nil)
    home.zones = [
      Zone(corners: [(0, 0), (0.5, 0), (0.5, 0.3), (0, 0.3)].map { Point(x: $0.0, y: $0.1) }),
      Zone(
        corners: [(1, 1), (2, 1), (2, 2)].map { Point(x: $0.0, y: $0.1) }, purpose: .noMop),
    ]
    #expect(home.noGoMask()?.filter { $0 }.count == 15)
    home.zones = []
    home.virtualWalls = [Segment(from: Point(x: -1, y: 0.3), to: Point(x: 3, y: 1.7))]
    var divided = home.grid
    for (index, isForbidden) in (home.noGoMask() ?? []).enumerated() where isForbidden {
      divided.cells[index] = 1
    }
    #expect(divided.freeComponents().sizes.count == 2)
  }

  @Test func `the clear point is the nearest at which the body fits`() throws {
    var grid = OccupancyGrid(width: 60, height: 40, resolution: 0.05)
    for y in 0..<40 { grid[30, y] = .occupied }
    let home = HomeMap(name: "two rooms", grid: grid)
    let field = grid.distanceField()
    let point = try #require(
      home.clearPoint(near: Point(x: 1.54, y: 1), radius: 0.164, field: field))
    #expect(abs(point.x - 1.725) < 1e-9 && abs(point.y - 1) < 0.03)
    #expect(home.clearPoint(near: Point(x: 1, y: 1), radius: 1.2, field: field) == nil)
  }
}
