/// One promise of the environment protocols that an environment does not keep.
public struct EnvironmentViolation: Sendable, Equatable, CustomStringConvertible {
  /// The promises that ``checkEnvironment(_:options:)`` looks at.
  public enum Rule: String, Sendable, CaseIterable {
    /// Spaces have sensible shapes, bounds and names; clock, limit and metrics make sense.
    case specification
    /// A batch of B has B copies.
    case batchSize
    /// `reset` and `step` write every element of the observation.
    case observationWritten
    /// Observations are neither NaN nor infinite.
    case observationFinite
    /// Observations lie within the declared box.
    case observationBounds
    /// Rewards are neither NaN nor infinite.
    case rewardFinite
    /// Same seed and actions, same trajectory, bit for bit.
    case sameSeedSameTrajectory
    /// A used environment that is reset behaves as a new one.
    case resetEqualsFresh
    /// Another seed gives another trajectory. A warning: some worlds have no randomness.
    case otherSeedDiffers
    /// What happens in a copy depends on neither B nor the other copies' actions.
    case copiesIndependent
    /// Episode e of copy b starts alike whatever came before it.
    case episodeStartsFromItsSeed
    /// An episode's last observation is kept when the copy is reset in the same step, and rows of
    /// copies that go on are left alone.
    case finalObservationKept
    /// No episode outlasts `maximumEpisodeSteps`.
    case truncationAtLimit
    /// An episode ended while it was checked. A warning: without one, ends were not checked.
    case episodeEnds
    /// Every declared metric is written, NaN meaning none, and none is infinite.
    case metricsWritten
    /// Masks are zeros and ones, written whole, and some action is possible.
    case actionMask
    /// Box actions beyond ±1 act as ±1 do.
    case actionClipping
    /// Drawing has no effect on the trajectory.
    case drawingHasNoEffect
    /// Drawings hold finite coordinates within sensible bounds.
    case drawingFinite
    /// A restored snapshot gives the same observations and continues bit for bit.
    case snapshotContinues
    /// A damaged snapshot is refused with an error.
    case snapshotRefused
  }

  public let rule: Rule
  /// Whether this may be intended.
  public let isWarning: Bool
  /// Copy, step and element, such as `copy 1, step 12, observation 3 (cart.position)`.
  public let place: String
  public let actual: String
  public let expected: String

  public var description: String {
    "\(isWarning ? "warning: " : "")\(rule.rawValue): \(place): got \(actual), expected \(expected)"
  }
}

/// How long and with what seed an environment is checked.
public struct EnvironmentCheckOptions: Sendable {
  /// Names all resets and actions of the check.
  public var seed: UInt64 = 1
  /// Steps of each trajectory; `nil` for a little more than the episode limit, in 300...3,000.
  public var steps: Int?
  /// Copies in the larger batch.
  public var copies = 3
  /// Bounds are checked with this slack, relative to the box's width (absolute where unbounded).
  public var boundsTolerance: Float = 1e-5

  public init() {}
}
