import FedRLBox2D
import FedRLCore
import FedRLReferenceWorlds
import FedRLTestSupport
import Testing

/// Against steps recorded from Gymnasium 1.4.0 with pybox2d 2.3.10 (Box2D 2.3), in the air and with the
/// random numbers of the engines set to 0.
@Suite struct LunarLanderParityTests {
  /// The legs' joints start without the impulses that they had in the recording, and the two versions of
  /// Box2D hold them at their limits in other ways: the worst difference is 2.9·10⁻⁴ rad/s, of the first
  /// step's angular velocity; places differ by 2·10⁻⁵ m after twenty steps.
  private let tolerance = 4e-4

  /// Lander, first and second leg, each `x, y, angle, vx, vy, ω`.
  private let start: [[Float]] = [
    [8.614862, 11.598064, 0.4354188, -2.757924, -5.020927, 1.2224674],
    [9.510584, 11.644201, 0.7842778, -2.6740422, -3.875411, 1.2224684],
    [8.004111, 10.941228, 0.08892638, -1.8599411, -5.7374935, 1.2224687],
  ]

  /// One action held for twenty steps: the lander and the step's reward after the steps in `steps`.
  struct Recording: Sendable {
    let action: Float
    let states: [[Float]]
    let rewards: [Double]
  }
  private static let steps = [1, 5, 10, 20]
  static let recordings = [
    Recording(
      action: 0,
      states: [
        [8.56194, 11.494708, 0.45986718, -2.7577693, -5.221269, 1.2224169],
        [8.350004, 11.041753, 0.55765045, -2.7570689, -6.0225954, 1.2222157],
        [8.084447, 10.386561, 0.67985696, -2.7560177, -7.0241475, 1.2219641],
        [7.550711, 8.779155, 0.92419434, -2.7533886, -9.026813, 1.2214615],
      ], rewards: [-3.0470533, -2.9437838, -2.7889115, -2.4842423]),
    Recording(
      action: 1,
      states: [
        [8.561229, 11.494381, 0.4619493, -2.8028376, -5.242236, 1.3265244],
        [8.339436, 11.036659, 0.58911544, -2.9755528, -6.140718, 1.7487415],
        [8.046259, 10.366819, 0.7965866, -3.1676774, -7.2984405, 2.295349],
        [7.4101686, 8.693554, 1.3835242, -3.3989453, -9.733096, 3.4756188],
      ], rewards: [-4.0617421, -4.7521997, -5.6439509, -7.5720935]),
    Recording(
      action: 2,
      states: [
        [8.558991, 11.501046, 0.45986676, -2.9052024, -4.9043427, 1.2223964],
        [8.302721, 11.135296, 0.55764425, -3.5703118, -4.4768114, 1.2221113],
        [7.897504, 10.721763, 0.67983407, -4.56488, -4.043248, 1.2217557],
        [6.7395034, 9.990543, 0.9241072, -7.0385494, -3.5911648, 1.221049],
      ], rewards: [-2.1033131, -3.3428469, -4.8519273, -7.3021606]),
    Recording(
      action: 3,
      states: [
        [8.5626545, 11.495034, 0.45778498, -2.712702, -5.200302, 1.1183096],
        [8.360608, 11.046798, 0.5262483, -2.5364695, -5.9082437, 0.6975071],
        [8.123048, 10.405606, 0.56408316, -2.3237498, -6.7794657, 0.16491288],
        [7.697406, 8.854239, 0.4796654, -1.8979657, -8.522665, -0.89978355],
      ], rewards: [-2.0955477, -1.2345575, -0.1061852, 2.1700418]),
  ]

  @Test(arguments: recordings)
  func engineStepsFollowGymnasiums(recording: Recording) {
    var settings = LunarLanderSettings()
    settings.engineDispersion = 0
    var play = LanderPlay(settings, seed: 1)
    play.place(BodyState(start[0]), BodyState(start[1]), BodyState(start[2]))
    for step in 1...20 {
      let outcome = play.step(recording.action)
      guard let index = Self.steps.firstIndex(of: step) else { continue }
      expectClose(
        play.lander.values, recording.states[index], absolute: tolerance,
        "action \(recording.action) step \(step)")
      // Before the first step the potential is that of another state.
      if step == 1 { continue }
      expectClose(Double(outcome.reward), recording.rewards[index], absolute: tolerance, "reward")
    }
  }

  /// Recorded from the same Gymnasium: `b2Body.mass` and `inertia`.
  @Test func theBodiesWeighWhatGymnasiumsDo() {
    let play = LanderPlay(seed: 1)
    let scene = play.world.scene.legs
    let lander = play.world.scene.world.massProperties(of: play.world.scene.lander)
    let leg = play.world.scene.world.massProperties(of: scene.first)
    expectClose([lander.mass, leg.mass], [4.8166666, 0.07111112] as [Float], relative: 1e-6)
    // pybox2d's inertia is about the origin.
    let offset = (lander.center * lander.center).sum()
    expectClose(
      [lander.inertia + lander.mass * offset, leg.inertia], [0.8333149, 0.0017909470] as [Float],
      relative: 1e-5)
  }
}
