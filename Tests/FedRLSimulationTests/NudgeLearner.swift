import FedRLCore
import FedRLNumerics

/// A learner without learning: acts by a line through the observation with noise, then moves every
/// parameter by numbers that depend on all it was given, so that a difference anywhere shows.
struct NudgeKind: LearnerKind {
  let name = "nudge"
  var copies = 2
  var stepQuantum: Int { copies }
  var normalizesObservations = true
  let inferenceMACs = 50
  /// Training fails in turns of this many steps.
  var failingSteps: Int?
  let exportMetadata: [String: String] = [:]

  var layout: ParameterLayout {
    var layout = ParameterLayout()
    layout.append("trunk", shape: [2], part: .trunk)
    layout.append("actor", shape: [1, 2], part: .actor)
    layout.append("critic", shape: [3], part: .critic)
    return layout
  }

  func trainingFLOPs(environmentSteps: Int) -> Double { 1e6 * Double(environmentSteps) }

  func initialParameters(_ random: RandomStream) -> ParameterVector {
    var random = random
    return ParameterVector(
      layout: layout, values: (0..<layout.count).map { _ in Float(random.uniform(-0.5, 0.5)) })
  }

  let leastMemoryBytes = 0
  let workingBytes = 0
  func makeMemory(byteLimit: Int?) -> any AgentMemory { NudgeMemory(copies: copies) }
  func pooled(_ agents: Int) -> any LearnerKind {
    var kind = self
    kind.copies *= agents
    return kind
  }
  func makeLearner() -> any Learner { NudgeLearner(kind: self) }
  func makeActor(copies: Int) -> any Actor { NudgeActor(copies: copies) }
}

final class NudgeMemory: AgentMemory {
  var observations: [Float] = []
  var returns: [Double]
  var turns = 0
  let byteCount = 40

  init(copies: Int) { returns = .init(repeating: 0, count: copies) }

  func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(observations)
    encoder.encode(returns)
    encoder.encode(turns)
  }

  func decodeState(from decoder: inout StateDecoder) throws {
    observations = try decoder.decodeArray(of: Float.self)
    returns = try decoder.decodeArray(of: Double.self)
    turns = try decoder.decode(Int.self)
  }
}

final class NudgeLearner: Learner {
  private let kind: NudgeKind

  init(kind: NudgeKind) { self.kind = kind }

  func begin(
    memory: any AgentMemory, in environment: any BatchEnvironment, random: RandomStream
  ) {
    let memory = memory as! NudgeMemory
    var observations = [Float](
      repeating: 0, count: environment.count * environment.specification.observations.count)
    var span = observations.mutableSpan
    environment.reset(random: random, into: &span)
    memory.observations = observations
  }

  func train(
    _ task: inout TrainingTask, memory: any AgentMemory, in environment: any BatchEnvironment
  ) throws -> LearningReport {
    let memory = memory as! NudgeMemory
    var report = LearningReport()
    if task.environmentSteps == kind.failingSteps {
      throw LearningError(quantity: "reward", step: 3, value: .nan)
    }
    var random = task.random
    let criticBefore = Double(task.parameters["critic"]!.first!)
    for _ in 0..<(task.environmentSteps / environment.count) {
      collect(&task, memory, environment, &random, &report)
    }
    let push = Float(memory.turns) * 0.001 + memory.observations[0] * 0.01
    for index in task.parameters.values.indices {
      let scale = task.observationMoments.map { Float($0.mean[index % 2] * 0.01) } ?? 0
      task.parameters.values[index] +=
        Float(random.normal()) * 0.01 + push + scale + Float(task.progress.end) * 0.01
    }
    memory.turns += 1
    report.environmentSteps = task.environmentSteps
    report.gradientSteps = 1
    report.inferences = task.environmentSteps
    report.trainingFLOPs = kind.trainingFLOPs(environmentSteps: task.environmentSteps)
    report.diagnostics = [
      ("critic_before", criticBefore), ("critic_after", Double(task.parameters["critic"]!.first!)),
      ("statistics", task.observationMoments?.count ?? -1),
    ]
    return report
  }

  /// One step of every copy.
  private func collect(
    _ task: inout TrainingTask, _ memory: NudgeMemory, _ environment: any BatchEnvironment,
    _ random: inout RandomStream, _ report: inout LearningReport
  ) {
    let actor = task.parameters["actor"]!
    let first = actor.startIndex
    let actions = (0..<environment.count).map { copy in
      actor[first] * memory.observations[2 * copy]
        + actor[first + 1] * memory.observations[2 * copy + 1] + Float(random.normal())
    }
    if task.observedSums != nil {
      memory.observations.withUnsafeBufferPointer { rows in
        for copy in 0..<environment.count { task.observedSums!.add(rows.baseAddress! + 2 * copy) }
      }
    }
    var rewards = [Float](repeating: 0, count: environment.count)
    var ends = [EpisodeEnd](repeating: .none, count: environment.count)
    var observations = memory.observations
    var finals = observations
    var observationSpan = observations.mutableSpan
    var rewardSpan = rewards.mutableSpan
    var endSpan = ends.mutableSpan
    var finalSpan = finals.mutableSpan
    environment.step(
      actions.span, into: &observationSpan, rewards: &rewardSpan, ends: &endSpan,
      finalObservations: &finalSpan)
    memory.observations = observations
    for copy in 0..<environment.count {
      memory.returns[copy] += Double(rewards[copy])
      guard ends[copy] != .none else { continue }
      var metrics = [0.0]
      var metricSpan = metrics.mutableSpan
      environment.writeFinalMetrics(ofCopy: copy, into: &metricSpan)
      report.episodeReturns.append(memory.returns[copy])
      report.episodeSteps.append(7)
      report.episodeMetrics.append(metrics)
      memory.returns[copy] = 0
    }
  }
}

/// Acts by the same line, without noise; statistics shift it, so that their absence shows.
final class NudgeActor: Actor {
  let stateWidth = 0
  private let copies: Int
  private var weights: [Float] = [0, 0]
  private var shift: Float = 0

  init(copies: Int) { self.copies = copies }

  func load(_ parameters: ParameterVector, observationMoments: Moments?) {
    weights = Array(parameters["actor"]!)
    shift = Float(observationMoments?.mean[0] ?? 0)
  }

  func act(
    observations: Span<Float>, masks: Span<Float>, state: inout MutableSpan<Float>,
    random: UnsafeMutablePointer<RandomStream>?, into actions: inout MutableSpan<Float>
  ) {
    for copy in 0..<copies {
      actions[copy] =
        weights[0] * (observations[2 * copy] - shift) + weights[1] * observations[2 * copy + 1]
    }
  }
}
