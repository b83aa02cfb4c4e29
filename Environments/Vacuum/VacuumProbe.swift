package import FedRLCore

/// One diff-drive robot driven by hand, its true place in view: for checks of the physics.
package final class VacuumProbe {
  private let batch: DriveBatch
  private var row: [Float]

  /// Starts the episode that a seed names.
  /// - Precondition: the kind's dynamics are `diffdrive`.
  package init(_ kind: VacuumKind, seed: UInt64) {
    guard let batch = kind.makeBatch(count: 1) as? DriveBatch else {
      preconditionFailure("a probe needs diffdrive dynamics")
    }
    self.batch = batch
    row = [Float](repeating: 0, count: batch.robot.layout.count)
    batch.start(batch.memory(0), seed: seed)
    observe()
  }

  private func observe() {
    row.withUnsafeMutableBufferPointer { batch.observe(batch.memory(0), into: $0.baseAddress!) }
  }

  /// Acts once. The episode is not restarted where it ends.
  package func act(_ first: Float, _ second: Float) -> StepOutcome {
    let outcome = batch.act(batch.memory(0), first, second)
    observe()
    return outcome
  }

  /// True centre and heading in the world's own frame: metres from the lower-left corner, radians.
  package var pose: (x: Double, y: Double, heading: Double) {
    let state = batch.memory(0).state.pointee
    return (state.x, state.y, state.heading)
  }

  package var isInContact: Bool { batch.memory(0).state.pointee.inContact != 0 }

  /// The last observation's value of a name.
  package func observation(_ name: String) -> Float {
    guard let index = batch.specification.observations.names.firstIndex(of: name) else {
      preconditionFailure("no observation is named \(name)")
    }
    return row[index]
  }

  /// A measure of the episode so far.
  package func metric(_ name: String) -> Double {
    guard let index = VacuumMetrics.definitions.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("no measure is named \(name)")
    }
    var values = [Double](repeating: 0, count: VacuumMetrics.count)
    values.withUnsafeMutableBufferPointer {
      batch.writeMetrics(of: batch.memory(0), into: $0.baseAddress!)
    }
    return values[index]
  }
}

extension VacuumWorld {
  /// Exact distance from a place of the world's frame to the nearest blocked square, at most 1 m.
  package func gap(x: Double, y: Double) -> Double {
    let reach = Int(1 / cell) + 1
    let (cx, cy) = (Int(x / cell), Int(y / cell))
    var nearest = 1.0
    for row in max(0, cy - reach)...min(height - 1, cy + reach) {
      for column in max(0, cx - reach)...min(width - 1, cx + reach)
      where flags[row * width + column] & CellFlags.blocked != 0 {
        let dx = max(Double(column) * cell - x, x - Double(column + 1) * cell, 0)
        let dy = max(Double(row) * cell - y, y - Double(row + 1) * cell, 0)
        nearest = min(nearest, (dx * dx + dy * dy).squareRoot())
      }
    }
    return nearest
  }

  /// A place of the world's frame from one of the map's.
  package func place(x: Double, y: Double) -> (x: Double, y: Double) {
    let place = local(x: x, y: y, yaw: 0)
    return (place.x, place.y)
  }
}
