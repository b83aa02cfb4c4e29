import FedRLCore
import FedRLMaps
import FedRLTestSupport
import FedRLVehicle
import Foundation
import Testing

@Suite struct VehicleSettingsTests {
  private func problems(_ table: SettingTable) -> [String] {
    var table = table
    if table["track"] == nil { table["track"] = .text("t.csv") }
    return vehicleEntry.check(table, "[environment]").map(\.description)
  }

  @Test func defaultsAreSound() {
    #expect(problems([:]) == [])
    #expect(
      vehicleEntry.check([:], "[environment]").map(\.description)
        == ["[environment] track: expected the path of a track, got none"])
  }

  @Test func wrongValuesAreNamedWithWhatWasExpected() {
    let cases: [(name: String, value: SettingValue, expected: String)] = [
      ("friction", .number(0), "expected a number in 0.1...2, got 0.0"),
      ("model", .text("singletrack"), "did you mean single_track?"),
      ("vehicle", .text("tesla"), "expected one of f1tenth, bmw320i, got \"tesla\""),
      ("traffic", .integer(-1), "expected an integer in 0...64, got -1"),
      ("lidar_rays", .integer(0), "expected an integer in 1...1080, got 0"),
      ("look_ahead_points", .integer(4), "expected an integer in 5...10, got 4"),
      ("action_period", .number(0.055), "expected a whole multiple of substep (0.01 s)"),
      ("steering_delay", .number(0.015), "expected a whole multiple of substep (0.01 s)"),
      ("steering_delay", .number(0.64), "expected less than 64 substeps"),
      (
        "start_speed", .number(30), "expected at most the car's greatest speed (20.0 m/s), got 30.0"
      ),
      ("load", .number(4), "expected at most what the car weighs itself (3.74 kg), got 4.0"),
      ("start_spread", .number(1), "expected a number in 0...0.9, got 1.0"),
      ("frictoin", .number(1), "unknown key; did you mean friction?"),
    ]
    for trial in cases {
      let found = problems([trial.name: trial.value])
      #expect(found.count == 1, "\(trial.name): \(found)")
      #expect(found.first?.contains(trial.expected) == true, "\(trial.name): \(found)")
      #expect(found.first?.hasPrefix("[environment] \(trial.name): ") == true)
    }
    #expect(
      problems([
        "vehicle": .text("bmw320i"), "substep": .number(0.02), "action_period": .number(0.04),
      ])
        == [])
    #expect(problems(["walls": .text("map"), "run_off": .number(1)]).count == 1)
  }

  @Test func whatATrackHasNoRoomForIsRefused() throws {
    func message(_ edit: (inout VehicleSettings) -> Void) -> String {
      do {
        _ = try Bench.kind(Bench.oval, edit)
        return "none"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      message { $0.traffic = 40 }
        == "expected at most 20 cars on the 71 m of oval, got 40")
    let narrow = TrackGenerator.oval(name: "narrow", straight: 90, radius: 30, width: 1.8)
    #expect(throws: EnvironmentError.self) {
      try Bench.kind(narrow) { $0.vehicle = .bmw320i }
    }
    #expect(throws: Never.self) { try Bench.kind(narrow) }
    #expect(message { $0.walls = .map }.contains("expected a map beside the track"))
  }

  /// The road itself is sound.
  @Test func aRunOffWhoseWallsWouldCrossIsTheRunOffsFault() throws {
    let path = try Bench.shippedTracks()[0]
    let error = #expect(throws: EnvironmentError.self) { try Bench.load(path) { $0.runOff = 3 } }
    #expect(error?.setting == "run_off")
    #expect(error?.message.contains("stretches of road that do not overlap") == true)
    #expect(throws: Never.self) { try Bench.load(path) { $0.runOff = 1 } }
  }

  @Test func aFaultyTrackFileIsTheTrackSettingsFault() throws {
    do {
      _ = try Bench.load("/nowhere/t.csv")
      Issue.record("a track that is not there was loaded")
    } catch let error as EnvironmentError {
      #expect(error.setting == "track")
      #expect(error.message == "/nowhere/t.csv: there is no such file")
    }
    let error = #expect(throws: EnvironmentError.self) {
      try Bench.load(Bench.shippedTracks()[0]) { $0.raceLine = "/nowhere/r.csv" }
    }
    #expect(error?.setting == "race_line")
  }

  @Test func domainSettingsChangeTheCar() {
    let plain = Bench.settings().parameters
    let heavy = Bench.settings {
      $0.massFactor = 1.5
      $0.load = 0.5
      $0.tyreStiffness = 0.8
      $0.friction = 0.523
      $0.maximumSpeed = 7
    }.parameters
    expectClose(heavy.mass, 3.74 * 1.5 + 0.5, relative: 1e-12)
    expectClose(heavy.maximumAcceleration, 9.51 / 1.5, relative: 1e-12)
    expectClose(heavy.frontStiffness, plain.frontStiffness * 0.8, relative: 1e-12)
    #expect(heavy.friction == 0.523 && heavy.maximumSpeed == 7 && plain.maximumSpeed == 20)
    #expect(plain.minimumSpeed == 0)
    #expect(Bench.settings { $0.reverseSpeed = 9 }.parameters.minimumSpeed == -5)
  }

  /// The same actions take a car of other settings to another place.
  @Test(arguments: VehicleModel.allCases)
  func whatTellsCarsOfAFleetApartChangesTheirMotion(model: VehicleModel) throws {
    func drive(_ change: (inout VehicleSettings) -> Void) throws -> SIMD2<Double> {
      let kind = try Bench.kind {
        $0.model = model
        $0.walls = .none
        $0.offTrackEnds = false
        $0.startSpread = 0
        change(&$0)
      }
      var world = VehicleEnvironment(kind.plan)
      _ = world.begin(seed: 3)
      let gas = Float(0.4 * kind.plan.parameters.maximumAcceleration)
      for step in 0..<60 { _ = world.act([0.15 * sin(Float(step) / 8), gas]) }
      return SIMD2(world.car.x, world.car.y)
    }
    let plain = try drive { _ in }
    var changes: [String: (inout VehicleSettings) -> Void] = [
      "mass_factor": { $0.massFactor = 1.5 }, "max_speed": { $0.maximumSpeed = 3 },
      "steering_delay": { $0.steeringDelay = 0.05 }, "vehicle": { $0.vehicle = .bmw320i },
    ]
    if model != .kinematic {
      changes["friction"] = { $0.friction = 0.5 }
      changes["load"] = { $0.load = 1 }
    }
    if model == .singleTrack || model == .saturated {
      changes["tyre_stiffness"] = { $0.tyreStiffness = 0.7 }
    }
    for (name, change) in changes {
      let apart = try drive(change) - plain
      #expect((apart * apart).sum() > 0.05 * 0.05, "\(name)")
    }
  }

  @Test func whatAModelDoesNotKnowIsNoted() throws {
    func notes(_ model: VehicleModel) throws -> [String] {
      try Bench.kind {
        $0.model = model
        $0.load = 1
        $0.tyreStiffness = 0.8
      }.notes.filter { $0.contains("no effect") }
    }
    #expect(try notes(.saturated).isEmpty)
    #expect(
      try notes(.box2dTires) == ["tyre_stiffness has no effect on the model box2d_tires"])
    #expect(try notes(.kinematic).count == 2)
  }

  @Test func baselinesAreNamedAndRepeat() throws {
    let kind = try Bench.kind { $0.episodeSeconds = 10 }
    #expect(kind.baselines == ["pure-pursuit", "random"])
    for name in kind.baselines {
      let first = try kind.runBaseline(name, seed: 5)
      let second = try kind.runBaseline(name, seed: 5)
      #expect(first.episodeReturn == second.episodeReturn && first.steps == second.steps)
      let other = try kind.runBaseline(name, seed: 6)
      #expect(first.episodeReturn != other.episodeReturn)
    }
    #expect(throws: EnvironmentError.self) { try kind.runBaseline("bounce", seed: 1) }
  }
}
