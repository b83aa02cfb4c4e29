import FedRLCore

#if canImport(Glibc)
  import Glibc
#endif

extension DriveBatch {
  func draw(copy index: Int, into drawing: inout Drawing) {
    let memory = memory(index)
    let state = memory.state.pointee
    let world = robot.world
    WorldDrawing.addBackground(world, to: &drawing)
    drawing.shapes.append(.cells(coveredLayer(memory)))
    drawing.shapes.append(.cells(mapLayer(memory)))
    WorldDrawing.addDock(world, to: &drawing)
    let place = WorldDrawing.point(world, state.x, state.y)
    WorldDrawing.addRobot(
      at: place, heading: Float(state.heading), radius: Float(robot.settings.bodyRadius),
      to: &drawing)
    let coverage = Float(state.covered) / Float(world.cleanableCount)
    drawing.gauges += [
      .init(name: "coverage", value: coverage * 100, range: 0...100, unit: "%"),
      .init(
        name: "battery", value: Float(state.charge / robot.kernel.capacity) * 100, range: 0...100,
        unit: "%"),
      .init(
        name: "speed", value: Float(state.speed),
        range: Float(-robot.settings.reverseSpeed)...Float(robot.settings.maximumSpeed),
        unit: "m/s"),
    ]
  }

  private func coveredLayer(_ memory: CopyMemory) -> Drawing.Cells {
    let values = (0..<robot.world.count).map { memory.cells[$0] >> 7 }
    return WorldDrawing.layer(
      "covered", robot.world, values, palette: [WorldDrawing.clear, WorldDrawing.covered])
  }

  private func mapLayer(_ memory: CopyMemory) -> Drawing.Cells {
    let layout = robot.mapLayout
    let values = (0..<layout.count).map { index -> UInt8 in
      memory.map[index] > 0 ? 2 : memory.map[index] < 0 ? 1 : 0
    }
    let corner = WorldDrawing.point(robot.world, 0, 0)
    return Drawing.Cells(
      name: "robot's map", width: layout.width, height: layout.height, originX: corner.x,
      originY: corner.y, cellSize: Float(layout.cell), values: values,
      palette: [WorldDrawing.unknown, WorldDrawing.clear, WorldDrawing.knownBlocked],
      labels: ["unknown", "free", "obstacle"])
  }
}

/// What both dynamics draw alike. Drawn in the grid's own directions: a map turned in its world is
/// drawn straight, with its lower-left corner in place.
enum WorldDrawing {
  static let clear = Color(0, 0, 0, 0)
  static let covered = Color(0.20, 0.66, 0.44, 0.5)
  /// Where the robot's own map is empty lies a veil.
  static let unknown = Color(0.36, 0.40, 0.48, 0.38)
  static let knownBlocked = Color(0.94, 0.45, 0.13, 0.75)
  static let body = Color(0.13, 0.15, 0.20)
  static let rim = Color(0.98, 0.98, 0.99)
  static let nose = Color(1, 0.82, 0.20)
  static let dock = Color(0.12, 0.40, 0.85)

  static func point(_ world: VacuumWorld, _ x: Double, _ y: Double) -> SIMD2<Float> {
    SIMD2(Float(world.originX + x), Float(world.originY + y))
  }

  static func layer(
    _ name: String, _ world: VacuumWorld, _ values: [UInt8], palette: [Color],
    labels: [String] = []
  ) -> Drawing.Cells {
    Drawing.Cells(
      name: name, width: world.width, height: world.height, originX: Float(world.originX),
      originY: Float(world.originY), cellSize: Float(world.cell), values: values, palette: palette,
      labels: labels)
  }

  /// Floor, walls, carpet, no-go zones and drops.
  static func addBackground(_ world: VacuumWorld, to drawing: inout Drawing) {
    let (low, high) = (
      point(world, 0, 0),
      point(world, Double(world.width) * world.cell, Double(world.height) * world.cell)
    )
    drawing.bounds = (low.x, low.y, high.x, high.y)
    guard drawing.wantsBackground else { return }
    let isNear = nearFloor(world)
    let values = (0..<world.count).map { index -> UInt8 in
      let flag = world.flags[index]
      if flag & CellFlags.blocked != 0 { return isNear[index] ? 1 : 0 }
      if flag & CellFlags.noGo != 0 { return 4 }
      if flag & CellFlags.cliff != 0 { return 5 }
      if flag & CellFlags.carpet != 0 { return 3 }
      return flag & CellFlags.cleanable != 0 ? 2 : 6
    }
    let palette = [
      clear, Color(0.20, 0.22, 0.26), Color(0.985, 0.975, 0.95), Color(0.91, 0.83, 0.70),
      Color(0.96, 0.75, 0.73), Color(0.45, 0.20, 0.45), Color(0.84, 0.84, 0.85),
    ]
    drawing.background.append(
      .cells(
        layer(
          "home", world, values, palette: palette,
          labels: ["", "wall", "floor", "carpet", "no-go", "drop", "out of reach"])))
  }

  /// Whether some cell within 0.15 m, along rows and columns, is not blocked: walls are drawn no
  /// thicker than that, since nobody knows what lies behind their faces.
  private static func nearFloor(_ world: VacuumWorld) -> [Bool] {
    let reach = max(Int(0.15 / world.cell + 0.5), 1)
    var near = (0..<world.count).map { world.flags[$0] & CellFlags.blocked == 0 }
    func spread(lines: Int, lineStep: Int, count: Int, step: Int) {
      for line in 0..<lines {
        let source = (0..<count).map { near[line * lineStep + $0 * step] }
        for place in 0..<count where source[place] {
          for other in max(place - reach, 0)...min(place + reach, count - 1) {
            near[line * lineStep + other * step] = true
          }
        }
      }
    }
    spread(lines: world.height, lineStep: world.width, count: world.width, step: 1)
    spread(lines: world.width, lineStep: 1, count: world.height, step: world.width)
    return near
  }

  /// A blue disc with a bolt.
  static func addDock(_ world: VacuumWorld, to drawing: inout Drawing) {
    let place = point(world, world.dock.x, world.dock.y)
    let bolt: [SIMD2<Float>] = [
      [0.015, 0.08], [-0.05, -0.01], [-0.005, -0.01], [-0.015, -0.08], [0.05, 0.01], [0.005, 0.01],
    ]
    drawing.shapes.append(.circle(x: place.x, y: place.y, radius: 0.12, fill: rim))
    drawing.shapes.append(.circle(x: place.x, y: place.y, radius: 0.105, fill: dock))
    drawing.shapes.append(.polygon(points: bolt.map { place + $0 }, fill: rim))
  }

  /// A dark disc with a light rim, a yellow arrow to its front where it has one, and its path.
  static func addRobot(
    at place: SIMD2<Float>, heading: Float?, radius: Float, to drawing: inout Drawing
  ) {
    drawing.trail = place
    drawing.shapes.append(.circle(x: place.x, y: place.y, radius: radius, fill: Self.rim))
    drawing.shapes.append(.circle(x: place.x, y: place.y, radius: radius * 0.9, fill: body))
    guard let heading else { return }
    func rim(_ angle: Float, _ share: Float) -> SIMD2<Float> {
      place + share * radius * SIMD2(cos(heading + angle), sin(heading + angle))
    }
    drawing.shapes.append(
      .polygon(points: [rim(0, 0.8), rim(2.3, 0.55), rim(.pi, 0.15), rim(-2.3, 0.55)], fill: nose))
  }
}
