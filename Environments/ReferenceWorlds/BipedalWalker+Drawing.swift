import FedRLBox2D
public import FedRLCore

extension BipedalWalker {
  /// The stretch of ground that Gymnasium's picture shows, the walker and its rays.
  public func draw(into drawing: inout Drawing) {
    let hull = scene.world[scene.hull]
    let (width, height) = (Float(BipedalWalkerPlan.width), Float(BipedalWalkerPlan.height))
    let length = Float(BipedalWalkerTerrain.step) * Float(BipedalWalkerTerrain.pointCount - 1)
    let left = min(max(hull.position.x - width / 5, -1), length - width)
    drawing.bounds = (left, 0, left + width, height)
    if drawing.wantsBackground { drawGround(length, into: &drawing) }
    for hit in rayHits {
      drawing.shapes.append(
        .polyline(points: [hull.position, hit], width: 0.03, color: Color(0.9, 0.2, 0.2, 0.5)))
    }
    draw(scene.legs.second, Color(0.50, 0.20, 0.40), into: &drawing)
    draw(scene.legs.first, Color(0.70, 0.40, 0.60), into: &drawing)
    drawing.shapes.append(
      .polygon(
        points: place(BipedalWalkerPlan.hullCorners, at: hull), fill: Color(0.50, 0.20, 0.90)))
    drawing.trail = hull.position
    drawing.gauges += [
      .init(
        name: "distance", value: hull.position.x - Float(BipedalWalkerScene.start.x),
        range: 0...length, unit: "m"),
      .init(name: "speed", value: hull.velocity.x, range: -5...5, unit: "m/s"),
      .init(name: "tilt", value: hull.angle, range: -1...1, unit: "rad"),
    ]
  }

  /// The ground as one polygon per piece: hardcore ground may hang over itself nowhere, but it jumps.
  private func drawGround(_ length: Float, into drawing: inout Drawing) {
    let terrain = scene.terrain
    let points = (0..<BipedalWalkerTerrain.pointCount).map { terrain.point($0) }
    drawing.background.append(
      .polygon(points: [[0, 0]] + points + [[length, 0]], fill: Color(0.40, 0.60, 0.30)))
    drawing.background.append(
      .polyline(points: points, width: 0.06, color: Color(0.30, 0.85, 0.30)))
    for box in terrain.boxes {
      drawing.background.append(.polygon(points: box, fill: Color(0.60, 0.60, 0.60)))
    }
    let foot = SIMD2(
      Float(3 * BipedalWalkerTerrain.step), Float(BipedalWalkerTerrain.startHeight))
    let top = foot + SIMD2(0, 50 / 30)
    drawing.background.append(
      .polyline(points: [foot, top], width: 0.05, color: Color(0.1, 0.1, 0.1)))
    drawing.background.append(
      .polygon(
        points: [top, top - SIMD2(0, 10 / 30), top + SIMD2(25 / 30, -5 / 30)],
        fill: Color(0.90, 0.20, 0)))
  }

  private func draw(_ leg: BipedalWalkerLeg, _ color: Color, into drawing: inout Drawing) {
    for (body, halfSize) in [
      (leg.upper, BipedalWalkerPlan.upperLegHalfSize),
      (leg.lower, BipedalWalkerPlan.lowerLegHalfSize),
    ] {
      drawing.shapes.append(
        .polygon(points: place(boxCorners(halfSize), at: scene.world[body]), fill: color))
    }
  }
}
