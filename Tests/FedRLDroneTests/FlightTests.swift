import FedRLBox2D
import FedRLCore
import FedRLDrone
import FedRLTestSupport
import Foundation
import Testing

@Suite struct FlightTests {
  @Test func `hover is at 14,476 rpm and 0.1324 N a side, and holds`() throws {
    let airframe = Airframe(DroneSettings())
    #expect(abs(airframe.hoverThrust - 0.1324) < 5e-5)
    #expect(abs(airframe.rpm(forThrust: airframe.hoverThrust) - 14_476) < 1)
    #expect(abs(airframe.thrust(atRPM: 14_476) - 0.1324) < 5e-5)
    for usesShortcut in [true, false] {
      var flight = try Hangar.flight()
      flight.drone.usesShortcut = usesShortcut
      flight.drone.rpm = [14_476, 14_476]
      let start = flight.drone.state
      for _ in 0..<480 { flight.step(0, 0) }
      let moved = flight.drone.state.position - start.position
      #expect(abs(moved.x) < 1e-6 && abs(moved.y) < 1e-3)
      #expect(flight.drone.state.angle == start.angle)
    }
  }

  @Test(arguments: [0.05, 0.15]) func `a step of throttle follows 1 − e^(−t/τ)`(lag: Double) throws
  {
    var flight = try Hangar.flight { $0.motorLag = lag }
    let start = flight.drone.rpm.x
    let goal = flight.drone.rpm.x * Float(1.5).squareRoot()
    for n in 1...120 {
      flight.step(0.5, 0.5)
      let share = 1 - exp(-Double(n) / 240 / lag)
      let expected = Double(start) + Double(goal - start) * share
      #expect(abs(Double(flight.drone.rpm.x) - expected) < 0.5)
    }
  }

  @Test func `rotors without lag are where they are told to be`() throws {
    var flight = try Hangar.flight { $0.motorLag = 0 }
    flight.step(1, -1)
    let airframe = Airframe(DroneSettings())
    #expect(abs(flight.drone.rpm.x - airframe.rpm(forThrust: 2 * airframe.hoverThrust)) < 0.01)
    #expect(flight.drone.rpm.y == 9440)
  }

  /// `atan(k w / m g)`, k the drag of the rotors at hover.
  @Test func `holding against 5 m/s of wind takes 6.0° of tilt`() throws {
    for speed in [5.0, -5] {
      let kind = try Hangar.kind {
        $0.task = .hover
        $0.windSpeed = speed
        $0.episodeSeconds = 30
      }
      var tilt = Float.nan
      _ = try kind.runBaseline("pd-pilot", seed: 3) { draw in
        var drawing = Drawing()
        draw(&drawing)
        tilt = drawing.gauges.first { $0.name == "tilt" }?.value ?? .nan
      }
      // The drag grows with the rotors' speed, a little more than at hover.
      #expect(abs(Double(tilt) + (speed > 0 ? 6.0 : -6.0)) < 0.1, "\(tilt)")
    }
  }

  /// `z_n = z₀ − g Δt² n (n + 1) / 2` without rotors.
  @Test(arguments: [true, false]) func `free fall is that of the integrator`(usesShortcut: Bool)
    throws
  {
    var flight = try Hangar.flight { $0.preset = .learningToFly }
    flight.drone.usesShortcut = usesShortcut
    flight.drone.put(BodyState(position: [500, 30]))
    flight.drone.rpm = .zero
    for n in 1...480 {
      flight.step(-1, -1)
      let step = 1.0 / 240
      let expected = 30 - 9.81 * step * step * Double(n * (n + 1)) / 2
      // A unit in the last place of 30 a step; explicit Euler is g Δt² away, 1.7e-4 m a step.
      #expect(abs(Double(flight.drone.state.position.y) - expected) < 2e-6 * Double(n))
    }
  }

  @Test func `the largest angular acceleration is 482 rad/s²`() throws {
    var flight = try Hangar.flight { $0.motorLag = 0 }
    flight.drone.rpm = [9440, 21_666]
    // Rotors at their limits are told to stay there.
    let airframe = Airframe(DroneSettings())
    let torque = airframe.lever * (airframe.thrust(atRPM: 21_666) - airframe.thrust(atRPM: 9440))
    #expect(abs(torque / airframe.inertia - 482) < 1)
    // The same from a flight: from the left-hand side a push towards +x.
    var other = try Hangar.flight {
      $0.motorLag = 0
      $0.thrustRange = 2
    }
    other.step(-1, 1)
    #expect(abs(-other.drone.state.angularVelocity * 240 - 482) < 1)
  }

  @Test func `presets have the figures of their sources`() {
    func airframe(_ preset: DronePreset, _ edit: (inout DroneSettings) -> Void = { _ in })
      -> Airframe
    {
      Airframe(
        Hangar.settings {
          $0.preset = preset
          edit(&$0)
        })
    }
    let cf2x = airframe(.cf2x)
    #expect(cf2x.mass == 0.027 && cf2x.inertia == 1.4e-5)
    let weight = cf2x.mass * cf2x.gravity
    #expect(abs(2 * cf2x.thrust(atRPM: cf2x.maximumRPM) / weight - 2.25) < 0.02)
    #expect(abs(cf2x.thrust(atRPM: cf2x.minimumRPM) - 0.0563) < 5e-5)
    #expect(abs(cf2x.thrust(atRPM: cf2x.maximumRPM) - 0.2967) < 5e-5)
    let measured = airframe(.bitcraze2015)
    #expect(abs(measured.mass - 0.0282) < 1e-7 && measured.inertia == 1.666e-5)
    for rpm in [Float(12_277), 14_476, 17_174, 20_539] {
      let ratio = measured.thrust(atRPM: rpm) / cf2x.thrust(atRPM: rpm)
      #expect(ratio > 0.7 && ratio < 0.81, "\(ratio)")
    }
    let flown = airframe(.learningToFly)
    #expect(flown.inertia == 3.85e-6 && flown.minimumRPM == 0)
    // Of one side at full speed, with the inertia of cf2x.
    let heavy = airframe(.learningToFly) { $0.inertia = 1.4e-5 }
    #expect(abs(heavy.lever * heavy.thrust(atRPM: 21_702) / heavy.inertia - 597) < 3)
  }

  @Test func `the measured table is met at its rows and inverted`() throws {
    let airframe = Airframe(Hangar.settings { $0.preset = .bitcraze2015 })
    guard let text = try SharedData.text("crazyflie-thrust/pwm_thrust_rpm_2015.csv") else { return }
    let rows = text.split(whereSeparator: \.isNewline).dropFirst().map {
      $0.split(separator: ",").compactMap { Double($0) }
    }
    #expect(rows.count == 16)
    for row in rows where row[4] >= 4485 {
      let newtons = Float(row[1] * 1e-3 * 9.80665 / 2)
      #expect(abs(airframe.thrust(atRPM: Float(row[4])) - newtons) < 1e-6)
      #expect(abs(airframe.rpm(forThrust: newtons) - Float(row[4])) < 0.1)
      #expect(abs(Double(airframe.power(forThrust: 2 * newtons)) - row[0] * row[2]) < 1e-4)
    }
  }

  @Test(arguments: [5, 9]) func `choices are pairs of hover thrust, and a step more or less`(
    choices: Int
  ) throws {
    // Right, then left.
    let pairs: [SIMD2<Float>] = [
      [0, 0], [1, 1], [-1, -1], [1, -1], [-1, 1], [1, 0], [0, 1], [-1, 0], [0, -1],
    ]
    var flight = try Hangar.flight {
      $0.action = .discrete
      $0.choices = choices
      $0.choiceStep = 0.4
      $0.motorLag = 0
    }
    #expect(flight.drone.specification.actions == .discrete(count: choices))
    let airframe = Airframe(DroneSettings())
    for (choice, pair) in pairs.prefix(choices).enumerated() {
      flight.step(Float(choice))
      let rpm = flight.drone.rpm
      let thrusts = SIMD2(airframe.thrust(atRPM: rpm.x), airframe.thrust(atRPM: rpm.y))
      let off = thrusts / airframe.hoverThrust - (1 + 0.4 * pair)
      #expect(abs(off.x) < 1e-5 && abs(off.y) < 1e-5, "choice \(choice): \(thrusts)")
    }
  }

  @Test func `payload and worn rotors are not known to the action`() throws {
    for edit in [
      { (settings: inout DroneSettings) in settings.payload = 0.005 }, { $0.thrustScale = 0.8 },
    ] {
      var flight = try Hangar.flight(edit)
      let start = flight.drone.state.position.y
      for _ in 0..<120 { flight.step(0, 0) }
      #expect(flight.drone.state.position.y < start - 0.1)
    }
    var heavier = try Hangar.flight { $0.mass = 0.032 }
    for _ in 0..<120 { heavier.step(0, 0) }
    #expect(abs(heavier.drone.state.velocity.y) < 1e-3)
  }

  @Test func `a battery lasts about seven minutes of hover`() throws {
    let airframe = Airframe(DroneSettings())
    let minutes = 3330 / Double(airframe.power(forThrust: 2 * airframe.hoverThrust)) / 60
    #expect(minutes > 6.8 && minutes < 7.8, "\(minutes)")
    let kind = try Hangar.kind {
      $0.task = .hover
      $0.episodeSeconds = 3600
      $0.batteryAge = 0.5
    }
    let record = try kind.runBaseline("pd-pilot", seed: 1)
    #expect(record.end == .terminated && record.metric("ran_flat", of: kind) == 1)
    #expect(abs(Double(record.steps) / 30 / 60 - minutes / 2) < 0.1)
    #expect(abs(record.metric("energy", of: kind) - 3330 / 2) < 1)
  }

  @Test func `drag by the body has its terminal speed`() throws {
    // √(2 m g / ρ C_d A)
    var flight = try Hangar.flight {
      $0.preset = .learningToFly
      $0.bodyDrag = 0.02
    }
    flight.drone.rpm = .zero
    for _ in 0..<1200 { flight.step(-1, -1) }
    let expected = (2 * 0.027 * 9.81 / (1.225 * 0.02)).squareRoot()
    #expect(abs(Double(flight.drone.state.velocity.y) + expected) < 1e-2)
  }

  @Test func `the inner loop holds the pitch rate that is asked for`() throws {
    for lag in [0, 0.05, 0.15] {
      var flight = try Hangar.flight {
        $0.action = .rate
        $0.controlRate = 30
        $0.motorLag = lag
      }
      for _ in 0..<15 { flight.step(0, 1) }
      #expect(abs(-flight.drone.state.angularVelocity - 1) < 0.15, "\(lag)")
    }
  }

  /// Box2D lets a body turn by a quarter and move 2 m in a step at most; so does the shortcut.
  @Test func `the shortcut has the limits of Box2D's step`() throws {
    for (inertia, gravity) in [(1e-7, 9.81), (1.4e-5, 80.0)] {
      func flown(_ usesShortcut: Bool) throws -> [BodyState] {
        var flight = try Hangar.flight {
          ($0.motorLag, $0.thrustRange, $0.physicsRate, $0.controlRate) = (0, 2, 20, 20)
          ($0.inertia, $0.gravity) = (inertia, gravity)
          if gravity > 10 { ($0.thrustScale, $0.mass) = (3, 0.02) }
        }
        flight.drone.usesShortcut = usesShortcut
        flight.drone.put(BodyState(position: [500, 500], velocity: [0, -38]))
        return (0..<8).map { _ in
          flight.step(-1, 1)
          return flight.drone.state
        }
      }
      let (short, full) = (try flown(true), try flown(false))
      #if arch(x86_64)
        #expect(short == full)
      #endif
      // π/2 in 50 ms, and 2 m, where drag is weaker than gravity.
      #expect(short.allSatisfy { $0.angularVelocity.magnitude < 31.416 })
      #expect(short.contains { $0.angularVelocity.magnitude > 31.415 })
      #expect(short.contains { $0.velocity.y < -39.99 } == (gravity > 10))
    }
  }

  private func trace(_ kind: DroneKind, _ baseline: String, seed: UInt64) throws -> (
    record: EpisodeRecord, frames: [[Float]]
  ) {
    var frames: [[Float]] = []
    let record = try kind.runBaseline(baseline, seed: seed) { draw in
      var drawing = Drawing()
      draw(&drawing)
      frames.append(
        [drawing.trail?.x ?? 0, drawing.trail?.y ?? 0] + drawing.gauges.map(\.value))
    }
    return (record, frames)
  }

  /// The shortcut's integrator is Box2D's to the bit where the library was built without fused
  /// multiply-adds, as Debian's for x86-64 is. Only where a drone stands on several of its circles may
  /// the order of its contacts, and so the rounding, depend on when Box2D took it over.
  @Test(arguments: DroneTask.allCases) func `far from everything, the shortcut flies as Box2D does`(
    task: DroneTask
  ) throws {
    var flown = 0
    for seed in 0..<20 as Range<UInt64> {
      let baseline = seed % 2 == 0 ? "pd-pilot" : "random"
      var kind = try Hangar.kind {
        $0.task = task
        $0.windClass = .severe
        $0.obstacleDensity = 0.1
        $0.bodyDrag = 0.001
        $0.startTilt = 0.5
      }
      let short = try trace(kind, baseline, seed: seed)
      kind.usesShortcut = false
      let full = try trace(kind, baseline, seed: seed)
      #expect(short.record.end == full.record.end)
      let success = short.record.metric("success", of: kind)
      #expect(success == full.record.metric("success", of: kind))
      let touch = short.frames.firstIndex { task == .landing && $0[1] < 0.1 }
      let count = touch ?? short.frames.count
      flown += count
      #if arch(x86_64)
        #expect(short.frames[..<count] == full.frames.prefix(count), "seed \(seed)")
        if touch != nil {
          #expect((short.record.steps - full.record.steps).magnitude < 15)
        } else {
          let pairs = zip(short.record.metrics, full.record.metrics)
          #expect(pairs.allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) })
          #expect(short.record.episodeReturn == full.record.episodeReturn)
        }
      #else
        for (a, b) in zip(short.frames[..<count], full.frames) {
          #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-2 })
        }
      #endif
    }
    #expect(flown > 1000)
  }
}
