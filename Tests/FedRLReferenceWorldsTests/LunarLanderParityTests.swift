import FedRLBox2D
import FedRLCore
import FedRLReferenceWorlds
import FedRLTestSupport
import Testing

/// Against steps and whole episodes recorded from Gymnasium 1.4.0 with pybox2d 2.3.10 (Box2D 2.3), with the
/// random numbers of the engines set to 0.
@Suite struct LunarLanderParityTests {
  /// Measured: 3·10⁻⁶ of bodies after twenty steps, 9·10⁻⁶ of rewards.
  private let tolerance = 2e-5

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

  /// Actions of an episode from a start without push, and what was observed after some of its steps.
  struct Episode: Sendable {
    let actions: String
    let steps: [Int]
    let states: [[Float]]
    let rewards: [Double]
  }
  /// A landing that comes to rest, and two landings that are too hard.
  static let episodes = [
    Episode(
      actions: "00000000000000000000000000000000000000022222222222222222222222222022222022220222"
        + "02220222022202202220220220220220222020220220220220202202202000000000000000000000"
        + "00000000000000",
      steps: [20, 40, 60, 80, 100, 120, 140, 160, 174],
      states: [
        [
          0.00000019073487, 1.2727627, 0.00000018773578, -0.55903494, 0.000006819298,
          0.0000002666661, 0, 0,
        ],
        [
          0.00000019073487, 0.89589787, -0.00000049264344, -1.0467271, 0.0000070104425,
          0.000001244756, 0, 0,
        ],
        [
          -0.0000011444092, 0.5190813, -0.000016177977, -0.64795136, 0.000019072631, 0.000021985818,
          0, 0,
        ],
        [
          -0.000007534027, 0.2923525, -0.000054516517, -0.3889923, 0.00004997175, 0.000038505448, 0,
          0,
        ],
        [
          -0.00002450943, 0.14650197, -0.0001238211, -0.26984978, 0.00009685067, 0.00005347816, 0,
          0,
        ],
        [
          -0.00006055832, 0.054265674, -0.00024579893, -0.15070708, 0.00015764331, 0.00006664375, 0,
          0,
        ],
        [
          -0.00012521744, -0.0029744173, -0.0004037065, -0.06674413, 0.00023198455, 0.00010539002,
          1, 1,
        ],
        [
          -0.0001414299, -0.0001025939, 0.000000024307067, -0.00000000074809936, 0.00029065835,
          -0.00000006336328, 1, 1,
        ],
        [-0.0001414299, -0.0001025939, 0, 0, 0.00029066377, 0, 1, 1],
      ],
      rewards: [
        -1.409051, 4.049009, 3.15166, 2.568912, -2.059775, 2.032627, 22.985941, 3.1e-05, 100.0,
      ]),
    Episode(
      actions: "00000100313000000132020001032130300003100222122222231013212322222220222313321330"
        + "220222232",
      steps: [20, 40, 60, 80, 89],
      states: [
        [
          -0.00040225982, 1.2738235, -0.00070424523, -0.51236445, 0.009870834, -0.00007061125, 0, 0,
        ],
        [-0.0003139496, 0.94943976, 0.0075813844, -0.9532977, -0.002139304, -0.039851118, 0, 0],
        [0.00017318726, 0.53604585, 0.0044642324, -0.9738752, -0.006188472, -0.000065337634, 0, 0],
        [0.0029611588, 0.1364196, 0.039576307, -0.99485195, -0.036074325, -0.11937239, 0, 0],
        [
          0.007813263, -0.042743135, -0.000000015350137, 0.0000000018087469, -0.00018630926,
          0.00000006943311, 1, 1,
        ],
      ], rewards: [2.846969, -0.720947, -0.509337, -1.024581, -100.0]),
    Episode(
      actions: "30113300001310000010002003010032020000001022002223122023220220222202222222121222"
        + "22222222220",
      steps: [20, 40, 60, 80, 91],
      states: [
        [0.00039634705, 1.2727963, -0.009896345, -0.5588299, -0.009808591, 0.039814405, 0, 0],
        [-0.00023059845, 0.9306356, -0.0004460848, -0.953276, 0.006126067, 0.00002563672, 0, 0],
        [-0.0028877258, 0.48575974, -0.019350614, -0.97394216, 0.033993464, 0.000025485217, 0, 0],
        [-0.011568928, 0.096461475, -0.0798683, -0.7625713, 0.053919148, 0.07960917, 0, 0],
        [
          -0.02297144, -0.042654946, -0.06357689, 0.000000011989675, 0.0022132925,
          0.000000016753074, 1, 1,
        ],
      ], rewards: [-1.210036, -0.521927, 3.87757, 2.942339, -100.0]),
  ]

  /// The ground beyond the flags, which the lander never reaches, is another one for each seed.
  @Test(arguments: episodes, [1, 2] as [UInt64])
  func episodesFollowGymnasiumsToTheirEnds(episode: Episode, seed: UInt64) {
    var settings = LunarLanderSettings()
    (settings.engineDispersion, settings.initialPush) = (0, 0)
    var play = LanderPlay(settings, seed: seed)
    for (step, action) in zip(1..., episode.actions) {
      let outcome = play.step(Float(action.wholeNumberValue!))
      #expect((outcome.end != .none) == (step == episode.actions.count), "step \(step)")
      guard let index = episode.steps.firstIndex(of: step) else { continue }
      // Measured: up to 10⁻⁵.
      expectClose(
        play.observation, episode.states[index], absolute: 2e-5, "step \(step)")
      expectClose(
        Double(outcome.reward), episode.rewards[index], absolute: 1e-3, "reward, step \(step)")
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
