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
    let place = WorldDrawing.point(world, state.x, state.y)
    let radius = Float(robot.settings.bodyRadius)
    let heading = Float(state.heading + world.originYaw)
    let nose = SIMD2(place.x + radius * cos(heading), place.y + radius * sin(heading))
    drawing.shapes.append(
      .circle(x: place.x, y: place.y, radius: radius, fill: WorldDrawing.body))
    drawing.shapes.append(
      .polyline(points: [place, nose], width: 0.03, color: WorldDrawing.nose))
    drawing.trail = place
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
      palette: [WorldDrawing.clear, WorldDrawing.knownFree, WorldDrawing.knownBlocked])
  }
}

/// What both dynamics draw alike. Drawn in the grid's own directions: a map turned in its world is
/// drawn straight, with its lower-left corner in place.
enum WorldDrawing {
  static let clear = Color(0, 0, 0, 0)
  static let covered = Color(0.30, 0.69, 0.49, 0.55)
  static let knownFree = Color(0.25, 0.47, 0.85, 0.15)
  static let knownBlocked = Color(0.80, 0.20, 0.20, 0.8)
  static let body = Color(0.13, 0.15, 0.20)
  static let nose = Color(0.98, 0.80, 0.20)

  static func point(_ world: VacuumWorld, _ x: Double, _ y: Double) -> SIMD2<Float> {
    SIMD2(Float(world.originX + x), Float(world.originY + y))
  }

  static func layer(
    _ name: String, _ world: VacuumWorld, _ values: [UInt8], palette: [Color]
  ) -> Drawing.Cells {
    Drawing.Cells(
      name: name, width: world.width, height: world.height, originX: Float(world.originX),
      originY: Float(world.originY), cellSize: Float(world.cell), values: values, palette: palette)
  }

  /// Floor, walls, carpet, no-go zones, drops and the dock.
  static func addBackground(_ world: VacuumWorld, to drawing: inout Drawing) {
    let (low, high) = (
      point(world, 0, 0),
      point(world, Double(world.width) * world.cell, Double(world.height) * world.cell)
    )
    drawing.bounds = (low.x, low.y, high.x, high.y)
    let values = (0..<world.count).map { index -> UInt8 in
      let flag = world.flags[index]
      if flag & CellFlags.blocked != 0 { return 1 }
      if flag & CellFlags.noGo != 0 { return 4 }
      if flag & CellFlags.cliff != 0 { return 5 }
      if flag & CellFlags.carpet != 0 { return 3 }
      return flag & CellFlags.cleanable != 0 ? 2 : 6
    }
    let palette = [
      clear, Color(0.22, 0.24, 0.28), Color(0.97, 0.96, 0.93), Color(0.90, 0.83, 0.72),
      Color(0.96, 0.75, 0.73), Color(0.45, 0.20, 0.45), Color(0.86, 0.86, 0.86),
    ]
    drawing.background.append(.cells(layer("home", world, values, palette: palette)))
    let dock = point(world, world.dock.x, world.dock.y)
    drawing.background.append(
      .circle(x: dock.x, y: dock.y, radius: 0.1, fill: Color(0.20, 0.45, 0.85)))
  }
}
