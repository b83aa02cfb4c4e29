import FedRLBox2D
import FedRLCore
import FedRLDrone
import Foundation
import Testing

/// The two tasks that are done by staying: a second on the pad, and the last second at a point.
@Suite struct HoldingTests {
  /// A craft that is to land on a pad half a metre wide, with rotors that can stand still.
  private func landing() throws -> Flight {
    try Hangar.flight {
      $0.task = .landing
      $0.preset = .learningToFly
      $0.arenaWidth = 20
      $0.arenaHeight = 10
    }
  }

  /// One step from a place beside the pad's, with rotors at rest.
  private func stand(
    _ flight: inout Flight, at offset: SIMD2<Float> = .zero, tilt: Float = 0, speed: Float = 0
  ) -> EpisodeEnd {
    let place = flight.drone.plan.goals[0] + offset
    flight.drone.put(BodyState(position: place, angle: tilt, velocity: [speed, 0]))
    flight.drone.rpm = .zero
    return flight.step(-1, -1).end
  }

  @Test func `a craft has landed after a second on the pad`() throws {
    var flight = try landing()
    for _ in 1..<240 {
      #expect(stand(&flight, at: [0.24, 0]) == .none)
      #expect(flight.metrics[0] == 0)
    }
    // A hop, and the second begins anew.
    #expect(stand(&flight, at: [0, 0.02]) == .none)
    for _ in 1..<240 { #expect(stand(&flight, at: [-0.24, 0]) == .none) }
    #expect(stand(&flight) == .terminated)
    #expect(flight.metrics[0] == 1 && flight.causes == [0, 0, 0, 0])
    #expect(abs(flight.metrics[3] - 2) < 1e-9)
  }

  @Test func `a craft has not landed beside the pad, over it, tilted or while it slides`() throws {
    func isLanded(at offset: SIMD2<Float> = .zero, tilt: Float = 0, speed: Float = 0) throws -> Bool
    {
      var flight = try landing()
      // A tilted craft stands on the outer one of its circles, 35 mm from its middle.
      let raised = offset + [0, 0.035 * sin(abs(tilt))]
      for _ in 0..<480 {
        let end = stand(&flight, at: raised, tilt: tilt, speed: speed)
        if end == .terminated { return flight.metrics[0] == 1 }
      }
      return false
    }
    for side in [Float(1), -1] {
      #expect(try isLanded(at: [0.24 * side, 0]))
      #expect(try !isLanded(at: [0.26 * side, 0]))
      #expect(try isLanded(tilt: 9 * side * .pi / 180))
      #expect(try !isLanded(tilt: 11 * side * .pi / 180))
      // Friction takes up to 0.025 m/s of it in a step.
      #expect(try isLanded(speed: 0.15 * side))
      #expect(try !isLanded(speed: 0.25 * side))
    }
    #expect(try !isLanded(at: [0, 0.02]))
  }

  @Test func `a hover succeeds by its last second`() throws {
    var flight = try Hangar.flight()
    func hold(_ flight: inout Flight, at distance: Float, steps: Int) -> Double {
      for _ in 0..<steps {
        flight.drone.put(BodyState(position: flight.drone.plan.goals[0] + [0, distance]))
        #expect(flight.step(0, 0).end == .none)
      }
      return flight.metrics[0]
    }
    #expect(hold(&flight, at: 0.19, steps: 239) == 0)
    #expect(hold(&flight, at: 0.19, steps: 1) == 1)
    #expect(hold(&flight, at: 0.21, steps: 1) == 0)
    #expect(hold(&flight, at: 0.19, steps: 239) == 0)
    #expect(hold(&flight, at: 0.19, steps: 1) == 1)
  }
}
