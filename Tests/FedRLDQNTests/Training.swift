import FedRLCore
import FedRLDQN
import FedRLNumerics
import FedRLTestSupport

/// One turn's task, as a fleet of one would give it.
func makeTask(
  _ parameters: ParameterVector, moments: Moments? = nil, steps: Int, turn: Int = 0,
  turns: Int = 1, random: RandomStream, isFirstAfterSync: Bool = false
) -> TrainingTask {
  TrainingTask(
    parameters: parameters, observationMoments: moments, environmentSteps: steps,
    progress: FleetProgress(
      start: Double(turn) / Double(turns), end: Double(turn + 1) / Double(turns)),
    random: random.split("turn", UInt64(turn)), isFirstAfterSync: isFirstAfterSync)
}

/// A made-up world with discrete actions: a place on a line of `observations` numbers that actions move,
/// some impossible at its ends. Episodes end by themselves or are cut off.
final class DiscreteWorld: BatchEnvironment {
  let specification: EnvironmentSpecification
  let count: Int
  private let width: Int
  private let choices: Int
  private var places: [Int]
  private var ages: [Int]
  private var random = RandomStream(seed: 0)
  /// Actions taken where they were impossible.
  private(set) var violations = 0

  init(observations: Int, choices: Int, count: Int = 1, masksActions: Bool = false) {
    width = observations
    self.choices = choices
    self.count = count
    places = Array(repeating: 0, count: count)
    ages = Array(repeating: 0, count: count)
    specification = EnvironmentSpecification(
      name: "line",
      observations: BoxSpace(
        shape: [observations], low: Array(repeating: -10, count: observations),
        high: Array(repeating: 10, count: observations),
        names: (0..<observations).map { "place \($0)" }),
      actions: .discrete(count: choices), controlPeriodSeconds: 1, maximumEpisodeSteps: 12,
      masksActions: masksActions)
  }

  private func isPossible(_ choice: Int, _ copy: Int) -> Bool {
    !specification.masksActions || choice <= 1 + places[copy]
  }

  private func observe(_ copy: Int, into span: inout MutableSpan<Float>) {
    for index in 0..<width {
      span[copy * width + index] = index == places[copy] % width ? 1 : Float(ages[copy]) / 12
    }
  }

  func reset(random: RandomStream, into observations: inout MutableSpan<Float>) {
    self.random = random
    for copy in 0..<count {
      places[copy] = 0
      ages[copy] = 0
      observe(copy, into: &observations)
    }
  }

  func step(
    _ actions: Span<Float>, into observations: inout MutableSpan<Float>,
    rewards: inout MutableSpan<Float>, ends: inout MutableSpan<EpisodeEnd>,
    finalObservations: inout MutableSpan<Float>
  ) {
    for copy in 0..<count {
      let choice = Int(actions[copy])
      if !isPossible(choice, copy) { violations += 1 }
      places[copy] = max(places[copy] + (choice == 0 ? -1 : 1), 0)
      ages[copy] += 1
      rewards[copy] = choice == choices - 1 ? 1 : Float(random.uniform(-0.1, 0.1))
      ends[copy] =
        places[copy] >= width ? .terminated : ages[copy] >= 12 ? .truncated : EpisodeEnd.none
      if ends[copy] != .none {
        observe(copy, into: &finalObservations)
        places[copy] = 0
        ages[copy] = 0
      }
      observe(copy, into: &observations)
    }
  }

  func writeActionMasks(into masks: inout MutableSpan<Float>) {
    for copy in 0..<count {
      for choice in 0..<choices {
        masks[copy * choices + choice] = isPossible(choice, copy) ? 1 : 0
      }
    }
  }

  func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(places)
    encoder.encode(ages)
    encoder.encode(random)
  }

  func decodeState(
    from decoder: inout StateDecoder, into observations: inout MutableSpan<Float>
  ) throws {
    places = try decoder.decodeArray(of: Int.self)
    ages = try decoder.decodeArray(of: Int.self)
    random = try decoder.decode(RandomStream.self)
    for copy in 0..<count { observe(copy, into: &observations) }
  }
}
