/// Columns of text, the first to the left and the others to the right.
enum TextTable {
  /// - Parameters:
  ///   - rows: the first is the header; all of one length.
  ///   - leading: columns that stand to the left.
  ///   - width: of the terminal; the last columns go where they do not fit, down to two.
  static func text(_ rows: [[String]], leading: Set<Int> = [0], width: Int = .max) -> String {
    guard let first = rows.first else { return "" }
    let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var kept = first.count
    while kept > 2, widths.prefix(kept).reduce(0, { $0 + $1 + 2 }) > width { kept -= 1 }
    return rows.map { row in
      let cells = row.prefix(kept).enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return leading.contains(column) ? cell + padding : padding + cell
      }
      return ("  " + cells.joined(separator: "  ")).trimmingRight()
    }.joined(separator: "\n")
  }
}

extension String {
  fileprivate func trimmingRight() -> String {
    String(reversed().drop { $0 == " " }.reversed())
  }
}
