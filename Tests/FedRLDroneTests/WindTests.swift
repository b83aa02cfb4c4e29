import FedRLBox2D
import FedRLDrone
import FedRLNumerics
import Foundation
import Testing

@Suite struct WindTests {
  private struct Sample: Equatable {
    var along: [Double] = []
    var upwards: [Double] = []
  }

  private func sample(
    _ strength: WindClass, airSpeed: Double, height: Double, step: Double, count: Int
  ) -> Sample {
    var random = RandomStream(seed: 11).split("gust")
    var gust = DrydenGust(random: &random)
    gust.prepare(strength: strength, airSpeed: airSpeed, height: height, seconds: step)
    var sample = Sample()
    for _ in 0..<count {
      let air = gust.next(&random)
      sample.along.append(air.x)
      sample.upwards.append(air.y)
    }
    return sample
  }

  private func covariance(_ values: [Double], lag: Int) -> Double {
    var sum = 0.0
    for index in 0..<(values.count - lag) { sum += values[index] * values[index + lag] }
    return sum / Double(values.count - lag)
  }

  /// At 10 ft: L_w 3.05 m, L_u 23.1 m, σ_u/σ_w 1.96; σ_w of 0.77, 1.54 and 2.32 m/s.
  @Test func `scales and strengths are those of MIL-F-8785C`() {
    let scales = DrydenGust.scales(height: 1)
    #expect(abs(scales.lengthW - 3.048) < 1e-9)
    #expect(abs(scales.lengthU - 23.1) < 0.05 && abs(scales.ratio - 1.96) < 0.005)
    for (strength, sigma) in [(WindClass.light, 0.77), (.moderate, 1.54), (.severe, 2.32)] {
      #expect(abs(DrydenGust.verticalSigma(strength) - sigma) < 0.005)
    }
    #expect(DrydenGust.verticalSigma(.calm) == 0)
    // Higher up the lengths grow and the ratio falls.
    let high = DrydenGust.scales(height: 100)
    #expect(abs(high.lengthW - 100) < 1e-9 && high.ratio < scales.ratio)
  }

  /// Sampling error of a variance over a time T: `√(2 ∫ρ² dt / T)`, below 0.7 % here.
  @Test(arguments: [0.1, 0.4]) func `variance and autocorrelation are Dryden's at any step`(
    step: Double
  ) {
    let count = Int(200_000 / step)
    let sample = sample(.moderate, airSpeed: 5, height: 2, step: step, count: count)
    let (ratio, lengthU, lengthW) = DrydenGust.scales(height: 2)
    let sigmaW = DrydenGust.verticalSigma(.moderate)
    let sigmaU = ratio * sigmaW
    for seconds in [0, 0.4, 0.8, 1.6, 4] {
      let lag = Int((seconds / step).rounded())
      let u = covariance(sample.along, lag: lag) / (sigmaU * sigmaU)
      let w = covariance(sample.upwards, lag: lag) / (sigmaW * sigmaW)
      let (x, y) = (5 * seconds / lengthU, 5 * seconds / lengthW)
      #expect(abs(u - exp(-x)) < 0.025, "u after \(seconds) s: \(u)")
      #expect(abs(w - exp(-y) * (1 - y / 2)) < 0.025, "w after \(seconds) s: \(w)")
    }
    let mean = sample.along.reduce(0, +) / Double(count)
    #expect(abs(mean) < 0.1)
  }

  /// Sampling errors: 1.1 % of the variance along the flow, 0.1 % of the squared change in a step.
  @Test func `so they are at the step of the physics`() {
    let sample = sample(.moderate, airSpeed: 20, height: 2, step: 1 / 240.0, count: 4_800_000)
    let (ratio, lengthU, lengthW) = DrydenGust.scales(height: 2)
    let sigmaW = DrydenGust.verticalSigma(.moderate)
    let sigmaU = ratio * sigmaW
    for lag in [0, 1, 60, 240] {
      let u = covariance(sample.along, lag: lag) / (sigmaU * sigmaU)
      let w = covariance(sample.upwards, lag: lag) / (sigmaW * sigmaW)
      let way = 20 * Double(lag) / 240
      let (x, y) = (way / lengthU, way / lengthW)
      #expect(abs(u - exp(-x)) < 0.045, "u after \(lag) steps: \(u)")
      #expect(abs(w - exp(-y) * (1 - y / 2)) < 0.02, "w after \(lag) steps: \(w)")
    }
    let (x, y) = (20 / 240 / lengthU, 20 / 240 / lengthW)
    let (u, w) = (squaredChange(sample.along), squaredChange(sample.upwards))
    #expect(abs(u / (2 * sigmaU * sigmaU * (1 - exp(-x))) - 1) < 5e-3)
    #expect(abs(w / (2 * sigmaW * sigmaW * (1 - exp(-y) * (1 - y / 2))) - 1) < 5e-3)
  }

  /// Mean, from one step to the next.
  private func squaredChange(_ values: [Double]) -> Double {
    zip(values, values.dropFirst()).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }
      / Double(values.count - 1)
  }

  @Test func `a craft that stands still in the air flies at 1 m/s`() {
    func gusts(_ airSpeed: Double) -> Sample {
      sample(.light, airSpeed: airSpeed, height: 2, step: 1 / 240.0, count: 100)
    }
    #expect(gusts(0) == gusts(1) && gusts(0.9) == gusts(1))
    #expect(gusts(1.1) != gusts(1))
  }

  @Test func `the gusts start in their stationary state`() {
    var sums = SIMD2<Double>.zero
    for seed in 0..<20_000 as Range<UInt64> {
      var random = RandomStream(seed: seed)
      var gust = DrydenGust(random: &random)
      gust.prepare(strength: .light, airSpeed: 1, height: 1, seconds: 1e-6)
      let air = gust.next(&random)
      sums += air * air
    }
    let sigma = DrydenGust.verticalSigma(.light)
    let ratio = DrydenGust.scales(height: 1).ratio
    #expect(abs(sums.y / 20_000 / (sigma * sigma) - 1) < 0.04)
    #expect(abs(sums.x / 20_000 / (sigma * sigma * ratio * ratio) - 1) < 0.04)
  }

  // MARK: In flight

  /// In a mean wind of 3 m/s, held at a height and a speed.
  private func flight(_ strength: WindClass) throws -> Flight {
    try Hangar.flight {
      $0.windSpeed = 3
      $0.windClass = strength
    }
  }

  /// The gust of one step as the drone feels it: `m Δv / (k Σω Δt) = w − v`, its rotors at hover, less
  /// the mean wind.
  private func gust(_ flight: inout Flight, height: Float, velocity: SIMD2<Float>) -> SIMD2<Double>
  {
    flight.drone.put(BodyState(position: [500, height], velocity: velocity))
    flight.step(0, 0)
    let drag = 9.1785e-7 * 4 * 14_476 * Double.pi / 30
    let change = SIMD2<Double>(flight.drone.state.velocity - velocity)
    return change * 240 * 0.027 / drag + SIMD2<Double>(velocity) - [3, 0]
  }

  /// At 10 ft σ_u/σ_w 1.96; at 100 m 1.38. Sampling error of a variance: 2.2 %.
  @Test(arguments: [(2, 1.96), (100, 1.38)] as [(Float, Double)])
  func `gusts shake the drone as strongly as its height tells`(height: Float, ratio: Double) throws
  {
    var calm = try flight(.calm)
    var moderate = try flight(.moderate)
    let still = gust(&calm, height: height, velocity: .zero)
    #expect(abs(still.x) < 1e-3 && abs(still.y) < 1e-3)
    var squares = SIMD2<Double>.zero
    for seed in 0..<4000 as Range<UInt64> {
      moderate.reset(seed: seed)
      let gust = gust(&moderate, height: height, velocity: .zero)
      squares += gust * gust / 4000
    }
    #expect(abs(squares.x / (ratio * ratio * 1.543 * 1.543) - 1) < 0.08)
    #expect(abs(squares.y / (1.543 * 1.543) - 1) < 0.08)
  }

  /// Of one step's squared change, `2 σ² (1 − ρ)`, which goes with the air speed over the length.
  /// Sampling error: 0.9 %.
  @Test(
    arguments: [
      (2, [-1, 3], 5, 1.963, 23.05, 3.048), (100, [-1, 3], 5, 1.380, 262.8, 100),
      (100, [-9, -9], 15, 1.380, 262.8, 100),
    ] as [(Float, SIMD2<Float>, Double, Double, Double, Double)])
  func `gusts pass as fast as the drone meets the air, as long as its height tells`(
    height: Float, velocity: SIMD2<Float>, airSpeed: Double, ratio: Double, lengthU: Double,
    lengthW: Double
  ) throws {
    var flight = try flight(.moderate)
    var sample = Sample()
    for _ in 0..<24_000 {
      let gust = gust(&flight, height: height, velocity: velocity)
      sample.along.append(gust.x)
      sample.upwards.append(gust.y)
    }
    let (x, y) = (airSpeed / 240 / lengthU, airSpeed / 240 / lengthW)
    let (sigmaU, sigmaW) = (ratio * 1.543, 1.543)
    let (u, w) = (squaredChange(sample.along), squaredChange(sample.upwards))
    #expect(abs(u / (2 * sigmaU * sigmaU * (1 - exp(-x))) - 1) < 0.04)
    #expect(abs(w / (2 * sigmaW * sigmaW * (1 - exp(-y) * (1 - y / 2))) - 1) < 0.04)
  }

  @Test func `calm air moves at its mean, and sines stay within the class`() throws {
    var calm = try Hangar.flight { $0.windSpeed = 3 }
    var sine = try Hangar.flight {
      $0.windSpeed = 3
      $0.windClass = .moderate
      $0.windModel = .sine
    }
    let most = Float(DrydenGust.scales(height: 0).ratio * DrydenGust.verticalSigma(.moderate))
    var (low, high) = (Float.infinity, -Float.infinity)
    for _ in 0..<2400 {
      calm.step(0, 0)
      sine.step(0, 0)
      #expect(calm.drone.wind.velocity == [3, 0])
      low = min(low, sine.drone.wind.velocity.x)
      high = max(high, sine.drone.wind.velocity.x)
    }
    #expect(low >= 3 - most && high <= 3 + most && high - low > most)
  }
}
