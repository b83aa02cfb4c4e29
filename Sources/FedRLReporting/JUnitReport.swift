/// A run as a JUnit file: a test case for the run itself, and one for each expectation.
public enum JUnitReport {
  /// - Parameters:
  ///   - scenario: names the suite.
  ///   - seconds: wall time of the run.
  ///   - failure: why the run did not finish; `nil` if it did.
  /// - Returns: XML 1.0 in UTF-8.
  public static func text(
    scenario: String, seconds: Double, failure: String?, expectations: [ExpectationResult],
    at time: Timestamp = .now
  ) -> String {
    let failures = expectations.filter { !$0.holds }.count
    let counts =
      "tests=\"\(expectations.count + 1)\" failures=\"\(failures)\" "
      + "errors=\"\(failure == nil ? 0 : 1)\" skipped=\"0\" time=\"\(decimal(seconds))\""
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites \(counts)>"]
    lines.append(
      "  <testsuite name=\"\(escaped(scenario))\" \(counts) "
        + "timestamp=\"\(time.iso8601.dropLast())\">")
    lines += testCase(
      "run", in: scenario, seconds: seconds, problem: failure.map { ("error", $0) })
    for result in expectations {
      lines += testCase(
        "\(result.quantity) \(result.condition)", in: scenario, seconds: 0,
        problem: result.holds ? nil : ("failure", result.message))
    }
    lines += ["  </testsuite>", "</testsuites>", ""]
    return lines.joined(separator: "\n")
  }

  private static func testCase(
    _ name: String, in scenario: String, seconds: Double, problem: (tag: String, text: String)?
  ) -> [String] {
    let start =
      "    <testcase classname=\"\(escaped(scenario))\" name=\"\(escaped(name))\" "
      + "time=\"\(decimal(seconds))\""
    guard let problem else { return [start + "/>"] }
    return [
      start + ">",
      "      <\(problem.tag) message=\"\(escaped(problem.text))\">\(escaped(problem.text))"
        + "</\(problem.tag)>",
      "    </testcase>",
    ]
  }

  /// Milliseconds are enough, and no reader of JUnit expects an exponent.
  private static func decimal(_ seconds: Double) -> String {
    let thousandths = Int((seconds.isFinite ? max(seconds, 0) : 0) * 1000)
    let rest = "\(thousandths % 1000)"
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }

  /// Escapes markup, and replaces what XML 1.0 cannot hold.
  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "\n", "\t", "\r": out += "&#\(scalar.value);"
      case "\u{0}"..<"\u{20}", "\u{fffe}", "\u{ffff}": out += "\u{fffd}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
