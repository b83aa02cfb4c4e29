/// What becomes of observation statistics.
public enum NormalizerMode: String, Sendable, CaseIterable, Codable {
  /// Members send sums, the server merges them, everybody uses the fleet's statistics.
  case shared
  /// Every member keeps its own; nothing is sent.
  case local
  /// As `shared` for the first rounds, then fixed.
  case frozen
}
