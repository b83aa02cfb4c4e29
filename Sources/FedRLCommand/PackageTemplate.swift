/// The files of a package with an environment of an author's own.
struct PackageTemplate {
  let name: EnvironmentName
  /// How Package.swift names fedrl.
  let dependency: String

  var files: [(path: String, text: String)] {
    [
      ("Package.swift", manifest),
      ("README.md", readme),
      (".gitignore", ".build/\nPackage.resolved\nruns/\n"),
      ("Scenarios/\(name.text).toml", scenario),
      ("Sources/\(name.module)/\(name.type).swift", world),
      ("Sources/\(name.text)/main.swift", main),
      ("Tests/\(name.module)Tests/\(name.type)Tests.swift", tests),
    ]
  }

  private var manifest: String {
    """
    // swift-tools-version: 6.2
    import PackageDescription

    let package = Package(
      name: "\(name.text)",
      dependencies: [
        \(dependency)
      ],
      targets: [
        .target(
          name: "\(name.module)",
          dependencies: [.product(name: "FedRLCore", package: "fedrl")]),
        .executableTarget(
          name: "\(name.text)",
          dependencies: [
            "\(name.module)", .product(name: "FedRLCommand", package: "fedrl"),
          ]),
        .testTarget(
          name: "\(name.module)Tests", dependencies: ["\(name.module)"]),
      ])

    """
  }

  private var main: String {
    """
    import FedRLCommand
    import FedRLCore
    import FedRLScenario
    import \(name.module)

    FedRL.main(registry: .standard.adding(EnvironmentEntry(\(name.type).self)))

    """
  }

  private var world: String {
    """
    import FedRLCore
    import FedRLNumerics

    /// Settings of ``\(name.type)``: what a scenario can write in `[environment]`, with a distribution
    /// per agent where it likes.
    public struct \(name.camel)Settings: SettingsGroup {
      /// Metres.
      public var railLength = 4.0
      /// m/s²
      public var strength = 2.0

      public init() {}

      public static var settings: [Setting<\(name.camel)Settings>] {
        [
          .number(
            "rail_length", \\.railLength, unit: "m", range: 1...100, "length of the rail"),
          .number(
            "strength", \\.strength, unit: "m/s²", range: 0.1...20, "greatest acceleration"),
        ]
      }
    }

    /// A cart on a rail that must stop at a mark in the middle. Replace it by your own world.
    ///
    /// Observations: position (m from the mark) and speed (m/s). Action: acceleration (m/s²). Reward: minus
    /// the distance and a tenth of the speed; −10 for falling off, which ends the episode.
    public struct \(name.type): ConfigurableEnvironment {
      public static let name = "\(name.text)"
      public static let summary = "a cart on a rail stops at a mark"

      public let specification: EnvironmentSpecification
      private let halfLength: Float
      private var position: Float = 0
      private var speed: Float = 0
      /// Seconds.
      private static let period: Float = 0.1

      public init(settings: \(name.camel)Settings, context: EnvironmentContext) {
        halfLength = Float(settings.railLength / 2)
        let strength = Float(settings.strength)
        specification = EnvironmentSpecification(
          name: Self.name,
          observations: BoxSpace(
            shape: [2], low: [-halfLength, -5], high: [halfLength, 5], names: ["position", "speed"]),
          actions: .box(
            BoxSpace(shape: [1], low: [-strength], high: [strength], names: ["acceleration"])),
          controlPeriodSeconds: Double(Self.period), maximumEpisodeSteps: 100,
          metrics: [
            MetricDefinition("distance", unit: "m", higherIsBetter: false, "distance to the mark")
          ])
      }

      public mutating func reset(seed: UInt64, into observation: inout MutableSpan<Float>) {
        // All chance comes from the seed, so that an episode can be repeated.
        var random = RandomStream(seed: seed)
        position = Float(random.uniform(-0.9, 0.9)) * halfLength
        speed = 0
        observe(into: &observation)
      }

      public mutating func step(_ action: Span<Float>, into observation: inout MutableSpan<Float>)
        -> StepOutcome
      {
        speed = min(max(speed + action[0] * Self.period, -5), 5)
        position += speed * Self.period
        let fellOff = abs(position) > halfLength
        position = min(max(position, -halfLength), halfLength)
        observe(into: &observation)
        return StepOutcome(
          reward: fellOff ? -10 : -abs(position) - 0.1 * abs(speed),
          end: fellOff ? .terminated : .none)
      }

      public func writeMetrics(into values: inout MutableSpan<Double>) {
        values[0] = Double(abs(position))
      }

      /// What `\(name.text) replay` shows.
      public func draw(into drawing: inout Drawing) {
        drawing.bounds = (-halfLength - 0.5, -1, halfLength + 0.5, 1)
        drawing.shapes.append(
          .polyline(
            points: [[-halfLength, 0], [halfLength, 0]], width: 0.05, color: Color(0.6, 0.6, 0.6)))
        drawing.shapes.append(.circle(x: 0, y: 0, radius: 0.08, fill: Color(0.2, 0.2, 0.2)))
        drawing.shapes.append(
          .circle(x: position, y: 0.2, radius: 0.15, fill: Color(0.2, 0.5, 0.8)))
        drawing.gauges.append(.init(name: "speed", value: speed, range: -5...5, unit: "m/s"))
      }

      private func observe(into observation: inout MutableSpan<Float>) {
        observation[0] = position
        observation[1] = speed
      }
    }

    """
  }

  private var tests: String {
    """
    import FedRLCore
    import Testing

    import \(name.module)

    private func makeWorld() -> \(name.type) {
      \(name.type)(settings: .init(), context: .init(baseDirectory: "."))
    }

    /// Bounds, NaN, resets that are not fresh, hidden randomness: what a learner would trip over.
    @Test func keepsThePromisesOfAnEnvironment() {
      #expect(checkEnvironment(make: makeWorld).filter { !$0.isWarning } == [])
    }

    @Test func aCartThatIsPushedAlwaysTheSameWayFallsOff() {
      var world = makeWorld()
      var observation: [Float] = [0, 0]
      var span = observation.mutableSpan
      world.reset(seed: 1, into: &span)
      var end = EpisodeEnd.none
      for _ in 0..<100 where end == .none { end = world.step([2].span, into: &span).end }
      #expect(end == .terminated)
      #expect(observation[0] == 2)
    }

    """
  }

  private var scenario: String {
    """
    # Six carts of unlike strength learn one policy together, and each alone.

    [scenario]
    name = "\(name.text)"
    seed = 1
    rounds = 15

    [environment]
    name = "\(name.text)"

    [policy]
    name = "ppo"
    environments = 8
    steps = 64
    minibatch = 128
    learning_rate = 1e-3
    gamma = 0.98
    normalize_observations = true

    [[fleet]]
    name = "carts"
    count = 6
    device = "pi-4"
    link = "wifi-linux"
    steps_per_round = 2048

    [fleet.environment]
    strength = { uniform = [1.0, 4.0] }

    [evaluation]
    every = 5
    episodes = 20

    [evaluation.environment]           # strengths that no agent trained with
    strength = { each = [1.5, 2.5, 3.5] }

    [expect]                           # exit status 3 where it does not hold
    "arms.federated.final.distance" = "<= 0.2"

    """
  }

  private var readme: String {
    """
    # \(name.text)

    An environment for [fedrl]: `Sources/\(name.module)` is the world, `Sources/\(name.text)` the whole fedrl command
    with this environment in it.

    ```
    swift test -c release
    swift run -c release \(name.text) train Scenarios/\(name.text).toml
    swift run -c release \(name.text) describe \(name.text)
    ```

    The first build takes some minutes, because it builds fedrl too. System packages on Debian: libbox2d-dev libopenblas-dev
    libpng-dev libssl-dev pkg-config zlib1g-dev.

    """
  }
}
