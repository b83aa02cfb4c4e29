import FedRLBox2D
import FedRLCore
import FedRLReferenceWorlds
import FedRLTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Against steps recorded from Gymnasium 1.4.0 with pybox2d 2.3.10 (Box2D 2.3): the walker falls through
/// the air and drives its joints into their limits; no contact is among the steps.
@Suite struct BipedalWalkerParityTests {
  /// Measured: up to 3·10⁻⁶ until the motors drive joints into their limits, from then on up to 4·10⁻⁵ rad,
  /// 1.3·10⁻⁴ rad/s and 4·10⁻⁴ of a reward.
  private func tolerance(_ recording: Recording, _ step: Int) -> Double {
    step <= 5 || recording.action == [0, 0, 0, 0] ? 1e-5 : 5e-4
  }

  /// Hull, upper and lower part of the first leg, then of the second, each `x, y, angle, vx, vy, ω`.
  private let start: [[Float]] = [
    [4.6635456, 10.441171, 0.0023153108, 0.0065385946, -2.1859062, -0.00051335315],
    [4.709706, 9.609671, 0.08045673, 0.016473822, -2.1851084, 0.017826315],
    [4.6448073, 8.489037, -0.19615206, -0.0077645346, -2.177527, -0.061711326],
    [4.725854, 9.611206, 0.10908268, 0.019898668, -2.1844454, 0.023954147],
    [4.6794205, 8.491651, -0.1919843, 0.0010912969, -2.1767342, -0.058056287],
  ]

  /// One action held: the hull and the angles of hip, knee, hip and knee after the steps in `steps`.
  struct Recording: Sendable {
    let action: [Float]
    let steps: [Int]
    let hulls: [[Float]]
    let joints: [[Float]]
    let rewards: [Double]
  }

  static let recordings = [
    Recording(
      action: [0, 0, 0, 0], steps: [1, 5, 10, 20],
      hulls: [
        [4.6636763, 10.393452, 0.0023050532, 0.006539144, -2.38591, -0.00051306025],
        [4.6641994, 10.162577, 0.002264121, 0.0065415064, -3.1859252, -0.00051187107],
        [4.664853, 9.783982, 0.00221308, 0.006544713, -4.1859436, -0.0005104331],
        [4.666165, 8.7267885, 0.002111345, 0.006551734, -6.1859775, -0.00050758384],
      ],
      joints: [
        [0.12850744, -0.2781981, 0.05725574, -0.30270505],
        [0.12997104, -0.2845523, 0.05920959, -0.30925542],
        [0.13179372, -0.29247704, 0.06164288, -0.3174213],
        [0.13540976, -0.3082615, 0.06648168, -0.33368397],
      ], rewards: [0, 0.00061933, 0.00061924, 0.00061894]),
    Recording(
      action: [0.5, -0.5, 1, 0.2], steps: [1, 3, 5, 10, 15, 20],
      hulls: [
        [4.6584153, 10.391946, -0.020235265, -0.2636311, -2.4325845, -1.1279638],
        [4.6469007, 10.280206, -0.07984391, -0.3121722, -2.8540149, -1.6178514],
        [4.6348233, 10.149231, -0.1491655, -0.31226268, -3.34245, -1.7471368],
        [4.6097293, 9.743825, -0.2844586, -0.24107677, -4.463744, -1.3570199],
        [4.5966573, 9.247529, -0.36811566, 0.009780436, -5.1838245, -0.01696332],
        [4.5976315, 8.669111, -0.369812, 0.009782614, -6.183829, -0.0169624],
      ],
      joints: [
        [0.20693636, -0.39396673, 0.1365442, -0.36436802],
        [0.36409378, -0.6256611, 0.2933864, -0.25514913],
        [0.52114475, -0.85837895, 0.45069176, -0.012061417],
        [0.9156906, -1.4412674, 0.8661651, -0.06509292],
        [1.1349075, -1.6270144, 1.1026697, -0.06509495],
        [1.1349069, -1.6270125, 1.1026707, -0.065097034],
      ], rewards: [0, -0.248626, -0.26151, -0.216771, -0.062442, -0.062451]),
    Recording(
      action: [-0.3, 0.8, -0.1, -1], steps: [1, 3, 5, 10, 15, 20],
      hulls: [
        [4.665119, 10.393471, 0.00975063, 0.07998166, -2.3875535, 0.37146994],
        [4.671413, 10.284459, 0.04600937, 0.18186788, -2.8464017, 1.0797466],
        [4.681106, 10.157923, 0.10363035, 0.25740376, -3.2941976, 1.4689722],
        [4.7083936, 9.763199, 0.26667306, 0.30650827, -4.4234815, 1.7383386],
        [4.730696, 9.269534, 0.3803378, 0.109350435, -5.2192097, 0.095410116],
        [4.7358427, 8.68657, 0.4036643, 0.050925355, -6.2130895, 0.2858633],
      ],
      joints: [
        [0.0703181, -0.15558785, 0.078468144, -0.41936862],
        [-0.059942614, -0.06509334, 0.079111084, -0.6507899],
        [-0.21980514, -0.065093935, 0.03066976, -0.8816824],
        [-0.61938924, -0.0650934, -0.24556284, -1.451992],
        [-0.8350888, 0.0011980534, -0.6693379, -1.630729],
        [-0.8147897, -0.06505203, -0.8298095, -1.6208797],
      ], rewards: [0, -0.154404, -0.186944, -0.210245, -0.061656, -0.086088]),
    Recording(
      action: [1, 1, -1, -1], steps: [1, 3, 5, 10, 15, 20],
      hulls: [
        [4.663736, 10.393404, 0.0023444353, 0.0085229585, -2.384404, 0.00097505195],
        [4.6648593, 10.281489, 0.008641468, 0.043006867, -2.905528, 0.3158065],
        [4.6662483, 10.147185, 0.019475846, 0.024539227, -3.470419, 0.2508466],
        [4.664139, 9.7188635, 0.030555949, -0.069045305, -4.7585735, -0.0044620438],
        [4.6563296, 9.203631, -0.015619637, 0.006292592, -5.1852884, 0.004985732],
        [4.6569567, 8.6251135, -0.015106154, 0.006290461, -6.1852813, 0.004984648],
      ],
      joints: [
        [0.1286223, -0.15512568, 0.05354393, -0.4182878],
        [0.255858, -0.06509328, -0.078551926, -0.6289166],
        [0.41548812, -0.06509346, -0.2526412, -0.83215654],
        [0.8148055, -0.06509334, -0.69019127, -1.3454618],
        [1.1350266, -0.065083385, -0.83493817, -1.6349256],
        [1.1349068, -0.0650934, -0.83490616, -1.6349084],
      ], rewards: [0, -0.139762, -0.13477, -0.117257, -0.102748, -0.110958]),
  ]

  @Test(arguments: recordings)
  func motorStepsFollowGymnasiums(recording: Recording) {
    var play = WalkerPlay(seed: 1)
    for (body, values) in zip(play.bodies, start) {
      play.world.scene.world[body] = BodyState(values)
    }
    for step in 1...recording.steps.last! {
      let outcome = play.step(recording.action)
      guard let index = recording.steps.firstIndex(of: step) else { continue }
      expectClose(
        play.hull.values, recording.hulls[index], absolute: tolerance(recording, step),
        "action \(recording.action) step \(step)")
      let joints = [4, 6, 9, 11].map { play.observation[$0] - ($0 % 5 == 1 ? 1 : 0) }
      expectClose(
        joints, recording.joints[index], absolute: tolerance(recording, step),
        "joints, step \(step)")
      // Before the first step the potential is that of another state.
      if step == 1 { continue }
      expectClose(
        Double(outcome.reward), recording.rewards[index], absolute: tolerance(recording, step),
        "reward")
    }
  }

  /// After steps of a walk from a start without push on flat ground until the hull falls on it, what was
  /// observed but for the lidar, and the reward.
  ///
  /// Gymnasium's walker itself repeats a walk only as long as its world, which it keeps from one episode
  /// to the next, numbers the contacts in the same order. This is a walk of its fourth episode.
  private let walk: [(step: Int, state: [Float], reward: Double)] = [
    (
      10,
      [
        -0.0074002678, -0.013709197, 0.013448329, -0.045150075, 0.53152364, 0.8863181, -0.28832066,
        -1, 0, -0.16297607, 0.34862378, 0.44855404, -0.38078296, 1,
      ], -0.057849
    ),
    (
      20,
      [
        -0.019426163, 0.012180678, 0.04645357, -0.17464022, 0.20192023, 0.20233452, -0.16028452,
        -0.5790228, 1, 0.46039194, 0.33715454, -0.59458995, -1, 0,
      ], 0.025823
    ),
    (
      30,
      [
        0.10476219, 0.031526554, 0.19051537, -0.06878058, 0.2608325, -1.0000001, -0.65401065, 0, 1,
        0.07840873, 0.24328163, -0.61238134, -0.5748376, 1,
      ], 0.027139
    ),
    (
      40,
      [
        0.17554417, -0.01916013, 0.23710357, -0.1480983, -0.3033316, 0.7513792, -0.42403972,
        -0.47742584, 1, -0.40419888, -0.99999994, -0.40401006, 1.3809503, 1,
      ], 0.179859
    ),
    (
      50,
      [
        0.058391996, -0.08235407, 0.29743364, -0.061516467, -0.83497095, 0.00065380335, -0.3449303,
        1.0010297, 0, -0.6674361, 0.22165254, -0.2413131, -0.99533653, 0,
      ], 0.412056
    ),
    (
      60,
      [
        -0.42447093, -0.11751478, 0.3023728, -0.17165087, -0.481242, 0.40772995, 0.07124084,
        -1.0000001, 0, -0.82902414, 0.080724955, -0.1398313, 1, 0,
      ], -0.107994
    ),
    (
      63,
      [
        -0.59792036, -0.011834871, 0.12319002, 0.019098504, -0.5215149, -1.0010519, -0.24445581, -1,
        0, -0.72560143, 0.05021343, 0.22378528, 0.9426124, 0,
      ], -100.0
    ),
  ]

  @Test func aWalkFollowsGymnasiumsToItsEnd() {
    var settings = BipedalWalkerSettings()
    (settings.initialPush, settings.roughness) = (0, 0)
    var play = WalkerPlay(settings, seed: 1)
    for step in 1...walk.last!.step {
      let action = (0..<4).map { joint in
        let wave = sin(0.37 * Double(step - 1) + 1.7 * Double(joint))
        return Float((32 * wave + 0.5).rounded(.down) / 64)
      }
      let outcome = play.step(action)
      #expect((outcome.end != .none) == (step == walk.last!.step), "step \(step)")
      guard let row = walk.first(where: { $0.step == step }) else { continue }
      // Measured: up to 1.2·10⁻⁴.
      expectClose(
        Array(play.observation.prefix(14)), row.state, absolute: 5e-4, "step \(step)")
      expectClose(Double(outcome.reward), row.reward, absolute: 1e-4, "reward, step \(step)")
    }
  }
}
