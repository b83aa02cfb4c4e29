import FedRLCore
import FedRLNetworks
import FedRLNumerics

extension DQNLearner {
  /// Steps all copies until the next phase of updates.
  func collect(
    _ turn: inout DQNTurn, _ memory: DQNMemory, _ environment: any BatchEnvironment
  ) throws {
    let copies = settings.environments
    for _ in 0..<settings.trainEvery {
      try choose(&turn, memory)
      turn.observedSums?.add(memory.observations.pointer, rows: copies)
      advance(memory, environment)
      try record(&turn, memory, environment)
      noteMasks(memory, environment)
      turn.steps += copies
      memory.environmentSteps += copies
      updateTarget(memory)
    }
    turn.report.environmentSteps += copies * settings.trainEvery
  }

  /// Writes what is possible in the present into the replay memory.
  func noteMasks(_ memory: DQNMemory, _ environment: any BatchEnvironment) {
    guard kind.maskWidth > 0 else { return }
    let buffer = masks.buffer
    var span = buffer.mutableSpan
    environment.writeActionMasks(into: &span)
    for copy in 0..<settings.environments {
      let row = memory.replay.present(copy) * kind.maskWidth
      for choice in 0..<kind.maskWidth {
        memory.replay.masks[row + choice] =
          masks.pointer[copy * kind.maskWidth + choice] == 0 ? 0 : 1
      }
    }
  }

  /// Chooses this step's actions: at random with the schedule's probability, else the best.
  private func choose(_ turn: inout DQNTurn, _ memory: DQNMemory) throws {
    let copies = settings.environments
    let design = kind.design
    let share =
      settings.explorationFraction > 0
      ? min(turn.fleetProgress / settings.explorationFraction, 1) : 1
    turn.exploration =
      settings.explorationInitial
      + (settings.explorationFinal - settings.explorationInitial) * share
    // Like Stable-Baselines3: an agent's first steps are all random.
    let isRandom = memory.environmentSteps < settings.learningStarts
    var values: UnsafeMutablePointer<Float>?
    for copy in 0..<copies {
      let mask =
        kind.maskWidth > 0
        ? UnsafePointer(memory.replay.masks + memory.replay.present(copy) * kind.maskWidth) : nil
      let explores = isRandom || turn.exploring.uniform() < turn.exploration
      let choice: Int?
      if explores {
        choice = TDTargets.randomChoice(
          mask: mask, choices: design.choices, random: &turn.exploring)
      } else {
        if values == nil {
          normalizer.apply(memory.observations.pointer, into: seen.pointer, rows: copies)
          values = network.forward(weights.pointer, seen.pointer, rows: copies)
          turn.report.inferences += copies
          let count = copies * design.choices * design.atoms
          if let index = Kernels.firstNonFinite(values!, count: count) {
            throw LearningError(
              quantity: "action value", step: turn.steps, value: Double(values![index]))
          }
        }
        choice = TDTargets.greedyChoice(
          values! + copy * design.choices * design.atoms, mask: mask, choices: design.choices,
          atoms: design.atoms)
      }
      guard let choice else {
        throw LearningError(
          quantity: "number of possible actions", step: turn.steps + copy, value: 0)
      }
      actions.pointer[copy] = Float(choice)
    }
  }

  /// Lets the environment act.
  private func advance(_ memory: DQNMemory, _ environment: any BatchEnvironment) {
    let actions = UnsafeBufferPointer(self.actions.buffer)
    let observations = memory.observations.buffer
    let rewards = self.rewards.buffer
    let ends = UnsafeMutableBufferPointer(start: self.ends, count: settings.environments)
    let finals = finalObservations.buffer
    var observationSpan = observations.mutableSpan
    var rewardSpan = rewards.mutableSpan
    var endSpan = ends.mutableSpan
    var finalSpan = finals.mutableSpan
    environment.step(
      actions.span, into: &observationSpan, rewards: &rewardSpan, ends: &endSpan,
      finalObservations: &finalSpan)
  }

  /// Remembers the step, and reports episodes that it ended.
  private func record(
    _ turn: inout DQNTurn, _ memory: DQNMemory, _ environment: any BatchEnvironment
  ) throws {
    let copies = settings.environments
    let width = kind.design.inputs
    try LearningError.check(
      observations: memory.observations.pointer, rows: copies, width: width, step: turn.steps)
    for copy in 0..<copies {
      let reward = rewards.pointer[copy]
      guard reward.isFinite else {
        throw LearningError(quantity: "reward", step: turn.steps + copy, value: Double(reward))
      }
      memory.running[copy].count(reward)
      let final = finalObservations.pointer + copy * width
      let end = ends[copy]
      if end == .truncated {
        try LearningError.check(
          observations: final, rows: 1, width: width, step: turn.steps + copy)
      }
      let step: ReplayMemory.Kind =
        switch end {
        case .none: .step
        case .terminated: .terminated
        case .truncated: .truncated
        }
      memory.replay.append(
        copy, action: Int(actions.pointer[copy]), reward: reward, kind: step, final: final,
        next: observation(of: copy, memory))
      if end != .none {
        turn.report.append(
          memory.running[copy], ofCopy: copy, in: environment,
          metricCount: kind.specification.metrics.count)
        memory.running[copy] = .init()
      }
    }
  }

  /// Moves the target network towards the trained one when its time has come.
  private func updateTarget(_ memory: DQNMemory) {
    memory.stepsSinceTarget += 1
    guard memory.stepsSinceTarget >= max(settings.targetEvery / settings.environments, 1) else {
      return
    }
    if settings.targetRate == 1 {
      memory.copyTarget(weights.pointer)
    } else {
      Kernels.scale(
        memory.target.pointer, by: Float(1 - settings.targetRate), count: weights.count)
      Kernels.add(
        weights.pointer, times: Float(settings.targetRate), to: memory.target.pointer,
        count: weights.count)
      memory.stepsSinceTarget = 0
    }
    loadTarget(memory)
  }
}
