import FedRLCore
import FedRLMaps
import FedRLNumerics
import FedRLTestSupport
import FedRLVacuum
import Testing

@Suite struct LatticeTests {
  /// A batch of one robot in a corridor of 3 m by 0.5 m: one row of nodes.
  private func corridor(_ edit: (inout VacuumSettings) -> Void = { _ in }) throws -> VacuumKind {
    try Bench.kind(
      Bench.room(3, 0.5),
      Bench.quiet {
        $0.dynamics = .discrete
        $0.start = "0.375, 0.375"
        $0.masksMoves = true
        edit(&$0)
      })
  }

  private func value(_ rows: BatchRows, _ batch: any BatchEnvironment, _ name: String) -> Float {
    rows.observations[batch.specification.observations.names.firstIndex(of: name)!]
  }

  private func metrics(_ batch: any BatchEnvironment) -> [String: Double] {
    var values = [Double](repeating: 0, count: batch.specification.metrics.count)
    var span = values.mutableSpan
    batch.writeMetrics(ofCopy: 0, into: &span)
    return Dictionary(
      uniqueKeysWithValues: zip(batch.specification.metrics.map(\.name), values))
  }

  @Test func movesGoOneBodyCellAndWallsRefuseThem() throws {
    let kind = try corridor()
    let batch = kind.makeBatch(count: 1)
    var rows = BatchRows(batch)
    rows.reset(batch, seed: 1)
    var mask = [Float](repeating: 0, count: 4)
    func readMask() {
      var span = mask.mutableSpan
      batch.writeActionMasks(into: &span)
    }
    readMask()
    // East only: west is too near the wall.
    #expect(mask == [1, 0, 0, 0])
    rows.actions = [1]
    rows.step(batch)
    #expect(value(rows, batch, "bump") == 1)
    // −0.1 for the step, −1 for the contact.
    #expect((rows.rewards[0] + 1.1).magnitude < 1e-6)
    rows.actions = [0]
    rows.step(batch)
    #expect(value(rows, batch, "bump") == 0)
    readMask()
    #expect(mask == [1, 0, 1, 0])
    let found = metrics(batch)
    #expect((found["path_length"]! - 0.3).magnitude < 1e-9)
    #expect(found["collisions"] == 1)
    #expect(value(rows, batch, "window.covered.4.4") == 1)
    #expect(value(rows, batch, "window.covered.4.3") == 1)
    #expect(value(rows, batch, "window.covered.4.5") == 0)
    #expect(value(rows, batch, "window.blocked.3.4") == 1)
    #expect(value(rows, batch, "window.unknown.4.5") == 0)
  }

  @Test func aRowIsCleanAfterItsLength() throws {
    let kind = try corridor {
      $0.goalCoverage = 1
      $0.rewardVariation = 0
    }
    let batch = kind.makeBatch(count: 1)
    var rows = BatchRows(batch)
    rows.reset(batch, seed: 1)
    rows.actions = [0]
    var steps = 0
    repeat {
      rows.step(batch)
      steps += 1
      #expect((rows.rewards[0] - 0.9).magnitude < 1e-5)
    } while rows.ends[0] == .none && steps < 50
    // Nodes at 0.375, 0.675, … up to 0.164 m before the wall at 3.1 m.
    #expect(steps == 8)
    #expect(rows.ends[0] == .terminated)
    let final = rows.finalMetrics(0, of: batch)
    let names = kind.specification.metrics.map(\.name)
    #expect(final[names.firstIndex(of: "coverage_ratio")!] == 1)
    #expect(final[names.firstIndex(of: "overlap_ratio")!] == 0)
    #expect((final[names.firstIndex(of: "t99")!] - 8 * 0.3 / 0.306).magnitude < 1e-9)
  }

  @Test func diagonalMovesAreLongerAndCutNoCorners() throws {
    let home = Bench.room(2, 2) { Bench.block(&$0, 0.9..<1.0, 0.1..<1.0) }
    let kind = try Bench.kind(
      home,
      Bench.quiet {
        $0.dynamics = .discrete
        $0.moves = 8
        $0.start = "0.575, 0.875"
        $0.masksMoves = true
      })
    let batch = kind.makeBatch(count: 1)
    var rows = BatchRows(batch)
    rows.reset(batch, seed: 1)
    var mask = [Float](repeating: 0, count: 8)
    var span = mask.mutableSpan
    batch.writeActionMasks(into: &span)
    // East is the wall's end, north-east would brush it; north and north-west are free.
    #expect(mask[0] == 0 && mask[1] == 0 && mask[2] == 1)
    rows.actions = [2]
    rows.step(batch)
    rows.actions = [1]
    rows.step(batch)
    #expect((metrics(batch)["path_length"]! - 0.3 - 0.3 * 2.0.squareRoot()).magnitude < 1e-9)
    #expect((metrics(batch)["turning"]! - .pi / 4).magnitude < 1e-9)
  }

  @Test func searchingDriversCleanAShippedHome() throws {
    let path = try #require(Bench.shippedHomes().first)
    let kind = try Bench.load(path) { $0.dynamics = .discrete }
    let bounce = try kind.runBaseline("random-bounce", seed: 3)
    for name in ["boustrophedon", "nearest-frontier"] {
      let record = try kind.runBaseline(name, seed: 3)
      #expect(Bench.metric(record, "success", of: kind) == 1, "\(name)")
      #expect(
        Bench.metric(record, "coverage_ratio", of: kind)
          > Bench.metric(bounce, "coverage_ratio", of: kind) - 0.01)
    }
    #expect(Bench.metric(try kind.runBaseline("spiral", seed: 3), "coverage_ratio", of: kind) > 0.2)
  }

  @Test func aLatticeWithoutRoomIsRefused() throws {
    #expect(throws: EnvironmentError.self) {
      _ = try Bench.kind(
        Bench.room(0.4, 0.4),
        Bench.quiet {
          $0.dynamics = .discrete
          $0.moveLength = 1
        })
    }
  }
}
