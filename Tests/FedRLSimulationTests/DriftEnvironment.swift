import FedRLCore
import FedRLNumerics

/// A point that is pushed along a line from a start drawn from the episode's seed; cut off after seven
/// steps. Has no snapshots, so that resuming replays actions.
struct DriftEnvironment: Environment {
  static let specification = EnvironmentSpecification(
    name: "drift", observations: BoxSpace(shape: [2], low: -100, high: 100, name: "state"),
    actions: .box(BoxSpace(shape: [1], low: -1, high: 1, name: "push")),
    controlPeriodSeconds: 0.5, maximumEpisodeSteps: 7,
    metrics: [
      MetricDefinition("distance", unit: "m", higherIsBetter: false, "distance to the origin")
    ])
  let gain, rewardScale: Float
  private var position: Float = 0
  private var speed: Float = 0

  init(gain: Float, rewardScale: Float = 1) {
    self.gain = gain
    self.rewardScale = rewardScale
  }

  var specification: EnvironmentSpecification { Self.specification }

  mutating func reset(seed: UInt64, into observation: inout MutableSpan<Float>) {
    var random = RandomStream(seed: seed)
    position = Float(random.uniform(-1, 1))
    speed = 0
    observe(into: &observation)
  }

  mutating func step(_ action: Span<Float>, into observation: inout MutableSpan<Float>)
    -> StepOutcome
  {
    speed = 0.9 * speed + 0.1 * gain * action[0]
    position += speed
    observe(into: &observation)
    return StepOutcome(reward: -abs(position) * rewardScale)
  }

  func writeMetrics(into values: inout MutableSpan<Double>) { values[0] = Double(abs(position)) }

  private func observe(into observation: inout MutableSpan<Float>) {
    observation[0] = position
    observation[1] = speed
  }
}

struct DriftKind: EnvironmentKind {
  var gain: Float = 1
  var rewardScale: Float = 1
  var specification: EnvironmentSpecification { DriftEnvironment.specification }
  let baselines = ["stay", "push"]

  func makeBatch(count: Int) -> any BatchEnvironment {
    BatchAdapter<DriftEnvironment>(count: count) {
      DriftEnvironment(gain: gain, rewardScale: rewardScale)
    }
  }

  func runBaseline(_ name: String, seed: UInt64) throws -> EpisodeRecord {
    EpisodeRecord(
      seed: seed, episodeReturn: name == "stay" ? 0 : Double(gain), steps: 7, end: .truncated,
      metrics: [.nan])
  }
}
