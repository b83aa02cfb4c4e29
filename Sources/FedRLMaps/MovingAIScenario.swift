/// The path problems of a MovingAI `.scen` file, with their optimal octile lengths.
public struct MovingAIScenario: Sendable, Equatable {
  /// One problem. Rows count downwards from the uppermost, as in the file.
  public struct Problem: Sendable, Equatable {
    public let bucket: Int
    public let map: String
    public let width: Int
    public let height: Int
    public let startX: Int
    public let startY: Int
    public let goalX: Int
    public let goalY: Int
    /// In cells; diagonal steps count √2 and cut no corners.
    public let optimalLength: Double
  }

  public let path: String
  /// At least one.
  public let problems: [Problem]

  /// Reads a `.scen` file: a line `version 1`, then nine columns a line.
  public static func load(_ path: String) throws(MapError) -> MovingAIScenario {
    try parse(try FileBytes.read(path), path: path)
  }

  static func parse(_ bytes: [UInt8], path: String) throws(MapError) -> MovingAIScenario {
    let text = TextLines(bytes)
    var problems: [Problem] = []
    for index in 0..<text.count {
      let line = String(decoding: text.line(index), as: UTF8.self)
      if line.allSatisfy(\.isWhitespace) || (index == 0 && line.hasPrefix("version")) { continue }
      guard let problem = problem(line) else {
        throw .malformed(
          path: path, place: "line \(index + 1)", found: "“\(line.prefix(60))”",
          expected: "bucket, map, width, height, start x y, goal x y, optimal length")
      }
      problems.append(problem)
    }
    guard !problems.isEmpty else {
      throw .malformed(
        path: path, place: "file", found: "no problem",
        expected: "at least one line of nine columns")
    }
    return MovingAIScenario(path: path, problems: problems)
  }

  private static func problem(_ line: String) -> Problem? {
    // Map names may hold blanks when the columns are divided by tabs.
    let columns =
      line.contains("\t")
      ? line.split(separator: "\t") : line.split(separator: " ")
    guard columns.count == 9, let bucket = Int(columns[0]), let length = Double(columns[8]),
      length >= 0, length.isFinite
    else { return nil }
    let numbers = columns[2...7].compactMap { Int($0) }
    guard numbers.count == 6, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
    return Problem(
      bucket: bucket, map: String(columns[1]), width: numbers[0], height: numbers[1],
      startX: numbers[2], startY: numbers[3], goalX: numbers[4], goalY: numbers[5],
      optimalLength: length)
  }

  /// The map's path: as the file names it, or the same name beside the `.scen` file, for the name may
  /// carry a folder of its author's.
  public func mapPath() throws(MapError) -> String {
    let name = problems[0].map
    let places = [
      FilePath.resolve(FilePath.name(of: name), besides: path),
      FilePath.resolve(name, besides: path),
    ]
    for place in places where FileBytes.exists(place) { return place }
    throw .missingImage(path: path, image: name, lookedFor: places.joined(separator: " and "))
  }
}
