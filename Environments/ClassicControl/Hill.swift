import FedRLCore
import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// Position (m) and velocity (m/s; a step is a second) of a car in the valley.
public struct CarState: ClassicState {
  public var position, velocity: Double

  public init(position: Double, velocity: Double) {
    self.position = position
    self.velocity = velocity
  }

  public static let width = 2
  public var values: [Double] { [position, velocity] }
  public init(values: [Double]) { self.init(position: values[0], velocity: values[1]) }
}

/// What both mountain cars do alike: start, observe and draw.
extension HillSettings {
  func specification(name: String, actions: ActionSpace) -> EnvironmentSpecification {
    let speed = Float(maxSpeed)
    return EnvironmentSpecification(
      name: name,
      observations: BoxSpace(
        shape: [2], low: [Float(minPosition), -speed], high: [Float(maxPosition), speed],
        names: ["car.position", "car.velocity"]),
      actions: actions, controlPeriodSeconds: 1, maximumEpisodeSteps: maxSteps)
  }

  func start(_ random: inout RandomStream) -> CarState {
    CarState(position: random.uniform(startLow, startHigh), velocity: 0)
  }

  func observe(_ state: CarState, into observation: inout MutableSpan<Float>) {
    observation[0] = Float(state.position)
    observation[1] = Float(state.velocity)
  }

  /// Metres; the height of Gymnasium's picture, whose slope the dynamics follow.
  static func height(_ position: Double) -> Double { sin(3 * position) * 0.45 + 0.55 }

  func draw(_ state: CarState, into drawing: inout Drawing) {
    let (left, right) = (Float(minPosition), Float(maxPosition))
    let dark = Color(0.2, 0.2, 0.22)
    drawing.bounds = (left - 0.1, -0.05, right + 0.1, 1.3)
    if drawing.wantsBackground {
      let ground = (0...100).map { index in
        let x = minPosition + (maxPosition - minPosition) * Double(index) / 100
        return SIMD2(Float(x), Float(Self.height(x)))
      }
      drawing.background.append(.polyline(points: ground, width: 0.01, color: dark))
      let foot = SIMD2(Float(goalPosition), Float(Self.height(goalPosition)))
      drawing.background.append(
        .polyline(points: [foot, foot + [0, 0.15]], width: 0.01, color: dark))
      drawing.background.append(
        .polygon(
          points: [foot + [0, 0.15], foot + [0, 0.12], foot + [0.075, 0.135]],
          fill: Color(0.8, 0.8, 0)))
    }
    drawCar(at: state.position, into: &drawing)
    let limit = Float(maxSpeed)
    drawing.gauges.append(
      .init(name: "velocity", value: Float(state.velocity), range: -limit...limit, unit: "m/s"))
  }

  /// A body of 0.12 × 0.06 m on two wheels, along the slope.
  private func drawCar(at position: Double, into drawing: inout Drawing) {
    let slope = Float(1.35 * cos(3 * position))
    let along = SIMD2<Float>(1, slope) / (1 + slope * slope).squareRoot()
    let up = SIMD2<Float>(-along.y, along.x)
    let ground = SIMD2(Float(position), Float(Self.height(position)))
    let floor = ground + up * 0.03
    drawing.shapes.append(
      .rod(
        from: floor + up * 0.03 - along * 0.06, to: floor + up * 0.03 + along * 0.06, width: 0.06,
        fill: Color(0.2, 0.2, 0.22)))
    for side: Float in [-1, 1] {
      let wheel = floor + along * (0.035 * side)
      drawing.shapes.append(
        .circle(x: wheel.x, y: wheel.y, radius: 0.024, fill: Color(0.5, 0.5, 0.5)))
    }
  }
}
