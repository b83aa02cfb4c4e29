import FedRLNumerics
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Rays through a grid against a walk from cell edge to cell edge in double precision.
/// A path is chosen for a whole process, so each has one of its own.
@Suite struct RayKernelTests {
  @Test func avx512RaysMatchAWalk() async {
    await #expect(processExitsWith: .success) { RayCheck("avx512")?.run() }
  }

  @Test func avx2RaysMatchAWalk() async {
    await #expect(processExitsWith: .success) { RayCheck("avx2")?.run() }
  }

  @Test func portableRaysMatchAWalk() async {
    await #expect(processExitsWith: .success) { RayCheck("portable")?.run() }
  }

  @Test func raysOfTheChosenPathMatchAWalk() async {
    await #expect(processExitsWith: .success) { RayCheck(Kernels.pathName)!.run() }
  }

  @Test func sineAndCosineAreTheLibrarys() {
    var random = RandomStream(seed: 1)
    for _ in 0..<1000 {
      let angle = random.uniform(-20, 20)
      let both = Kernels.sineCosine(angle)
      #expect(both.sine == sin(angle) && both.cosine == cos(angle))
    }
    #expect(Kernels.sineCosine(.infinity).sine.isNaN)
  }

  @Test func everyPathGivesTheSameBits() async {
    await #expect(processExitsWith: .success) {
      let found = ["avx512", "avx2", "portable"].compactMap { RayCheck($0)?.lengths() }
      for lengths in found { precondition(lengths == found[0], "two paths differ") }
    }
  }
}

private struct RayCheck {
  private let size = 40
  private let limit: Float = 25
  /// `[size, size]`
  private let isWall: [Bool]
  private let free: [UInt8]

  /// `nil` where the processor has no such path.
  init?(_ path: String) {
    guard Kernels.usePath(path) else { return nil }
    var random = RandomStream(seed: 5)
    let size = self.size
    let walls = (0..<(size * size)).map { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: size)
      return row == 0 || column == 0 || row == size - 1 || column == size - 1
        || random.uniform() < 0.06
    }
    isWall = walls
    // The distance from any point of the cell to the nearest wall's, from below: between centres, less
    // the two half diagonals.
    free =
      walls.indices.map { index in
        if walls[index] { return 0 }
        var nearest = Double.infinity
        for other in walls.indices where walls[other] {
          let dx = Double(index % size - other % size)
          let dy = Double(index / size - other / size)
          nearest = min(nearest, (dx * dx + dy * dy).squareRoot())
        }
        return UInt8(1 + max(0, Int((nearest - 2.0.squareRoot()) * 8)))
      } + [UInt8](repeating: 0, count: Kernels.rayGridPadding)
  }

  /// Fans of 1 to 40 rays, so that vectors are whole and partial.
  private func fans(_ body: (_ origin: (Double, Double), _ angles: [Double], [Float]) -> Void) {
    var random = RandomStream(seed: 6)
    for count in 1...40 {
      var origin = (0.0, 0.0)
      repeat {
        origin = (random.uniform(1, Double(size) - 1), random.uniform(1, Double(size) - 1))
      } while isWall[Int(origin.1) * size + Int(origin.0)]
      let angles = (0..<count).map { _ in random.uniform(-3.2, 3.2) }
      let cosines = angles.map { Float(cos($0)) }
      let sines = angles.map { Float(sin($0)) }
      var lengths = [Float](repeating: -1, count: count + 1)
      // A fan that is not turned, so that the directions are the angles'.
      Kernels.castRays(
        free: free, width: size, cosines: cosines, sines: sines, count: count,
        fan: .init(x: Float(origin.0), y: Float(origin.1), cosine: 1, sine: 0, limit: limit),
        into: &lengths)
      precondition(lengths.removeLast() == -1, "wrote past the last ray")
      body(origin, angles, lengths)
    }
  }

  func lengths() -> [Float] {
    var all: [Float] = []
    fans { all += $2 }
    return all
  }

  func run() {
    var (hits, corners) = (0, 0)
    fans { origin, angles, lengths in
      for (angle, length) in zip(angles, lengths) {
        let expected = walk(origin, cos(angle), sin(angle))
        if expected < Double(limit) { hits += 1 }
        // A corner cut by less than a thousandth of a cell may be passed.
        if abs(Double(length) - expected) > 5e-3 { corners += 1 }
      }
    }
    precondition(hits > 300, "only \(hits) rays met a wall")
    precondition(corners <= 2, "\(corners) of 820 rays differ from the walk")
  }

  /// How far a ray comes, going from edge to edge.
  private func walk(_ origin: (Double, Double), _ dx: Double, _ dy: Double) -> Double {
    var (column, row) = (Int(origin.0), Int(origin.1))
    var t = 0.0
    while !isWall[row * size + column] {
      let toX = ((dx > 0 ? Double(column + 1) : Double(column)) - origin.0) / dx
      let toY = ((dy > 0 ? Double(row + 1) : Double(row)) - origin.1) / dy
      t = min(toX, toY)
      if t >= Double(limit) { return Double(limit) }
      if toX < toY { column += dx > 0 ? 1 : -1 } else { row += dy > 0 ? 1 : -1 }
    }
    return t
  }
}
