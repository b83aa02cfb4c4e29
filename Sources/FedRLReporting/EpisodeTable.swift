/// A run's `episodes.csv`, read back: one score of every episode of the final evaluations.
public struct EpisodeTable: Sendable {
  public static let fileName = "episodes.csv"
  static let columns = [
    "policy", "agent", "environment", "episode", "seed", "return", "steps", "end",
  ]

  /// By policy (an arm or a baseline), then by environment; all of an arm's agents together.
  private let values: [String: [String: [Double]]]

  /// - Parameters:
  ///   - run: its folder.
  ///   - score: as `summary.json` names it: `return_mean`, a measure, or the share that reached it.
  /// - Returns: `nil` where the run has no such file, as runs of earlier versions, or the file no
  ///   such score.
  public init?(run: String, score: String) {
    guard let bytes = try? AtomicFile.read(run + "/" + Self.fileName) else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard let header = lines.first.map({ CSVRow.cells(of: String($0)) }) else { return nil }
    let general = ["return_mean": "return", "return_iqm": "return", "steps_mean": "steps"]
    let reached = "_reached"
    let isShare = !header.contains(score) && score.hasSuffix(reached)
    let name = general[score] ?? (isShare ? String(score.dropLast(reached.count)) : score)
    guard let column = header.lastIndex(of: name),
      Array(header.prefix(Self.columns.count)) == Self.columns
    else { return nil }
    var values: [String: [String: [Double]]] = [:]
    for line in lines.dropFirst() {
      let cells = CSVRow.cells(of: String(line))
      guard cells.count == header.count else { return nil }
      let value = Double(cells[column])
      // A time that was not reached is no score; its share is.
      guard isShare || value != nil else { continue }
      values[cells[0], default: [:]][cells[2], default: []].append(
        isShare ? (value == nil ? 0 : 1) : value!)
    }
    self.values = values
  }

  /// The scores of a policy's episodes in an environment; empty where there is none.
  public func scores(of policy: String, in environment: String) -> [Double] {
    values[policy]?[environment] ?? []
  }
}
