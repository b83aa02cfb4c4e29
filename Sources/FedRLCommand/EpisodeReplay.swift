package import FedRLCore
package import FedRLReporting
package import FedRLSimulation

/// Which of a scenario's evaluation episodes to show, and who acts in it.
package struct EpisodeChoice: Sendable, Equatable {
  /// From 0.
  package var environment: Int
  /// Within the environment, from 0.
  package var episode: Int
  /// A scripted policy instead of the learned one.
  package var baseline: String?

  /// - Parameters:
  ///   - number: from 1; counts the environments' episodes one environment after another, or those
  ///     of `name` alone where that is given.
  ///   - name: of an environment, or `nil`.
  /// - Throws: `BadInput` for what is not there, with the nearest name or how many there are.
  package init(
    number: Int, environment name: String?, baseline: String? = nil, in evaluator: Evaluator
  ) throws {
    let names = evaluator.environments.map(\.name)
    let count = evaluator.episodes
    var environments = names.indices.map { $0 }
    if let name { environments = [try Self.index(of: name, among: names)] }
    let all = environments.count * count
    guard (1...all).contains(number) else {
      let places =
        name.map { " in \($0)" }
        ?? (names.count > 1 ? ", \(count) in each of \(names.count) environments" : "")
      throw BadInput("--episode: expected an integer in 1...\(all)\(places), got \(number)")
    }
    environment = environments[(number - 1) / count]
    episode = (number - 1) % count
    self.baseline = baseline
    if let baseline {
      let known = evaluator.environments[environment].kind.baselines
      guard known.contains(baseline) else {
        let near = nearestName(to: baseline, among: known)
        throw BadInput(
          "--baseline: there is no baseline \(baseline); "
            + (near.map { "did you mean \($0)?" }
              ?? (known.isEmpty
                ? "this environment has none" : "there are \(known.joined(separator: ", "))"))
        )
      }
    }
  }
}

extension EpisodeChoice {
  /// Of the environment of that name, else of the only one with that in its name: names that tell
  /// conditions apart are long.
  private static func index(of name: String, among names: [String]) throws -> Int {
    if let index = names.firstIndex(of: name) { return index }
    let holding = names.indices.filter { !name.isEmpty && names[$0].contains(name) }
    if holding.count == 1 { return holding[0] }
    guard holding.isEmpty else {
      throw BadInput(
        "--environment: \(name) stands in the names of \(holding.count) environments: "
          + holding.map { names[$0] }.joined(separator: "; "))
    }
    let near = nearestName(to: name, among: names)
    throw BadInput(
      "--environment: the scenario does not evaluate in \(name); "
        + (near.map { "did you mean \($0)?" } ?? "it does in \(names.joined(separator: "; "))"))
  }
}

/// Runs one evaluation episode again and records it as a page.
package struct EpisodeReplay {
  /// Pages stay below this where the number of steps per frame is free, bytes.
  package static let pageLimit = 3_000_000
  /// More frames than this are thinned out before the episode runs.
  private static let frameLimit = 4500

  package let evaluator: Evaluator
  package let choice: EpisodeChoice
  package let title: String
  /// Facts that stand above the measures.
  package var facts: [ReplayPage.Fact] = []

  package init(evaluator: Evaluator, choice: EpisodeChoice, title: String) {
    self.evaluator = evaluator
    self.choice = choice
    self.title = title
  }

  /// What came of it.
  package struct Result {
    package let record: EpisodeRecord
    package let page: String
    package let frames: Int
    /// Steps from one frame to the next.
    package let stepsPerFrame: Int
  }

  private var kind: any EnvironmentKind { evaluator.environments[choice.environment].kind }

  /// - Parameters:
  ///   - every: steps from one frame to the next; `nil` for the fewest that keep the page small.
  ///   - run: runs the episode, the same each time, and shows it to the watch it is given.
  /// - Throws: `Interrupted` where a person asked for it, and what `run` throws.
  package func record(
    every: Int?, run: (EpisodeWatch) throws -> EpisodeRecord
  ) throws -> Result {
    let longest = kind.specification.maximumEpisodeSteps ?? 0
    var stride = every ?? max(1, (longest + Self.frameLimit - 1) / Self.frameLimit)
    while true {
      let result = try attempt(every: stride, run)
      let size = result.page.utf8.count
      if every != nil || size <= Self.pageLimit || result.frames < 100 { return result }
      // The map and the page itself do not shrink, so that one more try may be needed.
      stride = max(stride + 1, stride * size / Self.pageLimit)
    }
  }

  private func attempt(
    every stride: Int, _ run: (EpisodeWatch) throws -> EpisodeRecord
  ) throws -> Result {
    let specification = kind.specification
    var page = ReplayPage(
      title: title, secondsPerFrame: specification.controlPeriodSeconds * Double(stride))
    var step = 0
    let record = try run { draw in
      if Interruption.isRequested { throw Interrupted() }
      if step % stride == 0 {
        var drawing = Drawing()
        drawing.wantsBackground = step == 0
        draw(&drawing)
        guard step > 0 || drawing != Drawing() else {
          throw BadInput("\(specification.name) draws nothing, so that there is nothing to show")
        }
        page.append(drawing)
      }
      step += 1
    }
    let measured = ReplayPage.Fact.of(record, specification: specification)
    return Result(
      record: record, page: page.html(facts: facts + measured), frames: page.frameCount,
      stepsPerFrame: stride)
  }
}
