import FedRLNumerics

/// Checks that a configured environment keeps the promises of ``BatchEnvironment``.
///
/// Plays a number of episodes with random actions in several batches and compares them: about
/// fifteen trajectories of `options.steps` steps. Authors of environments call it in a test and expect
/// no violation that is not a warning.
/// - Returns: what was violated, one line per rule and element, with got and expected values.
public func checkEnvironment(
  _ kind: any EnvironmentKind, options: EnvironmentCheckOptions = .init()
) -> [EnvironmentViolation] {
  let first = kind.makeBatch(count: 1).specification
  var checker = EnvironmentChecker(options: options) { kind.makeBatch(count: $0) }
  if kind.specification != first {
    checker.report(
      .specification, "the kind", "a specification unlike its batches'", "the same one")
  }
  checker.checkAll()
  return checker.violations
}

/// Checks batches made by a closure; see ``checkEnvironment(_:options:)``.
public func checkEnvironment(
  options: EnvironmentCheckOptions = .init(), makeBatch: @escaping (Int) -> any BatchEnvironment
) -> [EnvironmentViolation] {
  var checker = EnvironmentChecker(options: options, makeBatch: makeBatch)
  checker.checkAll()
  return checker.violations
}

/// Checks a plain environment, by itself and as ``BatchAdapter`` drives it.
/// - Parameter make: makes a new environment; called many times.
public func checkEnvironment<E: Environment & ~Copyable>(
  options: EnvironmentCheckOptions = .init(), make: @escaping () -> E
) -> [EnvironmentViolation] {
  var checker = EnvironmentChecker(options: options) { BatchAdapter<E>(count: $0, make: make) }
  guard checker.checkSpecification() else { return checker.violations }
  checker.checkPlain(make)
  checker.checkBatches()
  return checker.violations
}

/// Checks a plain environment with snapshots, by itself and as ``BatchAdapter`` drives it.
public func checkEnvironment<E: SnapshotEnvironment & ~Copyable>(
  options: EnvironmentCheckOptions = .init(), make: @escaping () -> E
) -> [EnvironmentViolation] {
  var checker = EnvironmentChecker(options: options) { BatchAdapter<E>(count: $0, make: make) }
  guard checker.checkSpecification() else { return checker.violations }
  checker.checkPlain(make)
  checker.checkBatches()
  return checker.violations
}

/// Collects violations while it goes through the rules.
struct EnvironmentChecker {
  let options: EnvironmentCheckOptions
  let makeBatch: (Int) -> any BatchEnvironment
  let specification: EnvironmentSpecification
  let steps: Int
  private(set) var violations: [EnvironmentViolation] = []

  var names: [String] { specification.observations.names }

  init(options: EnvironmentCheckOptions, makeBatch: @escaping (Int) -> any BatchEnvironment) {
    precondition(options.copies >= 2, "the check needs at least 2 copies, got \(options.copies)")
    self.options = options
    self.makeBatch = makeBatch
    specification = makeBatch(1).specification
    let limit = specification.maximumEpisodeSteps ?? 0
    steps = options.steps ?? min(max(limit &+ 20, 300), 3000)
  }

  mutating func checkAll() {
    // Spaces that make no sense would make nonsense of the rest.
    guard checkSpecification() else { return }
    checkBatches()
  }

  mutating func checkBatches() {
    for count in [1, options.copies] where makeBatch(count).count != count {
      report(.batchSize, "a batch of \(count)", "\(makeBatch(count).count) copies", "\(count)")
      return
    }
    let trace = checkValues()
    checkEnds(trace)
    checkRepetition(trace)
    checkIndependence(trace)
    checkActions()
    checkDrawing(trace)
    checkSnapshots(trace)
  }

  /// Adds a violation.
  mutating func report(
    _ rule: EnvironmentViolation.Rule, _ place: String, _ actual: String, _ expected: String,
    isWarning: Bool = false
  ) {
    violations.append(
      .init(rule: rule, isWarning: isWarning, place: place, actual: actual, expected: expected))
  }

  /// A run of a new batch with the check's usual actions.
  func makeRun(
    copies: Int? = nil, otherActionsFrom: Int = .max, drawing: Bool = false
  ) -> EnvironmentRun {
    EnvironmentRun(
      makeBatch(copies ?? options.copies),
      actionSeed: { $0 >= otherActionsFrom ? options.seed &+ 1 : options.seed }, drawing: drawing)
  }

  /// A whole trajectory of a new batch.
  func trace(
    copies: Int? = nil, seed: UInt64? = nil, otherActionsFrom: Int = .max, drawing: Bool = false
  ) -> EnvironmentTrace {
    var run = makeRun(copies: copies, otherActionsFrom: otherActionsFrom, drawing: drawing)
    run.reset(seed: seed ?? options.seed)
    run.run(steps: steps)
    return run.trace
  }
}
