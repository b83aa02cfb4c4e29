/// What becomes of Adam's state when the fleet's weights replace the agent's.
public enum OptimizerOnSync: String, Sendable, CaseIterable {
  /// Moments stay, the step count restarts (Adam-Rel, Ellis et al., arXiv:2412.17113).
  case rel
  /// Everything stays.
  case keep
  /// Everything restarts.
  case reset
}
