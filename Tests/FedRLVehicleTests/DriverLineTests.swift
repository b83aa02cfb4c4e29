import FedRLCore
import FedRLMaps
import FedRLTestSupport
import FedRLVehicle
import Foundation
import Testing

/// The scripted driver takes the race line where there is one, and laps are measured against it.
@Suite struct DriverLineTests {
  /// Straights of 20 m and bends of 5 m, with a race line some metres to the left of the middle.
  private func oval(width: Double, raceLine offset: Double?) throws -> Track {
    func oval(radius: Double) -> Track {
      TrackGenerator.oval(name: "oval", straight: 20, radius: radius, width: width)
    }
    let road = oval(radius: 5)
    guard let offset else { return road }
    return try Track(
      name: "oval", points: road.points, raceLine: oval(radius: 5 - offset).center)
  }

  @Test(arguments: [nil, 1, -1]) func theDriverKeepsToTheRaceLine(offset: Double?) throws {
    let kind = try Bench.kind(oval(width: 4, raceLine: offset)) {
      $0.model = .saturated
      $0.episodeSeconds = 30
    }
    var offsets: [Double] = []
    let record = try kind.runBaseline("pure-pursuit", seed: 1) { draw in
      var drawing = Drawing()
      draw(&drawing)
      guard let place = drawing.trail else { return }
      offsets.append(kind.plan.world.center.project(x: Double(place.x), y: Double(place.y)).offset)
    }
    #expect(record.end == .truncated)
    // After 5 s it has come to the line.
    let worst = offsets.dropFirst(100).map { ($0 - (offset ?? 0)).magnitude }.max()
    #expect(try #require(worst) < 0.3)
  }

  /// 1.1 m of room less 0.31 m of car.
  @Test(arguments: [(0.5, 0.5), (-0.5, -0.5), (1, 0.79), (-1, -0.79)])
  func raceLinesNearTheEdgeAreKeptOffItByTheCarsWidth(offset: Double, expected: Double) throws {
    let kind = try Bench.kind(oval(width: 2.2, raceLine: offset))
    let line = kind.plan.driverProfile.line
    for index in 0..<line.count {
      let place = kind.plan.world.center.project(x: line[index].x, y: line[index].y)
      // Walls lie up to 6 mm beside the edges.
      expectClose(place.offset, expected, absolute: 0.01, "at \(place.s) m")
    }
  }

  /// At 3 m/s all around, which no bend slows down: 40 m of straights, and 2π of the line's radius.
  @Test(arguments: [(nil, 5), (1, 4), (-1, 6)] as [(Double?, Double)])
  func lapsAreMeasuredAgainstTheRaceLine(offset: Double?, radius: Double) throws {
    let kind = try Bench.kind(oval(width: 4, raceLine: offset)) {
      $0.maximumSpeed = 3
      $0.laps = 1
    }
    let lap = (40 + 2 * Double.pi * radius) / 3
    expectClose(kind.plan.profile.lapTime, lap, relative: 1e-3)
    let metrics = try kind.runBaseline("pure-pursuit", seed: 1).metrics
    let names = kind.specification.metrics.map(\.name)
    let best = metrics[try #require(names.firstIndex(of: "best_lap"))]
    let fraction = metrics[try #require(names.firstIndex(of: "line_fraction"))]
    expectClose(fraction, lap / best, relative: 1e-3)
  }
}
