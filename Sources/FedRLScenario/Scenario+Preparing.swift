internal import FedRLCore
internal import FedRLFederation
internal import FedRLSimulation

extension Scenario {
  /// Loads what the scenario names and makes its learner.
  ///
  /// Agents and evaluation environments with equal settings share one loaded environment.
  /// - Throws: every problem at once: files that do not load, agents whose spaces differ, budgets
  ///   that are not whole rollouts, devices that cannot train, unknown baselines and quantities.
  public func prepare(registry: Registry) throws(ScenarioError) -> PreparedScenario {
    var preparation = ScenarioPreparation(scenario: self, registry: registry)
    let prepared = preparation.run()
    guard preparation.problems.isEmpty, let prepared else {
      throw .problems(file: path, preparation.problems)
    }
    return prepared
  }
}

/// Loads a scenario's environments and gathers everything that is wrong with them.
struct ScenarioPreparation {
  private var scenario: Scenario
  private let registry: Registry
  var problems: [SettingProblem] { faults.map(\.problem) }
  private var faults: [Fault] = []
  private var kinds: [any EnvironmentKind] = []
  private var kindOfMember: [Int] = []
  /// For settings written out, the kind's index, or `nil` where loading failed.
  private var loaded: [String: Int] = [:]

  init(scenario: Scenario, registry: Registry) {
    self.scenario = scenario
    self.registry = registry
  }

  mutating func run() -> PreparedScenario? {
    guard let environment = registry.environment(named: scenario.environmentName),
      let entry = registry.learner(named: scenario.policyName)
    else {
      report("[environment]", "the registry lacks what the scenario was loaded with")
      return nil
    }
    let members = scenario.members.map { load($0, environment) }
    let evaluations = scenario.evaluationEnvironments.map { load($0, environment) }
    guard problems.isEmpty else { return nil }
    kindOfMember = members.compactMap { $0 }
    let evaluationKinds = zip(scenario.evaluationEnvironments, evaluations.compactMap { $0 }).map {
      (name: $0.name, kind: kinds[$1])
    }
    let specification = kinds[kindOfMember[0]].specification
    compareSpecifications(evaluationKinds, with: specification)
    let baselines = checkBaselines(evaluationKinds)
    checkQuantities(specification, baselines: baselines)
    guard problems.isEmpty,
      let learner = makeLearner(entry, scenario.policySettings, "[policy]", specification),
      let independent = makeLearner(
        entry, scenario.policySettings.merging(scenario.independentPolicySettings) { $1 },
        "[policy.independent]", specification)
    else { return nil }
    compare(independent, with: learner, of: "independent")
    checkArms()
    checkBudgets(quantum: learner.stepQuantum)
    let pooled = makePooledLearner(entry, specification, like: learner)
    let messages = RoundMessages(scenario, learner: learner, specification: specification)
    checkDevices(learner, messages)
    return PreparedScenario(
      scenario: scenario, messages: messages, kinds: kinds, kindOfMember: kindOfMember,
      evaluationKinds: evaluationKinds, learner: learner, independentLearner: independent,
      pooledLearner: pooled,
      specification: specification, baselines: baselines)
  }

  /// What is wrong in one place, and which agents and evaluation environments it concerns.
  private struct Fault {
    let place: String
    let message: String
    var users: [String] = []

    var problem: SettingProblem {
      let others = users.count - 1
      let more = others < 1 ? "" : " and \(others) other\(others == 1 ? "" : "s")"
      return SettingProblem(
        place: place, message: message + (users.first.map { " (for \($0)\(more))" } ?? ""))
    }
  }

  private mutating func report(_ place: String, _ message: String, for user: String? = nil) {
    if let known = faults.firstIndex(where: { $0.place == place && $0.message == message }) {
      if let user { faults[known].users.append(user) }
      return
    }
    faults.append(Fault(place: place, message: message, users: user.map { [$0] } ?? []))
  }

  // MARK: Loading

  private mutating func load(_ member: Scenario.Member, _ entry: EnvironmentEntry) -> Int? {
    let group = scenario.source.groups.first { $0.name == member.group }
    return load(member.environmentSettings, entry) { setting in
      let isGroups = setting.map { group?.environment[$0] != nil } ?? false
      return (isGroups ? "[fleet.\(member.group).environment]" : "[environment]", member.name)
    }
  }

  private mutating func load(
    _ evaluation: Scenario.EvaluationEnvironment, _ entry: EnvironmentEntry
  ) -> Int? {
    let own = scenario.source.evaluationEnvironment
    return load(evaluation.settings, entry) { setting in
      let isOwn = setting.map { own[$0] != nil } ?? !own.isEmpty
      return (isOwn ? "[evaluation.environment]" : "[environment]", "evaluation \(evaluation.name)")
    }
  }

  /// - Parameter origin: where a setting was written, and for whom.
  private mutating func load(
    _ settings: SettingTable, _ entry: EnvironmentEntry,
    origin: (_ setting: String?) -> (section: String, user: String)
  ) -> Int? {
    let key = SettingValue.table(settings).description
    if let known = loaded[key] { return known }
    do {
      kinds.append(
        try entry.make(settings, EnvironmentContext(baseDirectory: scenario.baseDirectory)))
      loaded[key] = kinds.count - 1
      return kinds.count - 1
    } catch let error as EnvironmentError {
      let (section, user) = origin(error.setting)
      report(
        section + (error.setting.map { " \($0)" } ?? ""), error.message, for: user)
    } catch let error as SettingProblems {
      for problem in error.problems { report(problem.place, problem.message) }
    } catch {
      let (section, user) = origin(nil)
      report(section, "\(error)", for: user)
    }
    return nil
  }

  private mutating func makeLearner(
    _ entry: LearnerEntry, _ settings: SettingTable, _ place: String,
    _ specification: EnvironmentSpecification
  ) -> (any LearnerKind)? {
    do {
      return try entry.make(settings, specification)
    } catch let error as SettingProblems {
      for problem in error.problems { report(problem.place, problem.message) }
    } catch {
      report(place, "\(error)")
    }
    return nil
  }

  /// A learner for all agents at once: as many copies of it as there are shares in the budgets.
  private mutating func makePooledLearner(
    _ entry: LearnerEntry, _ specification: EnvironmentSpecification, like learner: any LearnerKind
  ) -> (any LearnerKind)? {
    guard scenario.evaluation.arms.contains(.pooled),
      let single = makeLearner(
        entry, scenario.policySettings.merging(scenario.pooledPolicySettings) { $1 },
        "[policy.pooled]", specification)
    else { return nil }
    compare(single, with: learner, of: "pooled")
    let budgets = scenario.members.map { $0.stepsPerRound / single.stepQuantum }
    let share = budgets.reduce(0) { greatestCommonDivisor($0, $1) }
    let agents = budgets.reduce(0, +) / max(share, 1)
    guard agents * single.copies <= 65_536 else {
      report(
        "[evaluation] arms",
        "pooled would need \(agents * single.copies) copies of the environment at once for budgets of "
          + "\(budgets) rollouts; expected at most 65,536: choose budgets with a greater common divisor"
      )
      return nil
    }
    return single.pooled(max(agents, 1))
  }

  private mutating func checkArms() {
    let arms = scenario.evaluation.arms
    if arms.contains(.finetuned) {
      let rounds = scenario.evaluation.finetuneRounds
      if scenario.rounds < 2 || rounds >= scenario.rounds {
        report(
          "[evaluation] finetune_rounds",
          "expected fewer rounds than there are, \(scenario.rounds), got "
            + (rounds > 0 ? "\(rounds)" : "1"))
      }
    }
    if arms.contains(.pooled), scenario.members.contains(where: { $0.episodesPerRound != nil }) {
      report(
        "[evaluation] arms",
        "pooled has budgets in steps only; expected no episodes_per_round in [[fleet]]")
    }
    if arms.contains(.pooled),
      scenario.federationConfiguration.participation.members(
        of: scenario.members.count) < scenario.members.count
    {
      report(
        "[evaluation] arms",
        "pooled has no counterpart to a federation in which not all agents take part in every round"
      )
    }
  }

  /// All arms start from the same weights, act through one network and collect whole rollouts.
  private mutating func compare(
    _ other: any LearnerKind, with learner: any LearnerKind, of arm: String
  ) {
    if other.layout != learner.layout
      || other.normalizesObservations != learner.normalizesObservations
      || other.exportMetadata != learner.exportMetadata
    {
      report(
        "[policy.\(arm)]",
        "expected the network and normalize_observations of [policy]: all arms start alike")
    }
    if other.stepQuantum != learner.stepQuantum {
      report(
        "[policy.\(arm)]",
        "expected rollouts of \(learner.stepQuantum) steps as in [policy], got "
          + "\(other.stepQuantum)")
    }
  }

  // MARK: Checking

  /// One policy serves everybody, so everybody must see and act in spaces of one shape.
  private mutating func compareSpecifications(
    _ evaluations: [(name: String, kind: any EnvironmentKind)],
    with first: EnvironmentSpecification
  ) {
    let firstName = scenario.members[0].name
    var seen: Set<Int> = []
    for (member, kind) in zip(scenario.members, kindOfMember) where seen.insert(kind).inserted {
      if let message = difference(
        firstName, first, member.name, kinds[kind].specification)
      {
        report("[fleet.\(member.group)]", message)
      }
    }
    for (name, kind) in evaluations {
      if let message = difference(firstName, first, "evaluation \(name)", kind.specification) {
        report("[evaluation.environment]", message)
      }
    }
  }

  private func difference(
    _ firstName: String, _ first: EnvironmentSpecification, _ name: String,
    _ other: EnvironmentSpecification
  ) -> String? {
    if first.observations.shape != other.observations.shape {
      return "all agents must observe alike: \(firstName) observes \(first.observations.shape), "
        + "\(name) \(other.observations.shape)"
    }
    if let index = first.observations.names.indices.first(where: {
      first.observations.names[$0] != other.observations.names[$0]
    }) {
      return "all agents must observe alike: element \(index) is "
        + "\(first.observations.names[index]) for \(firstName), "
        + "\(other.observations.names[index]) for \(name)"
    }
    if first.actions.shapeText != other.actions.shapeText {
      return "all agents must act alike: \(firstName) has \(first.actions.shapeText), \(name) "
        + other.actions.shapeText
    }
    if case .box(let own) = first.actions, case .box(let its) = other.actions,
      let index = own.names.indices.first(where: { own.names[$0] != its.names[$0] })
    {
      return "all agents must act alike: element \(index) is \(own.names[index]) for \(firstName), "
        + "\(its.names[index]) for \(name)"
    }
    if first.metrics != other.metrics || first.masksActions != other.masksActions {
      return "all agents must be measured alike: \(firstName) and \(name) differ"
    }
    return nil
  }

  private mutating func checkBaselines(_ evaluations: [(name: String, kind: any EnvironmentKind)])
    -> [String]
  {
    let known = evaluations[0].kind.baselines.filter { name in
      evaluations.allSatisfy { $0.kind.baselines.contains(name) }
    }
    var chosen: [String] = []
    for name in scenario.evaluation.baselines {
      if name == "all" {
        chosen += known.filter { !chosen.contains($0) }
      } else if known.contains(name) {
        if !chosen.contains(name) { chosen.append(name) }
      } else {
        let near = nearestName(to: name, among: known + ["all"])
        report(
          "[evaluation] baselines",
          "\(scenario.environmentName) has no baseline \"\(name)\""
            + (near.map { "; did you mean \($0)?" }
              ?? (known.isEmpty ? "" : "; it has \(known.joined(separator: ", "))")))
      }
    }
    return chosen
  }

  /// Budgets are whole rollouts; drawn ones are rounded to the nearest.
  private mutating func checkBudgets(quantum: Int) {
    for index in scenario.members.indices {
      let member = scenario.members[index]
      let steps = member.stepsPerRound
      let nearest = max((steps + quantum / 2) / quantum, 1) * quantum
      if member.drawsSteps {
        scenario.members[index].stepsPerRound = nearest
        scenario.members[index].drawn["steps_per_round"] = .integer(nearest)
      } else if steps != nearest {
        report(
          "[fleet.\(member.group)] steps_per_round",
          "expected a multiple of \(quantum) steps (one rollout), got \(steps); \(nearest) is near")
      }
    }
  }

  /// Devices must be able to train within their memory, and links to carry a round.
  private mutating func checkDevices(_ learner: any LearnerKind, _ messages: RoundMessages) {
    let need = learner.workingBytes + learner.leastMemoryBytes
    for (member, kind) in zip(scenario.members, kindOfMember) {
      if let memory = member.device.memoryBytes, memory < Double(need) {
        report(
          "[fleet.\(member.group)] device",
          "training needs \(need / 1024) KiB of memory, \(member.device.name) has "
            + "\(Int(memory) / 1024) KiB")
      }
      do throws(RoundCostError) {
        _ = try member.roundCost(
          messages: messages, learner: learner, specification: kinds[kind].specification)
      } catch {
        switch error {
        case .cannotTrain: report("[fleet.\(member.group)] device", error.description)
        case .cannotComplete: report("[fleet.\(member.group)] link", error.description)
        }
      }
    }
  }

  private mutating func checkQuantities(
    _ specification: EnvironmentSpecification, baselines: [String]
  ) {
    let quantities = ScenarioQuantities(
      specification, baselines: baselines,
      environments: scenario.evaluationEnvironments.map(\.name))
    for expectation in scenario.expectations {
      var names = [expectation.quantity]
      if case .quantity(let name, _) = expectation.bound { names.append(name) }
      for name in names {
        if let message = quantities.problem(with: name) {
          report("[expect] \(expectation.quantity)", message)
        }
      }
    }
  }
}

extension ActionSpace {
  /// `discrete(5)`, `box[2]`.
  var shapeText: String {
    switch self {
    case .discrete(let count): "discrete(\(count))"
    case .box(let box): "box\(box.shape)"
    }
  }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  b == 0 ? a : greatestCommonDivisor(b, a % b)
}
