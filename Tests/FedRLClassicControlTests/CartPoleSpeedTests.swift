import FedRLClassicControl
import FedRLCore
import FedRLNumerics
import FedRLTestSupport
import Foundation
import Testing

/// Prints how long things take; run alone, in release, with `FEDRL_BENCHMARK=1`.
@Suite(
  .serialized, .enabled(if: ProcessInfo.processInfo.environment["FEDRL_BENCHMARK"] != nil))
struct CartPoleSpeedTests {
  /// The best of some repetitions, in seconds.
  private func best(of repetitions: Int = 9, _ body: () -> Void) -> Double {
    (0..<repetitions).map { _ in ContinuousClock().measure(body) / .seconds(1) }.min()!
  }

  /// Steps per second with random actions, resets included.
  private func rate(_ batch: any BatchEnvironment, steps: Int) -> Double {
    let count = batch.count
    var random = RandomStream(seed: 1)
    let actions = (0..<64).map { _ in (0..<count).map { _ in Float(random.integer(below: 2)) } }
    var observations = [Float](repeating: 0, count: 4 * count)
    var finals = observations
    var rewards = [Float](repeating: 0, count: count)
    var ends = [EpisodeEnd](repeating: .none, count: count)
    var observed = observations.mutableSpan
    batch.reset(random: RandomStream(seed: 2), into: &observed)
    let rounds = steps / count
    let seconds = best {
      for round in 0..<rounds {
        let row = actions[round % 64]
        var observed = observations.mutableSpan
        var earned = rewards.mutableSpan
        var ended = ends.mutableSpan
        var last = finals.mutableSpan
        batch.step(
          row.span, into: &observed, rewards: &earned, ends: &ended, finalObservations: &last)
      }
    }
    return Double(rounds * count) / seconds
  }

  @Test(arguments: [8, 1024])
  func cartPoleStepsPerSecond(count: Int) {
    let batch = rate(CartPoleBatch(count: count), steps: 4_000_000)
    let adapter = rate(BatchAdapter<CartPole>(count: count) { CartPole() }, steps: 1_000_000)
    print(
      "cartpole, \(count) copies: batch \(Int(batch / 1000)) k steps/s,",
      "adapted plain form \(Int(adapter / 1000)) k steps/s")
    // The bar; a busy machine may need another try.
    #expect(batch > 10_000_000)
  }

  @Test func normalNumbersPerSecond() {
    var sum = 0.0
    let seconds = best(of: 100) { sum += Self.sumOfNormals(1_000_000) }
    print("normal(): \((seconds * 1e5).rounded() / 100) ns (sum \(sum))")
    #expect(sum.isFinite)
  }

  @inline(never)
  private static func sumOfNormals(_ count: Int) -> Double {
    var random = RandomStream(seed: 4)
    var sum = 0.0
    for _ in 0..<count { sum += random.normal() }
    return sum
  }
}
