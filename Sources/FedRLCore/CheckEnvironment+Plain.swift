import FedRLNumerics

extension EnvironmentChecker {
  /// What only shows where a plain environment writes into rows that are not reused.
  mutating func checkPlain<E: Environment & ~Copyable>(_ make: () -> E) {
    var world = make()
    var random = RandomStream(seed: options.seed).split("plain")
    var seen: Set<Int> = []
    checkObservations(
      resetRow(of: &world, seed: options.seed), step: 0, "observation", seen: &seen)
    for step in 1...min(steps, 300) {
      let mask = maskRow(of: world)
      checkMask(mask, "plain environment, step \(step)")
      let action = drawAction(&random, mask: mask)
      var row = unwrittenRow()
      var span = row.mutableSpan
      let outcome = world.step(action.span, into: &span)
      checkObservations(row, step: step, "observation", seen: &seen)
      if outcome.end != .none || step == specification.maximumEpisodeSteps {
        checkMetrics(metricRow(of: world), "plain environment, step \(step), metric")
        checkObservations(
          resetRow(of: &world, seed: options.seed &+ UInt64(step)), step: step, "observation",
          seen: &seen)
      }
    }
  }

  private func unwrittenRow() -> [Float] {
    [Float](repeating: EnvironmentTrace.unwritten, count: specification.observations.count)
  }

  private func resetRow<E: Environment & ~Copyable>(of world: inout E, seed: UInt64) -> [Float] {
    var row = unwrittenRow()
    var span = row.mutableSpan
    world.reset(seed: seed, into: &span)
    return row
  }

  private func maskRow<E: Environment & ~Copyable>(of world: borrowing E) -> [Float] {
    let choices = specification.actions.policyOutputs
    guard specification.masksActions else { return [Float](repeating: 1, count: choices) }
    var row = [Float](repeating: EnvironmentTrace.unwritten, count: choices)
    var span = row.mutableSpan
    world.writeActionMask(into: &span)
    return row
  }

  private func metricRow<E: Environment & ~Copyable>(of world: borrowing E) -> [Double] {
    var row = [Double](
      repeating: EnvironmentTrace.unwrittenDouble, count: specification.metrics.count)
    var span = row.mutableSpan
    world.writeMetrics(into: &span)
    return row
  }

  /// In physical units, as a plain environment is given them; the box's ends every third time.
  private func drawAction(_ random: inout RandomStream, mask: [Float]) -> [Float] {
    switch specification.actions {
    case .discrete:
      let possible = mask.indices.filter { mask[$0] == 1 }
      return [Float(possible.isEmpty ? 0 : possible[random.integer(below: possible.count)])]
    case .box(let box):
      return (0..<box.count).map {
        switch random.integer(below: 6) {
        case 0: box.low[$0]
        case 1: box.high[$0]
        default: box.denormalized(Float(random.uniform(-1, 1)), at: $0)
        }
      }
    }
  }
}

extension Drawing {
  /// The first thing a player could not show.
  var firstFault: (actual: String, expected: String)? {
    let corners = [bounds.minX, bounds.minY, bounds.maxX, bounds.maxY]
    if !corners.allSatisfy(\.isFinite) || bounds.minX >= bounds.maxX
      || bounds.minY >= bounds.maxY
    {
      return ("bounds \(corners)", "finite bounds with min < max")
    }
    for shape in background + shapes where !shape.numbers.allSatisfy(\.isFinite) {
      return ("\(shape)", "finite coordinates")
    }
    for gauge in gauges where !gauge.value.isFinite {
      return ("gauge \(gauge.name) at \(gauge.value)", "a finite value")
    }
    if let trail, !(trail.x.isFinite && trail.y.isFinite) {
      return ("trail at \(trail.x), \(trail.y)", "finite coordinates")
    }
    return nil
  }
}

extension Drawing.Shape {
  fileprivate var numbers: [Float] {
    switch self {
    case .circle(let x, let y, let radius, _): [x, y, radius]
    case .polygon(let points, _): points.flatMap { [$0.x, $0.y] }
    case .polyline(let points, let width, _): points.flatMap { [$0.x, $0.y] } + [width]
    case .text(let x, let y, let size, _, _): [x, y, size]
    case .cells(let cells): [cells.originX, cells.originY, cells.cellSize]
    }
  }
}
