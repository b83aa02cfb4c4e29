public import FedRLCore

/// A Gymnasium environment that was found to work: its spaces are known.
///
/// Each batch is a Python process of its own. This starts one to learn the spaces, and ends it.
public struct GymnasiumKind: EnvironmentKind {
  public let specification: EnvironmentSpecification
  private let request: GymnasiumWorker.Request

  /// - Parameter id: as `gymnasium.make` takes it: `CartPole-v1`, `module:Id-v0`.
  /// - Throws: `EnvironmentError` where Python, gymnasium or the environment is missing, or where
  ///   its spaces are none that a policy here can use.
  public init(id: String, _ settings: GymnasiumSettings, _ context: EnvironmentContext) throws {
    guard !id.isEmpty else {
      throw EnvironmentError("expected an id after gymnasium:, such as gymnasium:CartPole-v1")
    }
    request = GymnasiumWorker.Request(
      id: id,
      python: settings.python.contains("/") ? context.resolve(settings.python) : settings.python,
      folder: context.baseDirectory, arguments: settings.arguments, maximumSteps: settings.maxSteps)
    let worker = try GymnasiumWorker(request, copies: 1)
    specification = try worker.description.specification(
      name: "gymnasium:" + id, settings: settings)
  }

  public var notes: [String] {
    specification.maximumEpisodeSteps == nil
      ? [
        "\(specification.name) has no limit of steps: an episode that does not end by itself keeps an "
          + "evaluation from ending; max_steps sets one"
      ] : []
  }

  public func makeBatch(count: Int) -> any BatchEnvironment {
    GymnasiumBatch(count: count, specification: specification, request: request)
  }
}
