import FedRLBox2D
public import FedRLCore

#if canImport(Glibc)
  import Glibc
#endif

extension Drone {
  public func draw(into drawing: inout Drawing) {
    let site = design.site
    drawing.bounds = (site.low.x, site.low.y - 0.1, site.high.x, site.high.y + 0.1)
    if drawing.wantsBackground { drawBackground(into: &drawing) }
    drawGoals(into: &drawing)
    drawRays(into: &drawing)
    drawCraft(into: &drawing)
    drawWind(into: &drawing)
    let speed = (state.velocity * state.velocity).sum().squareRoot()
    drawing.trail = state.position
    drawing.gauges += [
      .init(name: "battery", value: charge * 100, range: 0...100, unit: "%"),
      .init(name: "speed", value: speed, range: 0...5, unit: "m/s"),
      .init(name: "tilt", value: -state.angle * 180 / .pi, range: -60...60, unit: "°"),
      .init(
        name: "way to goal",
        value: goalDistance, range: 0...5, unit: "m"),
      .init(name: "thrust left", value: thrustShare(rpm.y), range: 0...100, unit: "%"),
      .init(name: "thrust right", value: thrustShare(rpm.x), range: 0...100, unit: "%"),
    ]
    if wind.boundOnSpeed > 0 {
      drawing.gauges.append(
        .init(name: "wind along x", value: wind.velocity.x, range: -15...15, unit: "m/s"))
    }
  }

  /// Of the most that a side gives, per cent.
  private func thrustShare(_ rpm: Float) -> Float {
    100 * airframe.thrust(atRPM: rpm) / airframe.thrust(atRPM: airframe.maximumRPM)
  }

  private func drawBackground(into drawing: inout Drawing) {
    let stone = Color(0.25, 0.27, 0.31)
    for loop in design.site.loops {
      drawing.background.append(
        .polyline(points: loop + [loop[0]], width: 0.03, color: stone))
    }
    if design.site.loops.isEmpty {
      let (low, high) = (design.site.low, design.site.high)
      drawing.background.append(
        .polyline(
          points: [low, [low.x, high.y], high, [high.x, low.y]], width: 0.02,
          color: Color(0.25, 0.27, 0.31, 0.25)))
    }
    for line in design.site.lines {
      drawing.background.append(.polyline(points: line, width: 0.03, color: stone))
    }
    for obstacle in plan.obstacles {
      let (c, s) = (obstacle.center, obstacle.size)
      drawing.background.append(
        obstacle.isBox
          ? .polygon(
            points: [c + [-s, -s], c + [s, -s], c + [s, s], c + [-s, s]], fill: stone)
          : .circle(x: c.x, y: c.y, radius: s, fill: stone))
    }
  }

  private func drawGoals(into drawing: inout Drawing) {
    let (now, later) = (Color(0.15, 0.62, 0.35, 0.8), Color(0.15, 0.62, 0.35, 0.25))
    if settings.task == .landing {
      let half = SIMD2(Float(settings.padWidth) / 2, 0)
      let middle = goal - SIMD2(0, EpisodePlan.standing)
      drawing.shapes.append(
        .polyline(points: [middle - half, middle + half], width: 0.06, color: now))
      return
    }
    for (index, place) in plan.goals.enumerated() where index >= goalIndex {
      drawing.shapes.append(
        .circle(
          x: place.x, y: place.y, radius: Float(settings.goalRadius),
          fill: index == goalIndex ? now : later))
    }
  }

  private func drawRays(into drawing: inout Drawing) {
    for ray in 0..<settings.rays {
      let angle = state.angle + 2 * Float.pi * Float(ray) / Float(settings.rays)
      let reach = rayFractions[ray] * Float(settings.rayRange)
      let end = state.position + reach * SIMD2(cos(angle), sin(angle))
      let isHit = rayFractions[ray] < 1
      drawing.shapes.append(
        .polyline(
          points: [state.position, end], width: 0.008,
          color: Color(0.94, 0.45, 0.13, isHit ? 0.6 : 0.15)))
    }
  }

  /// By how much what moves is drawn larger than it is, that it can be seen: in the usual arena of 8 m
  /// three times, in a small room not at all.
  private var magnification: Float {
    let extent = max(design.site.high.x - design.site.low.x, design.site.high.y - design.site.low.y)
    return max(3 * extent / 8, 1)
  }

  /// Thrusts are as long as half a metre at the limit, in the usual arena.
  private func drawCraft(into drawing: inout Drawing) {
    let scale = magnification / 3
    let right = SIMD2(cos(state.angle), sin(state.angle))
    let up = SIMD2(-right.y, right.x)
    let reach = 3 * scale * DroneArena.halfWidth
    let body = Color(0.13, 0.15, 0.20)
    let thrust = Color(0.12, 0.40, 0.85)
    let most = airframe.thrust(atRPM: airframe.maximumRPM)
    for (side, speed) in [(Float(1), rpm.x), (-1, rpm.y)] {
      let hub = state.position + side * reach * 0.8 * right
      let length = 0.5 * scale * airframe.thrust(atRPM: speed) / most
      drawing.shapes.append(
        .polyline(points: [hub, hub + length * up], width: 0.025 * scale, color: thrust))
      let (blade, height) = (0.09 * scale * right, 0.05 * scale * up)
      drawing.shapes.append(
        .polyline(
          points: [hub - blade + height, hub + blade + height], width: 0.02 * scale, color: body))
    }
    let (flat, thin) = (reach * right, 0.03 * scale * up)
    let corners = [flat + thin, thin - flat, -flat - thin, flat - thin].map { state.position + $0 }
    drawing.shapes.append(.polygon(points: corners, fill: body))
  }

  /// An arrow in the upper left, in the usual arena a tenth of a metre per m/s.
  private func drawWind(into drawing: inout Drawing) {
    let scale = magnification / 3
    let blow = 0.1 * scale * wind.velocity
    let length = (blow * blow).sum().squareRoot()
    guard length > 0.01 * scale else { return }
    let site = design.site
    let tail = SIMD2(site.low.x + (site.high.x - site.low.x) / 8, site.high.y - 0.4 * scale)
    let head = tail + blow
    let along = blow / length
    let across = SIMD2(-along.y, along.x)
    let color = Color(0.45, 0.55, 0.70)
    drawing.shapes.append(.polyline(points: [tail, head], width: 0.03 * scale, color: color))
    drawing.shapes.append(
      .polygon(
        points: [
          head + 0.12 * scale * along, head + 0.07 * scale * across,
          head - 0.07 * scale * across,
        ], fill: color))
  }
}
