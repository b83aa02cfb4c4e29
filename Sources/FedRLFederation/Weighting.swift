/// How members' updates weigh in the mean.
public enum Weighting: String, Sendable, CaseIterable, Codable {
  /// Every member alike.
  case uniform
  /// By sample count.
  case samples
}
