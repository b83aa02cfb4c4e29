public import FedRLCore
import FedRLMaps

#if canImport(Glibc)
  import Glibc
#endif

extension VehicleEnvironment {
  private static let road = Color(0.90, 0.90, 0.91)
  private static let grass = Color(0.985, 0.985, 0.975)
  private static let wall = Color(0.20, 0.22, 0.26)
  private static let edge = Color(0.55, 0.57, 0.62)
  private static let racing = Color(0.20, 0.66, 0.44, 0.6)
  private static let ray = Color(0.94, 0.45, 0.13, 0.35)
  private static let body = Color(0.12, 0.40, 0.85)
  private static let front = Color(1, 0.82, 0.20)
  private static let other = Color(0.72, 0.22, 0.26)
  private static let tyre = Color(0.13, 0.15, 0.20)

  public func draw(into drawing: inout Drawing) {
    let bounds = plan.world.bounds
    let extent = max(bounds.maxX - bounds.minX, bounds.maxY - bounds.minY)
    let margin = 0.03 * extent
    drawing.bounds = (
      bounds.minX - margin, bounds.minY - margin, bounds.maxX + margin, bounds.maxY + margin
    )
    if drawing.wantsBackground { drawTrack(width: extent / 600, into: &drawing) }
    if layout.rayCount > 0 { drawRays(width: extent / 1500, into: &drawing) }
    for index in 0..<trafficCount {
      let car = traffic[index]
      drawing.shapes.append(
        .polygon(
          points: Self.box(
            SIMD2(Float(car.x), Float(car.y)), SIMD2(Float(car.cosine), Float(car.sine)),
            Float(kernel.halfLength), Float(kernel.halfWidth)), fill: Self.other))
    }
    drawCar(halo: 0.012 * extent, into: &drawing)
    drawing.gauges += [
      .init(
        name: "speed", value: Float(car.speed),
        range: Float(min(kernel.minimumSpeed, 0))...Float(kernel.maximumSpeed), unit: "m/s"),
      .init(
        name: "steering", value: Float(car.steering * 180 / .pi),
        range: Float(
          -kernel.maximumSteering * 180 / .pi)...Float(
            kernel.maximumSteering * 180 / .pi), unit: "°"),
      .init(
        name: "laps", value: Float(metrics.laps.progress / metrics.laps.length),
        // A gauge from 0 to 1 would be a share, in per cent.
        range: 0...Float(kernel.lastLap > 0 ? max(kernel.lastLap, 2) : 5), unit: ""),
    ]
  }

  private func drawTrack(width: Float, into drawing: inout Drawing) {
    let world = plan.world
    for (edge, fill) in zip(world.edges, [Self.road, Self.grass]) {
      drawing.background.append(.polygon(points: edge, fill: fill))
    }
    for edge in world.edges {
      drawing.background.append(
        .polyline(points: edge + [edge[0]], width: width, color: Self.edge))
    }
    for loop in world.walls {
      drawing.background.append(
        .polyline(points: loop + [loop[0]], width: width, color: Self.wall))
    }
    let line = world.line
    let step = max(line.count / 1000, 1)
    let points = stride(from: 0, through: line.count, by: step).map { index in
      SIMD2(Float(line[index].x), Float(line[index].y))
    }
    drawing.background.append(
      .polyline(
        points: line.isClosed ? points + [points[0]] : points, width: width, color: Self.racing))
  }

  private func drawRays(width: Float, into drawing: inout Drawing) {
    let (c, s) = (Float(cos(car.yaw)), Float(sin(car.yaw)))
    let place = lidarPlace
    let count = layout.allRays
    for ray in 0..<count {
      let (rc, rs) = (plan.rays[ray], plan.rays[count + ray])
      let end = place + scan[ray] * SIMD2(c * rc - s * rs, s * rc + c * rs)
      drawing.shapes.append(.polyline(points: [place, end], width: width, color: Self.ray))
    }
  }

  private func drawCar(halo: Float, into drawing: inout Drawing) {
    let heading = SIMD2(Float(cos(car.yaw)), Float(sin(car.yaw)))
    let side = SIMD2(-heading.y, heading.x)
    let place = SIMD2(Float(car.x), Float(car.y))
    let middle = place + Float(kernel.middle) * heading
    let (length, width) = (Float(kernel.halfLength), Float(kernel.halfWidth))
    drawing.trail = place
    drawing.shapes.append(
      .circle(
        x: place.x, y: place.y, radius: max(halo, 1.5 * length), fill: Color(0.12, 0.40, 0.85, 0.15)
      ))
    let parameters = plan.parameters
    let steered = SIMD2(
      Float(cos(car.yaw + car.steering)), Float(sin(car.yaw + car.steering)))
    for (along, direction) in [
      (Float(parameters.frontAxle), steered), (Float(-parameters.rearAxle), heading),
    ] {
      for across in [width, -width] {
        let wheel = Self.box(
          place + along * heading + across * side, direction, 0.18 * length, 0.16 * width)
        drawing.shapes.append(.polygon(points: wheel, fill: Self.tyre))
      }
    }
    drawing.shapes.append(
      .polygon(points: Self.box(middle, heading, length, 0.85 * width), fill: Self.body))
    drawing.shapes.append(
      .polygon(
        points: Self.box(middle + 0.75 * length * heading, heading, 0.2 * length, 0.7 * width),
        fill: Self.front))
  }

  private static func box(
    _ center: SIMD2<Float>, _ heading: SIMD2<Float>, _ halfLength: Float, _ halfWidth: Float
  ) -> [SIMD2<Float>] {
    let side = SIMD2(-heading.y, heading.x)
    let (along, across) = (halfLength * heading, halfWidth * side)
    return [
      center + along + across, center - along + across, center - along - across,
      center + along - across,
    ]
  }
}
