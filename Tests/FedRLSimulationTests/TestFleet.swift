import FedRLCore
import FedRLFederation
import FedRLNumerics
import FedRLSimulation

/// A small fleet of drifting points, its parts changed by the tests.
struct TestFleet {
  var count = 5
  var learner = NudgeKind()
  var federation = FederationConfiguration()
  var seed: UInt64 = 11
  /// By agent; others have 8 steps, the device's own values and so on.
  var steps: [Int: Int] = [:]
  var device: [Int: [String: Double]] = [:]
  var hasBattery = false
  /// Environment steps per second; `nil` collects in real time.
  var simulatedStepsPerSecond: Double?

  init(rounds: Int = 4) {
    federation.rounds = rounds
    federation.seed = 11
  }

  func plan() throws -> FleetPlan {
    let members = try (0..<count).map { index in
      MemberPlan(
        name: "drift/\(index + 1)", group: "drift", kind: DriftKind(gain: 1 + Float(index)),
        device: try .named("pi-4").overriding(device[index] ?? [:]), link: try .named("wifi-linux"),
        stepsPerRound: steps[index] ?? 8, simulatedStepsPerSecond: simulatedStepsPerSecond,
        hasDeviceBattery: hasBattery)
    }
    return FleetPlan(
      members: members, learner: learner, specification: DriftEnvironment.specification,
      federation: federation, seed: seed)
  }
}

/// What an arm did, as text that two runs can be compared by.
struct ArmTrace: Equatable {
  var rounds: [String] = []
  var messages: [String] = []
  var policies: [String] = []

  init(_ policies: [PolicySnapshot]) {
    self.policies = policies.map {
      "\($0.agent ?? -1) \($0.parameters.sha256) \(String(describing: $0.observationMoments))"
    }
  }
}

/// A finished arm's rounds and messages.
struct ArmRun {
  var rounds: [RoundRecord] = []
  var messages: [EgressRecord] = []
  var policies: [PolicySnapshot] = []

  /// Runs an arm to its end, or for some rounds.
  init(_ arm: any ArmSimulation, workers: Int = 2, rounds: Int = .max) throws {
    let pool = WorkerPool(count: workers)
    while !arm.isFinished && self.rounds.count < rounds {
      self.rounds.append(try arm.runRound(pool: pool) { messages.append($0) })
    }
    policies = arm.policies()
  }

  func status(of agent: Int) -> [TurnStatus] { rounds.map { $0.agents[agent].status } }

  /// All of it as text, exact to the bit.
  var trace: ArmTrace {
    var trace = ArmTrace(policies)
    trace.rounds = rounds.map { "\($0)" }
    trace.messages = messages.map { "\($0)" }
    return trace
  }
}
