/// A run's `episodes.csv`, read back: one score of every episode of the final evaluations.
public struct EpisodeTable: Sendable {
  public static let fileName = "episodes.csv"
  static let columns = [
    "policy", "agent", "environment", "episode", "seed", "return", "steps", "end",
  ]

  /// By policy (an arm or a baseline), then by environment; all of an arm's agents together.
  private let values: [String: [String: [Double]]]

  /// What is wrong with such a file.
  public struct Failure: Error, Equatable, CustomStringConvertible {
    public let description: String
  }

  /// Whether a run has the file; runs of earlier versions have not.
  public static func exists(run: String) -> Bool {
    FileSystem.kind(run + "/" + fileName) != nil
  }

  /// - Parameters:
  ///   - run: its folder.
  ///   - score: as `summary.json` names it: `return_mean`, a measure, or the share that reached it.
  /// - Throws: ``Failure`` with file and line where it is damaged, or where it has no such score;
  ///   `FileError`.
  public init(run: String, score: String) throws {
    let path = run + "/" + Self.fileName
    let lines = String(decoding: try AtomicFile.read(path), as: UTF8.self).split(separator: "\n")
    let header = lines.first.map { CSVRow.cells(of: String($0)) } ?? []
    guard Array(header.prefix(Self.columns.count)) == Self.columns else {
      throw Failure(
        description: "\(path):1: expected the columns \(Self.columns.joined(separator: ","))")
    }
    let general = ["return_mean": "return", "return_iqm": "return", "steps_mean": "steps"]
    let reached = "_reached"
    let isShare = !header.contains(score) && score.hasSuffix(reached)
    let name = general[score] ?? (isShare ? String(score.dropLast(reached.count)) : score)
    guard let column = header.lastIndex(of: name) else {
      throw Failure(description: "\(path): has no column for the score \(score)")
    }
    var values: [String: [String: [Double]]] = [:]
    for (index, line) in lines.enumerated().dropFirst() {
      let cells = CSVRow.cells(of: String(line))
      guard cells.count == header.count else {
        throw Failure(
          description: "\(path):\(index + 1): expected \(header.count) cells, got \(cells.count)")
      }
      let value = Double(cells[column])
      guard value?.isFinite ?? cells[column].isEmpty else {
        throw Failure(
          description: "\(path):\(index + 1): expected a number for \(name), got \(cells[column])")
      }
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
