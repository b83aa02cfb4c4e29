/// Rows of numbers from a text file, with the line that each came from.
struct NumberTable {
  var rows: [[Double]] = []
  /// `[rows]`, from 1.
  var lines: [Int] = []
  /// Fields of the comments and the heading before the numbers.
  var headings: [[String]] = []

  /// Reads lines of numbers between commas or semicolons, or between blanks where there is neither.
  ///
  /// Lines that begin with `#` and blank lines are passed over; a first line without a number is a
  /// heading.
  ///
  /// - Parameters:
  ///   - columns: how many numbers every line must have.
  ///   - meaning: what they are, for errors.
  /// - Throws: `MapError` naming file and line.
  init(_ bytes: [UInt8], path: String, columns: ClosedRange<Int>, meaning: String)
    throws(MapError)
  {
    let text = try FileBytes.text(bytes, path: path)
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let content = Self.trimmed(line)
      if content.isEmpty { continue }
      let isComment = content.hasPrefix("#")
      let fields = Self.fields(isComment ? Self.trimmed(content.dropFirst()) : content)
      if !isComment, let field = fields.first(where: Self.hasDecimalComma) {
        throw .malformed(
          path: path, place: "line \(index + 1)", found: "“\(field)”",
          expected: "numbers with a decimal point")
      }
      if isComment || (rows.isEmpty && fields.allSatisfy { Double(String($0)) == nil }) {
        if rows.isEmpty { headings.append(fields.map(String.init)) }
        continue
      }
      guard columns.contains(fields.count) else {
        throw .malformed(
          path: path, place: "line \(index + 1)",
          found: fields.count == 1 ? "1 column" : "\(fields.count) columns", expected: meaning)
      }
      var row: [Double] = []
      for field in fields {
        guard let value = Double(String(field)), value.isFinite else {
          throw .malformed(
            path: path, place: "line \(index + 1)", found: "“\(field)”", expected: "a finite number"
          )
        }
        row.append(value)
      }
      rows.append(row)
      self.lines.append(index + 1)
    }
    guard !rows.isEmpty else {
      throw .malformed(path: path, place: "text", found: "no line of numbers", expected: meaning)
    }
  }

  /// Indices of named columns, as the last heading has them that has any.
  func columns(_ names: [String]) -> [Int?] {
    let heading = headings.last { heading in names.contains(where: heading.contains) } ?? []
    return names.map(heading.firstIndex)
  }

  private static func fields(_ line: Substring) -> [Substring] {
    let separator: Character = line.contains(";") ? ";" : ","
    guard line.contains(separator) else { return line.split(whereSeparator: \.isWhitespace) }
    return line.split(separator: separator, omittingEmptySubsequences: false).map(trimmed)
  }

  /// As spreadsheets of many countries write numbers: `1,5` between semicolons.
  private static func hasDecimalComma(_ field: Substring) -> Bool {
    field.contains(",") && Double(field.replacing(",", with: ".")) != nil
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.first, first.isWhitespace { text = text.dropFirst() }
    while let last = text.last, last.isWhitespace { text = text.dropLast() }
    return text
  }
}
