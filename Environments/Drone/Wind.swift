package import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// Turbulence near the ground after Dryden (MIL-F-8785C), sampled exactly.
///
/// Along the flow `u` has the autocorrelation `σ_u² e^(−Vt/L_u)`, one step of a first-order filter;
/// upwards `w` has `σ_w² e^(−Vt/L_w) (1 − Vt/2L_w)`, from the filter
/// `σ √(L/πV) (1 + √3 Ls/V) / (1 + Ls/V)²` in two states with their exact covariance over a step.
package struct DrydenGust: Sendable, BitwiseCopyable {
  /// m/s along x; divided by σ_u.
  private var along = 0.0
  /// The vertical filter's states; both poles at V/L.
  private var first = 0.0
  private var second = 0.0
  private var coefficients = Coefficients()

  /// What one step of some length needs.
  private struct Coefficients: BitwiseCopyable {
    var sigmaU = 0.0
    var sigmaW = 0.0
    /// e^(−VΔt/L_u) and √(1 − that²).
    var decayU = 1.0
    var noiseU = 0.0
    /// e^(−x) and x e^(−x), x = VΔt/L_w.
    var decayW = 1.0
    var ramp = 0.0
    /// Cholesky factor of the covariance that a step adds.
    var noise11 = 0.0
    var noise21 = 0.0
    var noise22 = 0.0
  }

  /// Takes the states from their stationary distribution.
  package init(random: inout RandomStream) {
    along = random.normal()
    // Covariance [[1, ½], [½, ½]].
    first = random.normal()
    second = 0.5 * first + 0.5 * random.normal()
  }

  /// Standard deviation of the vertical gusts, m/s: a tenth of the wind at 20 ft.
  package static func verticalSigma(_ strength: WindClass) -> Double {
    let knots: Double =
      switch strength {
      case .calm: 0
      case .light: 15
      case .moderate: 30
      case .severe: 45
      }
    return 0.1 * knots * 1852 / 3600
  }

  /// σ_u / σ_w and the lengths L_u and L_w (m) at a height (m), which counts as 10 ft at least.
  package static func scales(height: Double) -> (ratio: Double, lengthU: Double, lengthW: Double) {
    let foot = 0.3048
    let feet = max(height / foot, 10)
    let base = 0.177 + 0.000823 * feet
    return (1 / pow(base, 0.4), foot * feet / pow(base, 1.2), foot * feet)
  }

  /// Works out the constants of steps of some length.
  /// - Parameters:
  ///   - airSpeed: V, m/s; a hovering craft counts as 1 m/s.
  ///   - height: m.
  package mutating func prepare(
    strength: WindClass, airSpeed: Double, height: Double, seconds: Double
  ) {
    let (ratio, lengthU, lengthW) = Self.scales(height: height)
    let speed = max(airSpeed, 1)
    let sigma = Self.verticalSigma(strength)
    let decayU = exp(-speed * seconds / lengthU)
    let x = speed * seconds / lengthW
    let decayW = exp(-x)
    let square = decayW * decayW
    let noise11 = (1 - square).squareRoot()
    let noise21 = noise11 > 0 ? (0.5 - square * (x + 0.5)) / noise11 : 0
    let rest = 0.5 - square * (x * x + x + 0.5) - noise21 * noise21
    coefficients = Coefficients(
      sigmaU: ratio * sigma, sigmaW: sigma, decayU: decayU,
      noiseU: (1 - decayU * decayU).squareRoot(), decayW: decayW, ramp: x * decayW,
      noise11: noise11, noise21: noise21, noise22: max(rest, 0).squareRoot())
  }

  /// Steps once, and gives the gust along x and upwards, m/s.
  @inline(__always)
  package mutating func next(_ random: inout RandomStream) -> SIMD2<Double> {
    let c = coefficients
    along = c.decayU * along + c.noiseU * random.normal()
    let (a, b) = (random.normal(), random.normal())
    second = c.decayW * second + c.ramp * first + c.noise21 * a + c.noise22 * b
    first = c.decayW * first + c.noise11 * a
    let root3 = 3.0.squareRoot()
    // The output's variance in these states is 2.
    let upwards = (root3 * first + (1 - root3) * second) * 0.5.squareRoot()
    return SIMD2(c.sigmaU * along, c.sigmaW * upwards)
  }
}

/// The air about the drone: a mean and what varies.
package struct Wind: Sendable {
  let mean: Float
  let strength: WindClass
  let model: WindModel
  let substepSeconds: Double
  /// Of the sines: a random phase, s.
  private var phase: Double
  private var gust: DrydenGust
  private var random: RandomStream
  /// m/s, as of the last substep.
  package private(set) var velocity: SIMD2<Float>

  init(_ settings: DroneSettings, random: RandomStream) {
    mean = Float(settings.windSpeed)
    strength = settings.windClass
    model = settings.windModel
    substepSeconds = 1 / Double(settings.physicsRate)
    self.random = random
    gust = DrydenGust(random: &self.random)
    phase = self.random.uniform(0, 10_000)
    velocity = SIMD2(mean, 0)
  }

  /// Whether the wind changes from one substep to the next.
  @inline(__always)
  var isTurbulent: Bool { strength != .calm && model == .dryden }

  /// Before the substeps of one action.
  /// - Parameters:
  ///   - velocity: the drone's, m/s.
  ///   - height: above the lowest ground: the arena's floor, or a map's lower edge, m.
  ///   - seconds: since the start.
  mutating func prepare(velocity: SIMD2<Float>, height: Float, seconds: Double) {
    guard strength != .calm else { return }
    switch model {
    case .dryden:
      let air = SIMD2(mean, 0) - velocity
      gust.prepare(
        strength: strength, airSpeed: Double((air * air).sum().squareRoot()),
        height: Double(height), seconds: substepSeconds)
    case .sine:
      // LunarLander counts steps of 0.02 s, with k = 0.01.
      let steps = (seconds + phase) * 50
      let shape = tanh(sin(0.02 * steps) + sin(.pi * 0.01 * steps))
      let sigma = DrydenGust.scales(height: 0).ratio * DrydenGust.verticalSigma(strength)
      self.velocity = SIMD2(mean + Float(sigma * shape), 0)
    }
  }

  /// The wind during the next substep, m/s.
  @inline(__always)
  mutating func next() -> SIMD2<Float> {
    if isTurbulent {
      let air = gust.next(&random)
      velocity = SIMD2(mean + Float(air.x), Float(air.y))
    }
    return velocity
  }
}
