import FedRLBox2D
import FedRLCore
import FedRLReferenceWorlds
import FedRLTestSupport
import Testing

/// Against steps recorded from Gymnasium 1.4.0 with pybox2d 2.3.10 (Box2D 2.3): the walker falls through
/// the air, so that no contact is among them.
///
/// Only until a joint comes to its limit: there Box2D 2.3 lets it pass by some 2°, and 2.4 does not.
@Suite struct BipedalWalkerParityTests {
  /// The two versions of Box2D solve joints in another order: the worst difference is 3·10⁻⁶.
  private let tolerance = 1e-5

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
      action: [0.5, -0.5, 1, 0.2], steps: [1, 3],
      hulls: [
        [4.6584153, 10.391946, -0.020235274, -0.26363105, -2.4325833, -1.1279643],
        [4.6469007, 10.280206, -0.07984394, -0.31217223, -2.8540137, -1.6178519],
      ],
      joints: [
        [0.20693636, -0.39396673, 0.1365442, -0.36436796],
        [0.3640938, -0.62566113, 0.2933868, -0.25514892],
      ], rewards: [0, -0.24862626]),
    Recording(
      action: [-0.3, 0.8, -0.1, -1], steps: [1],
      hulls: [[4.665119, 10.393471, 0.00975063, 0.07998169, -2.3875523, 0.37146991]],
      joints: [[0.07031825, -0.15558824, 0.078468144, -0.41936862]], rewards: [0]),
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
        play.hull.values, recording.hulls[index], absolute: tolerance,
        "action \(recording.action) step \(step)")
      let joints = [4, 6, 9, 11].map { play.observation[$0] - ($0 % 5 == 1 ? 1 : 0) }
      expectClose(joints, recording.joints[index], absolute: tolerance, "joints, step \(step)")
      // Before the first step the potential is that of another state.
      if step == 1 { continue }
      expectClose(Double(outcome.reward), recording.rewards[index], absolute: tolerance, "reward")
    }
  }
}
