import FedRLMaps
import FedRLTestSupport
import FedRLVehicle
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// CommonRoad's models against numbers of F1TENTH gym's implementation and CommonRoad's own.
@Suite struct SingleTrackTests {
  /// Rows of numbers of one reference file; `nil` where it is absent.
  static func rows(_ name: String) throws -> [[Double]]? {
    guard let text = try SharedData.text("single-track-reference/" + name) else { return nil }
    return text.split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",").map { Double(String($0))! }
    }
  }

  static func state(_ numbers: ArraySlice<Double>) -> CarState {
    let n = Array(numbers)
    return CarState(
      x: n[0], y: n[1], steering: n[2], speed: n[3], yaw: n[4], yawRate: n[5], slip: n[6])
  }

  static func parameters(_ name: String) -> VehicleParameters {
    name == "f1tenth" ? .f1tenth : .bmw320i
  }

  @Test(arguments: ["f1tenth", "bmw320i"])
  func derivativesAgreeWithTheReferenceToTwelveDigits(car: String) throws {
    guard let rows = try Self.rows("derivatives_\(car).csv") else { return }
    #expect(rows.count == 200)
    let parameters = Self.parameters(car)
    let dynamic = SingleTrack(parameters, form: .linear)
    let kinematic = SingleTrack(parameters, form: .kinematic)
    var slow = 0
    for (number, row) in rows.enumerated() {
      let state = Self.state(row[0..<7])
      let input = CarInput(steeringRate: row[7], acceleration: row[8])
      if state.speed.magnitude < 0.5 { slow += 1 }
      let rates = dynamic.derivative(state, input)
      expectClose((0..<7).map { rates[$0] }, Array(row[9..<16]), relative: 1e-12, "row \(number)")
      let slowRates = kinematic.derivative(state, input)
      expectClose(
        (0..<5).map { slowRates[$0] }, Array(row[16..<21]), relative: 1e-12, "row \(number)")
    }
    #expect(slow > 3, "both regimes must be among the rows")
  }

  /// A light car with strong brakes lifts its rear axle, which then holds nothing and does not push; the
  /// front axle carries the car.
  @Test(arguments: [SingleTrack.Form.linear, .saturated]) func aLiftedAxleCarriesNothing(
    form: SingleTrack.Form
  ) {
    var light = VehicleParameters.bmw320i
    light.scaleMass(by: 0.4)
    let model = SingleTrack(light, form: form)
    let brakes = CarInput(steeringRate: 0, acceleration: -light.maximumAcceleration)
    // Slides to the left: only the front axle's force, to the right, is left.
    let rates = model.derivative(CarState(x: 0, y: 0, speed: 20, slip: 0.02), brakes)
    let lift = light.maximumAcceleration * light.centerHeight
    let force = -light.friction * light.frontStiffness * 0.02 * 9.81
    expectClose(rates[5], light.frontAxle * force * light.mass / light.inertia, relative: 1e-12)
    expectClose(rates[6], force / 20, relative: 1e-12)
    #expect(9.81 * light.frontAxle < lift)
    // And how much more steering a turn takes stays a number.
    for acceleration in [-100, -lift, 100.0] {
      #expect(light.understeer(acceleration: acceleration).magnitude < 1)
    }
  }

  /// Whichever end is ahead, tyres slow what goes aside and turn the motion into the car's axis.
  @Test func aSaturatedCarThatSpinsComesToRollAlongItsAxis() {
    let model = SingleTrack(.f1tenth, form: .saturated, reversesKinematically: true, substep: 0.01)
    for slip in [0.3, 1.5, 1.7, 2.8, 3.1, -1.6, -3, 6.2, -8.0] {
      var car = CarState(x: 0, y: 0, speed: 8, yawRate: 1, slip: slip)
      for _ in 0..<1000 {
        car = model.advanced(car, CarInput(steeringRate: 0, acceleration: 0), seconds: 0.01)
        #expect(car.slip.magnitude <= .pi)
      }
      #expect(sin(car.slip).magnitude < 1e-3 && car.yawRate.magnitude < 0.1, "\(slip): \(car)")
    }
    // Mirrored about the car's axis all is mirrored, and front and rear change places with the motion.
    let ahead = model.derivative(
      CarState(x: 0, y: 0, speed: 8, slip: 0.05), .init(steeringRate: 0, acceleration: 0))
    let astern = model.derivative(
      CarState(x: 0, y: 0, speed: 8, slip: .pi - 0.05), .init(steeringRate: 0, acceleration: 0))
    // The same sideways motion: the same turn of the car, and the motion turns the other way.
    expectClose(astern[5], ahead[5], relative: 1e-9)
    expectClose(astern[6], -ahead[6], relative: 1e-9)
  }

  @Test func commonRoadsPublishedVectorsAreMet() {
    let input = CarInput(steeringRate: 0.15, acceleration: 0.63 * 9.81)
    let slow = CarState(
      x: 3.9579422297936526, y: 0.0391650102771405, steering: 0.0378491427211811,
      speed: 16.3546957860883566, yaw: 0.0294717351052816)
    let rates = SingleTrack(.bmw320i, form: .kinematic).derivative(slow, input)
    expectClose(
      (0..<5).map { rates[$0] },
      [
        16.3475935934250209, 0.4819314886013121, 0.15, 5.1464424102339752, 0.2401426578627629,
      ], relative: 1e-12)
    let fast = CarState(
      x: 2.0233348142065677, y: 0.0041907137716636, steering: 0.0197545248559617,
      speed: 15.7216236334290116, yaw: 0.0025857914776859, yawRate: 0.0529001056654038,
      slip: 0.0033012170610298)
    let fastRates = SingleTrack(.bmw320i, form: .linear).derivative(fast, input)
    expectClose(
      (0..<7).map { fastRates[$0] },
      [
        15.7213512030862397, 0.0925527979719355, 0.15, 5.3536773276413925, 0.0529001056654038,
        0.6435589397748606, 0.0313297971641291,
      ], relative: 1e-12)
  }

  @Test(arguments: [
    ("f1tenth", "step-steer"), ("f1tenth", "coast-sine"), ("bmw320i", "steer-pulse"),
  ])
  func runsAgreeWithTheReferenceToNineDigits(car: String, run: String) throws {
    guard let rows = try Self.rows("trajectory_\(car)_\(run).csv") else { return }
    let model = SingleTrack(Self.parameters(car), form: .linear)
    var state = Self.state(rows[0][1..<8])
    for (row, next) in zip(rows, rows.dropFirst()) {
      state = model.advanced(
        state, CarInput(steeringRate: row[8], acceleration: row[9]), seconds: 0.01)
      expectClose(
        (0..<7).map { state.vector[$0] }, Array(next[1..<8]), relative: 1e-9, absolute: 1e-12,
        "t = \(next[0])")
    }
  }

  @Test func aSteadyTurnHasTheYawRateOfTheUndersteerGradient() {
    let car = VehicleParameters.f1tenth
    expectClose(
      car.steadyYawRate(speed: 3, steering: 0.16), 1.35103878038, relative: 1e-11)
    for form in [SingleTrack.Form.linear, .saturated] {
      let model = SingleTrack(car, form: form)
      var state = CarState(x: 0, y: 0, steering: 0.16, speed: 3)
      for _ in 0..<1000 {
        state = model.advanced(
          state, CarInput(steeringRate: 0, acceleration: 0), seconds: 0.01)
      }
      expectClose(state.yawRate, 1.35103878038, relative: 1e-11, "\(form)")
    }
    // The BMW's axles are equally stiff: it is neutral.
    let bmw = VehicleParameters.bmw320i
    expectClose(
      bmw.steadyYawRate(speed: 20, steering: 0.02), 20 * 0.02 / bmw.wheelbase, relative: 1e-12)
  }

  @Test func theSaturatedModelIsTheLinearOneUntilAnAxleSlides() {
    let linear = SingleTrack(.f1tenth, form: .linear)
    let saturated = SingleTrack(.f1tenth, form: .saturated)
    let input = CarInput(steeringRate: 0.3, acceleration: 1)
    let gentle = CarState(
      x: 0, y: 0, steering: 0.1, speed: 4, yaw: 0.2, yawRate: 0.9, slip: -0.02)
    let (a, b) = (linear.derivative(gentle, input), saturated.derivative(gentle, input))
    expectClose((0..<7).map { a[$0] }, (0..<7).map { b[$0] }, relative: 1e-12)
    // Full lock at 8 m/s asks for more than the tyres have.
    var state = CarState(x: 0, y: 0, steering: 0.4, speed: 8)
    var most = 0.0
    for _ in 0..<300 {
      let rates = saturated.derivative(state, CarInput(steeringRate: 0, acceleration: 0))
      most = max(most, (state.speed * (rates[4] + rates[6])).magnitude)
      state = saturated.advanced(
        state, CarInput(steeringRate: 0, acceleration: 0), seconds: 0.01)
    }
    let limit = 1.0489 * 9.81
    #expect(most <= limit * (1 + 1e-9), "lateral acceleration \(most) over \(limit)")
    #expect(most > 0.95 * limit)
    var unlimited = CarState(x: 0, y: 0, steering: 0.4, speed: 8)
    for _ in 0..<300 {
      unlimited = linear.advanced(
        unlimited, CarInput(steeringRate: 0, acceleration: 0), seconds: 0.01)
    }
    #expect(8 * unlimited.yawRate > 1.5 * limit, "the linear model does not know the limit")
  }

  @Test func limitsHoldInputsAsCommonRoadDoes() {
    let model = SingleTrack(.f1tenth, form: .linear)
    #expect(model.limited(steeringRate: 9, at: 0) == 3.2)
    #expect(model.limited(steeringRate: -9, at: 0) == -3.2)
    #expect(model.limited(steeringRate: 1, at: 0.4189) == 0)
    #expect(model.limited(steeringRate: -1, at: 0.4189) == -1)
    #expect(model.limited(acceleration: 20, at: 3) == 9.51)
    expectClose(model.limited(acceleration: 20, at: 14.638), 9.51 / 2, relative: 1e-12)
    #expect(model.limited(acceleration: -20, at: 14.638) == -9.51)
    #expect(model.limited(acceleration: 1, at: 20) == 0)
    #expect(model.limited(acceleration: -1, at: -5) == 0)
  }

  @Test func aLoadMovesTheCentreOfMassBackAndMakesTheCarOversteerLess() {
    var car = VehicleParameters.f1tenth
    car.add(loadOverRearAxle: 1)
    expectClose(car.mass, 4.74, relative: 1e-12)
    expectClose(car.wheelbase, VehicleParameters.f1tenth.wheelbase, relative: 1e-12)
    // Moments about the front axle.
    expectClose(4.74 * car.frontAxle, 3.74 * 0.15875 + 0.3302, relative: 1e-12)
    #expect(car.inertia > 0.04712)
  }
}
