/// A scenario written out, as runs keep it, compared with another.
enum ScenarioText {
  /// Where two differ first: `: [policy] gamma = 0.9 then, gamma = 0.95 now`; empty for nowhere.
  /// - Parameter words: for the first and for the second.
  static func difference(
    _ earlier: String, _ now: String, words: (String, String) = ("then", "now")
  ) -> String {
    let lines = (earlier.split(separator: "\n"), now.split(separator: "\n"))
    var section: Substring = ""
    for (old, new) in zip(lines.0, lines.1) {
      if old != new {
        return ": \(section) \(old.prefix(60)) \(words.0), \(new.prefix(60)) \(words.1)"
      }
      if old.hasPrefix("[") { section = old }
    }
    let shared = min(lines.0.count, lines.1.count)
    if let old = lines.0.dropFirst(shared).first {
      return ": \(old.prefix(60)) \(words.0), not \(words.1)"
    }
    if let new = lines.1.dropFirst(shared).first {
      return ": \(new.prefix(60)) \(words.1), not \(words.0)"
    }
    return ""
  }

  /// What runs that differ in their seeds have in common: all but the seed, what was drawn with it, and
  /// where things are.
  static func withoutSeed(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      !line.hasPrefix("#")
        && !["seed = ", "base = ", "directory = "].contains(where: line.hasPrefix)
    }.joined(separator: "\n")
  }
}
