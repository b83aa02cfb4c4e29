import FedRLCore
import FedRLNumerics

/// A learner that changes its weights a little and learns nothing: what remains is the fleet's own
/// time.
struct IdleLearner: LearnerKind {
  let layout: ParameterLayout

  init(parameters: Int) {
    var layout = ParameterLayout()
    layout.append("actor.weight", shape: [parameters], part: .actor)
    self.layout = layout
  }

  var name: String { "idle" }
  var copies: Int { 1 }
  var stepQuantum: Int { 1 }
  var normalizesObservations: Bool { false }
  var inferenceMACs: Int { layout.count }
  var exportMetadata: [String: String] { [:] }
  func trainingFLOPs(environmentSteps: Int) -> Double { 1 }
  func initialParameters(_ random: RandomStream) -> ParameterVector {
    ParameterVector(layout: layout)
  }
  let leastMemoryBytes = 0
  let workingBytes = 0
  func makeMemory(byteLimit: Int?) -> any AgentMemory { Memory() }
  func pooled(_ agents: Int) -> any LearnerKind { self }
  func makeLearner() -> any Learner { Machine() }
  func makeActor(copies: Int) -> any Actor { preconditionFailure("an idle learner does not act") }

  final class Memory: AgentMemory {
    var byteCount: Int { 0 }
    func encodeState(into encoder: inout StateEncoder) {}
    func decodeState(from decoder: inout StateDecoder) throws {}
  }

  final class Machine: Learner {
    func begin(
      memory: any AgentMemory, in environment: any BatchEnvironment, random: RandomStream
    ) {}

    func train(
      _ task: inout TrainingTask, memory: any AgentMemory, in environment: any BatchEnvironment
    ) throws -> LearningReport {
      for index in task.parameters.values.indices { task.parameters.values[index] += 1e-4 }
      var report = LearningReport()
      report.environmentSteps = task.environmentSteps
      return report
    }
  }
}
