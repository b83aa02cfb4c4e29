public import FedRLSimulation

/// What a display knows of one arm.
public struct ArmProgress: Sendable, Equatable {
  public var arm: Arm
  public var round = 0
  public var rounds = 0
  public var returnMean: Double?
  public var returnWorst: Double?
  /// The environment's first measure, by its name.
  public var metric: (name: String, value: Double?)?
  /// Of the last evaluation.
  public var evaluation: (returnMean: Double, metric: Double?)?
  public var agentsReported = 0
  public var agentsSelected = 0
  public var environmentSteps = 0
  /// So far.
  public var bytesUp = 0
  public var bytesDown = 0
  public var fleetTimeSeconds = 0.0
  /// Agents of the running round that are done; `nil` between rounds.
  public var running: (done: Int, count: Int)?

  public init(_ arm: Arm) { self.arm = arm }

  public static func == (a: ArmProgress, b: ArmProgress) -> Bool { a.cells == b.cells }
}

/// What a display knows of the run.
public struct RunProgress: Sendable, Equatable {
  public var title: String
  public var arms: [ArmProgress]
  /// Share of all arms' rounds that are done, in 0...1.
  public var share = 0.0
  /// Real seconds so far, over all sessions.
  public var wallSeconds = 0.0
  /// Real seconds still needed; `nil` while nothing is known.
  public var secondsLeft: Double?
  public var stepsPerSecond: Double?

  public init(title: String, arms: [ArmProgress]) {
    self.title = title
    self.arms = arms
  }
}

extension ArmProgress {
  /// The arm's numbers, the most important first.
  var cells: [String] {
    var cells = [
      "round \(round)/\(rounds)", "return \(HumanNumber.value(returnMean))",
      "worst \(HumanNumber.value(returnWorst))",
    ]
    if let metric { cells.append("\(metric.name) \(HumanNumber.value(metric.value))") }
    if let evaluation {
      cells.append("eval. return \(HumanNumber.value(evaluation.returnMean))")
      if let metric, let value = evaluation.metric {
        cells.append("eval. \(metric.name) \(HumanNumber.value(value))")
      }
    }
    cells.append(
      running.map { "agents \($0.done)/\($0.count) done" }
        ?? "agents \(agentsReported)/\(agentsSelected)")
    cells.append("\(HumanNumber.count(Double(environmentSteps))) steps")
    cells.append("up \(HumanNumber.bytes(bytesUp))")
    cells.append("down \(HumanNumber.bytes(bytesDown))")
    cells.append("fleet \(HumanNumber.duration(fleetTimeSeconds))")
    return cells
  }
}

/// Lays progress out as text; pure functions of what is known and the width.
public enum ProgressText {
  /// Several lines to be refreshed in place, none wider than `width` characters.
  public static func block(_ run: RunProgress, width: Int, unicode: Bool = true) -> [String] {
    let width = max(width, 20)
    var lines = [cut(run.title, width, unicode), bar(run, width: width, unicode: unicode)]
    for arm in run.arms where arm.rounds > 0 {
      lines.append(arm.arm.rawValue)
      let cells = width < 60 ? Array(arm.cells.prefix(6)) : arm.cells
      lines += columns(cells, width: width, unicode: unicode)
    }
    return lines
  }

  /// One line of at most `width` characters; `nil` for no limit.
  public static func line(
    _ run: RunProgress, arm: ArmProgress, width: Int? = nil, unicode: Bool = true
  ) -> String {
    var cells = [arm.arm.rawValue] + arm.cells
    if let speed = run.stepsPerSecond { cells.append("\(HumanNumber.count(speed)) steps/s") }
    if let left = run.secondsLeft { cells.append("left \(HumanNumber.duration(left))") }
    let text = cells.joined(separator: "  ")
    return width.map { cut(text, $0, unicode) } ?? plain(text, unicode)
  }

  private static func bar(_ run: RunProgress, width: Int, unicode: Bool) -> String {
    let percent = "\(Int((run.share * 100).rounded(.down))) %"
    var facts = [percent]
    if width >= 60 { facts.append("elapsed \(HumanNumber.duration(run.wallSeconds))") }
    if let left = run.secondsLeft, run.share < 1 {
      facts.append("left \(HumanNumber.duration(left))")
    }
    if width >= 60, let speed = run.stepsPerSecond {
      facts.append("\(HumanNumber.count(speed)) steps/s")
    }
    let text = facts.joined(separator: "  ")
    let room = width - text.count - 2
    guard room >= 6 else { return cut(text, width, unicode) }
    let length = min(room, 60)
    let filled = min(max(Int((run.share * Double(length)).rounded(.down)), 0), length)
    return String(repeating: unicode ? "━" : "#", count: filled)
      + String(repeating: unicode ? "─" : "-", count: length - filled) + "  "
      + plain(text, unicode)
  }

  private static func columns(_ cells: [String], width: Int, unicode: Bool) -> [String] {
    let column = 26
    var lines: [String] = []
    var line = ""
    for cell in cells {
      // At the next column that leaves two spaces between; on the next line if it does not fit.
      let start = line.isEmpty ? 0 : (line.count + 1 + column) / column * column
      if !line.isEmpty && start + cell.count + 2 > width {
        lines.append(line)
        line = cell
      } else {
        line += String(repeating: " ", count: start - line.count) + cell
      }
    }
    return (lines + [line]).map { cut("  " + $0, width, unicode) }
  }

  private static func cut(_ text: String, _ width: Int, _ unicode: Bool) -> String {
    let text = plain(text, unicode)
    guard text.count > width else { return text }
    return text.prefix(max(width - 1, 0)) + (unicode ? "…" : ".")
  }

  /// Without characters that a terminal may not have.
  private static func plain(_ text: String, _ unicode: Bool) -> String {
    if unicode { return text }
    return String(
      text.map { character -> Character in
        switch character {
        case "−", "–", "─", "━": "-"
        case "…": "."
        case "→": ">"
        default: character.isASCII ? character : "?"
        }
      })
  }
}
