import FedRLBox2D
import FedRLCore

#if canImport(Glibc)
  import Glibc
#endif

/// What an action asks of the rotors.
struct DroneCommand: BitwiseCopyable {
  /// As the policy gave it, each in −1...1.
  var action: SIMD2<Float>
  /// Of the right-hand and the left-hand side, N; unused where a rate is asked for.
  var thrusts: SIMD2<Float>
  /// Of both sides together, N.
  var collective: Float
  /// rad/s, towards +x; NaN where thrusts are asked for.
  var pitchRate: Float
}

extension Drone {
  /// The nine pairs of a discrete action, right then left; five of them are the first five.
  static let pairs:
    (
      SIMD2<Float>, SIMD2<Float>, SIMD2<Float>, SIMD2<Float>, SIMD2<Float>, SIMD2<Float>,
      SIMD2<Float>, SIMD2<Float>, SIMD2<Float>
    ) = ([0, 0], [1, 1], [-1, -1], [1, -1], [-1, 1], [1, 0], [0, 1], [-1, 0], [0, -1])

  static func pair(_ index: Int) -> SIMD2<Float> {
    switch index {
    case 0: pairs.0
    case 1: pairs.1
    case 2: pairs.2
    case 3: pairs.3
    case 4: pairs.4
    case 5: pairs.5
    case 6: pairs.6
    case 7: pairs.7
    default: pairs.8
    }
  }

  /// What an action (physical units, or a choice) means.
  func command(for action: Span<Float>) -> DroneCommand {
    for index in 0..<action.count {
      precondition(action[index].isFinite, "drone: action \(index) is \(action[index])")
    }
    let hover = airframe.hoverThrust
    switch settings.action {
    case .thrust:
      let share = SIMD2(action[0], action[1])
      let thrusts = hover * (1 + Float(settings.thrustRange) * share)
      return DroneCommand(action: share, thrusts: thrusts, collective: 0, pitchRate: .nan)
    case .rate:
      let collective = 2 * hover * (1 + Float(settings.thrustRange) * action[0])
      return DroneCommand(
        action: SIMD2(action[0], action[1] / Float(settings.maximumRate)), thrusts: .zero,
        collective: collective, pitchRate: action[1])
    case .discrete:
      let pair = Self.pair(action[0].choice(of: settings.choices, in: "drone"))
      return DroneCommand(
        action: pair, thrusts: hover * (1 + Float(settings.choiceStep) * pair), collective: 0,
        pitchRate: .nan)
    }
  }

  /// Moves for one action.
  mutating func fly(_ command: DroneCommand) {
    let height = state.position.y - design.site.low.y
    wind.prepare(
      velocity: state.velocity, height: height,
      seconds: Double(steps) * settings.controlPeriod)
    let isClear = usesShortcut && isFarFromEverything
    if !isClear { enterArena() }
    var target = rotorTargets(command.thrusts)
    var (effort, work) = (Float(0), Float(0))
    for _ in 0..<settings.substeps {
      if !command.pitchRate.isNaN { target = rotorTargets(innerLoop(command)) }
      rpm += lagGain * (target - rpm)
      let thrusts = SIMD2(airframe.thrust(atRPM: rpm.x), airframe.thrust(atRPM: rpm.y))
      let excess = thrusts / airframe.hoverThrust - 1
      effort += (excess * excess).sum()
      work += thrusts.sum()
      let (force, torque) = forces(thrusts, air: wind.next())
      if isClear {
        glide(force, torque)
      } else {
        stepArena(force, torque)
        if tally.cause != .none { break }
      }
    }
    if isClear { isInArena = false }
    let count = Float(settings.substeps)
    tally.effort = effort / count
    tally.energy += Double(airframe.power(forThrust: work / count)) * settings.controlPeriod
  }

  private func rotorTargets(_ thrusts: SIMD2<Float>) -> SIMD2<Float> {
    SIMD2(airframe.rpm(forThrust: thrusts.x), airframe.rpm(forThrust: thrusts.y))
  }

  /// Thrusts that bring the pitch rate to what is asked for: proportional to the error, and against
  /// the angular acceleration, as if the rotors' lag gave a second-order loop of 20 rad/s, damped 0.7.
  private mutating func innerLoop(_ command: DroneCommand) -> SIMD2<Float> {
    let (frequency, damping): (Float, Float) = (20, 0.7)
    let lag = airframe.motorLag
    let rate = -state.angularVelocity
    let acceleration = (rate - lastRate) / seconds
    lastRate = rate
    // Rotors without lag leave a first-order loop.
    let gain = max(frequency * frequency * lag, frequency)
    let brake = max(2 * damping * frequency * lag - 1, 0)
    let wanted = gain * (command.pitchRate - rate) - brake * acceleration
    let half = wanted * airframe.inertia / airframe.lever / 2
    return SIMD2(command.collective / 2 - half, command.collective / 2 + half)
  }

  /// Rotors and air, without gravity: N, and N m counter-clockwise.
  @inline(__always)
  private func forces(_ thrusts: SIMD2<Float>, air: SIMD2<Float>) -> (SIMD2<Float>, Float) {
    let up = SIMD2(-sin(state.angle), cos(state.angle))
    let wind = air - state.velocity
    var force = thrusts.sum() * up + airframe.dragPerRPM * rpm.sum() * wind
    if airframe.bodyDrag > 0 {
      force += airframe.bodyDrag * (wind * wind).sum().squareRoot() * wind
    }
    return (force, airframe.lever * (thrusts.x - thrusts.y))
  }

  // MARK: Steps of the body

  /// Whether nothing can be met during the next action, however the drone moves.
  private var isFarFromEverything: Bool {
    let period = Float(settings.controlPeriod)
    let speed = (state.velocity * state.velocity).sum().squareRoot()
    let air = wind.boundOnSpeed + speed
    let most = airframe.maximumForce(airSpeed: air) / airframe.mass + airframe.gravity
    let reach = (speed + most * period) * period + DroneArena.reach
    return clearance(at: state.position) >= reach
  }

  /// Brings the arena's body to where the drone is.
  private mutating func enterArena() {
    guard !isInArena else { return }
    arena.world[arena.drone] = state
    isInArena = true
  }

  private mutating func stepArena(_ force: SIMD2<Float>, _ torque: Float) {
    arena.world.apply(forceToCenter: force, of: arena.drone)
    arena.world.apply(torque: torque, to: arena.drone)
    arena.world.step(seconds: seconds)
    state = arena.world[arena.drone]
    for index in 0..<arena.world.contactCount {
      let contact = arena.world.contact(index)
      guard contact.began else { continue }
      if tally.touchdownSpeed.isNaN {
        tally.touchdownSpeed = Double(contact.approachSpeed)
        tally.touchdownTilt = Double(abs(atan2(sin(state.angle), cos(state.angle))))
      }
      if contact.approachSpeed > Self.crashSpeed { tally.cause = .contact }
    }
  }

  /// How far a body moves and turns in one step of Box2D at most, m and rad (`b2_maxTranslation`,
  /// `b2_maxRotation`, with its π).
  private static let longestWay: Float = 2
  private static let widestTurn: Float = 0.5 * 3.14159265359

  /// What Box2D's step does to a body that touches nothing, in the same order of operations, so that
  /// it gives the same bits: semi-implicit Euler.
  private mutating func glide(_ force: SIMD2<Float>, _ torque: Float) {
    let weight = SIMD2(airframe.mass * 0, airframe.mass * -airframe.gravity)
    state.velocity += (seconds * (1 / airframe.mass)) * (weight + force)
    state.angularVelocity += (seconds * (1 / airframe.inertia)) * torque
    let way = seconds * state.velocity
    if (way * way).sum() > Self.longestWay * Self.longestWay {
      state.velocity *= Self.longestWay / (way * way).sum().squareRoot()
    }
    let turn = seconds * state.angularVelocity
    if turn * turn > Self.widestTurn * Self.widestTurn {
      state.angularVelocity *= Self.widestTurn / turn.magnitude
    }
    state.position += seconds * state.velocity
    state.angle += seconds * state.angularVelocity
  }
}

extension DroneArena {
  /// From the drone's middle to the farthest that a contact can begin, with Box2D's skins and a
  /// millimetre for rounding, m.
  static let reach = halfWidth + 0.021
}

extension Airframe {
  /// No force of rotors and air exceeds this at an air speed (m/s); N.
  func maximumForce(airSpeed: Float) -> Float {
    2 * thrust(atRPM: maximumRPM) + 2 * dragPerRPM * maximumRPM * airSpeed
      + bodyDrag * airSpeed * airSpeed
  }
}

extension Wind {
  /// Gusts beyond eight deviations do not come, m/s.
  var boundOnSpeed: Float {
    mean.magnitude + Float(8 * 2 * DrydenGust.verticalSigma(strength))
  }
}
