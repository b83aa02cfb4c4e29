package import FedRLNumerics

/// The ground of one episode: 199 pieces of 14 pixels, and with `hardcore` the boxes on them.
package struct BipedalWalkerTerrain {
  /// Distance of two points along x, m: 14 pixels.
  package static let step = 14 / BipedalWalkerPlan.pixelsPerMeter
  /// Points of the ground, from x = 0 on.
  package static let pointCount = 200
  /// Of the ground at the start, m.
  package static let startHeight = BipedalWalkerPlan.height / 4
  /// Points before the ground may become rough.
  static let startPad = 20
  /// The walker arrives this many steps before the end; stretches of grass are about as long.
  static let grass = 10
  /// Where an episode is won: x, m.
  package static let finish = Double(pointCount - grass) * step

  /// `[200]`, m; neighbours are ``step`` apart.
  package private(set) var heights: [Double] = []
  /// What stands on the ground or lines it (stumps, stairs, sides of pits): four corners each, m.
  package private(set) var boxes: [[SIMD2<Float>]] = []

  /// Draws the ground from `random`, from left to right; with boxes where the settings ask for
  /// `hardcore`.
  /// - Complexity: O(points).
  package init(_ settings: BipedalWalkerSettings, random: inout RandomStream) {
    var course = Course(roughness: settings.roughness)
    heights.reserveCapacity(Self.pointCount)
    for index in 0..<Self.pointCount {
      let height = course.next(index, boxes: &boxes, random: &random)
      heights.append(height)
      course.count(isHard: settings.hardcore, random: &random)
    }
  }

  /// Point `index` in `0..<pointCount`, m.
  func point(_ index: Int) -> SIMD2<Float> {
    SIMD2(Float(Double(index) * Self.step), Float(heights[index]))
  }
}

/// What the ground is being made of, from left to right.
private struct Course {
  enum Stretch: Int { case grass, stump, stairs, pit }

  let roughness: Double
  var stretch = Stretch.grass
  /// Whether the stretch begins here.
  var begins = false
  /// Points until the next stretch.
  var left = BipedalWalkerTerrain.startPad
  var height = BipedalWalkerTerrain.startHeight
  var slope = 0.0
  /// Where pits and stairs began.
  var originalHeight = 0.0
  var stairs = (steps: 0, width: 0, rise: 0)

  init(roughness: Double) { self.roughness = roughness }

  /// The height of point `index`; adds the boxes that begin there.
  mutating func next(
    _ index: Int, boxes: inout [[SIMD2<Float>]], random: inout RandomStream
  ) -> Double {
    let place = SIMD2(Double(index) * BipedalWalkerTerrain.step, height)
    switch (stretch, begins) {
    case (.grass, false): grow(index, &random)
    case (.grass, true): break
    case (.pit, true): beginPit(place, &boxes, &random)
    case (.pit, false):
      height = originalHeight - (left > 1 ? 4 * BipedalWalkerTerrain.step : 0)
    case (.stump, true):
      left = 1 + random.integer(below: 2)
      boxes.append(Self.box(place, right: left, down: -left))
    case (.stump, false): break
    case (.stairs, true): beginStairs(place, &boxes, &random)
    case (.stairs, false):
      let climbed = Double(stairs.steps * stairs.width - left - stairs.rise) / Double(stairs.width)
      height = originalHeight + climbed * Double(stairs.rise) * BipedalWalkerTerrain.step
    }
    return height
  }

  /// Goes on to the next point, and to the next stretch where this one is over.
  mutating func count(isHard: Bool, random: inout RandomStream) {
    begins = false
    left -= 1
    guard left == 0 else { return }
    left = BipedalWalkerTerrain.grass / 2 + random.integer(below: BipedalWalkerTerrain.grass / 2)
    begins = true
    stretch =
      stretch == .grass && isHard ? Stretch(rawValue: 1 + random.integer(below: 3))! : .grass
  }

  /// A slope that wanders, and is drawn back to the height of the start.
  private mutating func grow(_ index: Int, _ random: inout RandomStream) {
    let drop = BipedalWalkerTerrain.startHeight - height
    slope = 0.8 * slope + (drop > 0 ? 0.01 : drop < 0 ? -0.01 : 0)
    if index > BipedalWalkerTerrain.startPad {
      slope += random.uniform(-1, 1) / BipedalWalkerPlan.pixelsPerMeter * roughness
    }
    height += slope
  }

  /// Three or four steps wide and four deep, between two boxes.
  private mutating func beginPit(
    _ place: SIMD2<Double>, _ boxes: inout [[SIMD2<Float>]], _ random: inout RandomStream
  ) {
    left = 3 + random.integer(below: 2)
    boxes.append(Self.box(place, right: 1, down: 4))
    let far = place + SIMD2(BipedalWalkerTerrain.step * Double(left), 0)
    boxes.append(Self.box(far, right: 1, down: 4))
    left += 2
    originalHeight = place.y
  }

  /// Three or four steps up or down, each four points wide.
  private mutating func beginStairs(
    _ place: SIMD2<Double>, _ boxes: inout [[SIMD2<Float>]], _ random: inout RandomStream
  ) {
    stairs.rise = random.uniform() > 0.5 ? 1 : -1
    stairs.width = 4
    stairs.steps = 3 + random.integer(below: 2)
    originalHeight = place.y
    for step in 0..<stairs.steps {
      let corner =
        place + BipedalWalkerTerrain.step
        * SIMD2(Double(step * stairs.width), Double(step * stairs.rise))
      boxes.append(Self.box(corner, right: stairs.width, down: 1))
    }
    left = stairs.steps * stairs.width
  }

  /// Corners from the upper left one on (the lower left one where `down` is negative), in steps.
  private static func box(_ place: SIMD2<Double>, right: Int, down: Int) -> [SIMD2<Float>] {
    let size = BipedalWalkerTerrain.step * SIMD2(Double(right), -Double(down))
    return [
      SIMD2(place), SIMD2(place + SIMD2(size.x, 0)), SIMD2(place + size),
      SIMD2(place + SIMD2(0, size.y)),
    ]
  }
}
