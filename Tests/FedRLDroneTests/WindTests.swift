import FedRLDrone
import FedRLNumerics
import Foundation
import Testing

@Suite struct WindTests {
  private struct Sample {
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
