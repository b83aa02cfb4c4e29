import FedRLBox2D
public import FedRLCore

extension LunarLander {
  /// The moon in front of a dark sky, two flags, and the lander with its flames.
  public func draw(into drawing: inout Drawing) {
    let size = SIMD2(Float(LunarLanderPlan.width), Float(LunarLanderPlan.height))
    drawing.bounds = (0, 0, size.x, size.y)
    if drawing.wantsBackground { drawGround(size, into: &drawing) }
    let body = scene.world[scene.lander]
    drawFlames(body, into: &drawing)
    let corners = boxCorners(LunarLanderPlan.legHalfSize)
    for leg in [scene.legs.first, scene.legs.second] {
      drawing.shapes.append(
        .polygon(
          points: place(corners, at: scene.world[leg]), fill: Color(0.55, 0.48, 0.80)))
    }
    drawing.shapes.append(
      .polygon(
        points: place(LunarLanderPlan.bodyCorners, at: body), fill: Color(0.50, 0.40, 0.90)))
    drawing.trail = body.position
    addGauges(body, to: &drawing)
  }

  private func drawGround(_ size: SIMD2<Float>, into drawing: inout Drawing) {
    drawing.background.append(
      .polygon(
        points: [[0, 0], [size.x, 0], size, [0, size.y]], fill: Color(0.05, 0.06, 0.12)))
    drawing.background.append(
      .polygon(
        points: [[0, 0]] + scene.terrain.points + [[size.x, 0]], fill: Color(0.82, 0.82, 0.84)))
    let flags = LunarLanderTerrain.flags
    for x in [Float(flags.left), Float(flags.right)] {
      let foot = SIMD2(x, Float(LunarLanderTerrain.padHeight))
      let top = foot + LunarLanderPlan.point(0, 50)
      drawing.background.append(
        .polyline(points: [foot, top], width: 0.05, color: Color(1, 1, 1)))
      drawing.background.append(
        .polygon(
          points: [
            top, top + LunarLanderPlan.point(0, -10), top + LunarLanderPlan.point(25, -5),
          ], fill: Color(0.85, 0.80, 0.10)))
    }
  }

  /// Triangles below and beside the lander, as long as the engines of the last step were strong.
  private func drawFlames(_ body: BodyState, into drawing: inout Drawing) {
    let fire = Color(1, 0.55, 0.15)
    if thrust.main > 0 {
      let tip = Float(-10 - 25 * thrust.main)
      drawing.shapes.append(
        .polygon(
          points: place([(-7, -10), (7, -10), (0, tip)].map(Self.pixels), at: body), fill: fire))
    }
    if thrust.side > 0 {
      // The left engine, −1, pushes to the left: its flame is on the right.
      let side = Float(-thrust.direction)
      let tip = side * Float(17 + 15 * thrust.side)
      drawing.shapes.append(
        .polygon(
          points: place([(side * 15, 10), (side * 15, 16), (tip, 13)].map(Self.pixels), at: body),
          fill: fire))
    }
  }

  private static func pixels(_ x: Float, _ y: Float) -> SIMD2<Float> {
    LunarLanderPlan.point(Double(x), Double(y))
  }

  private func addGauges(_ body: BodyState, to drawing: inout Drawing) {
    drawing.gauges += [
      .init(name: "fall", value: -body.velocity.y, range: -5...5, unit: "m/s"),
      .init(name: "angle", value: body.angle, range: -1...1, unit: "rad"),
      .init(name: "main engine", value: Float(thrust.main), range: 0...1, unit: "1"),
    ]
  }
}

/// The corners of a box about the origin.
func boxCorners(_ halfSize: SIMD2<Float>) -> [SIMD2<Float>] {
  [
    [-halfSize.x, -halfSize.y], [halfSize.x, -halfSize.y], halfSize, [-halfSize.x, halfSize.y],
  ]
}

/// Points of a body's frame in the world.
func place(_ points: [SIMD2<Float>], at body: BodyState) -> [SIMD2<Float>] {
  let (sine, cosine) = (sin(body.angle), cos(body.angle))
  return points.map {
    body.position + SIMD2(cosine * $0.x - sine * $0.y, sine * $0.x + cosine * $0.y)
  }
}

#if canImport(Glibc)
  import Glibc
#endif
