import FedRLCore
import Foundation

/// What a worker says of its environment when it has made it.
struct GymnasiumDescription: Decodable, Equatable {
  /// More choices than this no network of ours gives a number each.
  static let mostChoices = 65_536

  struct Box: Decodable, Equatable {
    let shape: [Int]
    let low, high: [Float]
  }
  struct Actions: Decodable, Equatable {
    let kind: String
    let count: Int?
    let shape: [Int]?
    let low, high: [Float]?
  }

  let `protocol`: Int
  let observations: Box
  let actions: Actions
  let maxEpisodeSteps: Int?
  let fps: Double?

  init(json: [UInt8]) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    self = try decoder.decode(Self.self, from: Data(json))
  }

  /// - Throws: `EnvironmentError` for spaces that contradict themselves.
  func specification(name: String, settings: GymnasiumSettings) throws -> EnvironmentSpecification {
    EnvironmentSpecification(
      name: name, observations: try observations.space(named: "observation", of: name),
      actions: try actionSpace(of: name),
      controlPeriodSeconds: settings.controlPeriod > 0
        ? settings.controlPeriod : fps.map { $0 > 0 ? 1 / $0 : 0.05 } ?? 0.05,
      maximumEpisodeSteps: maxEpisodeSteps)
  }

  private func actionSpace(of name: String) throws -> ActionSpace {
    if actions.kind == "discrete", let count = actions.count, count > 0 {
      guard count <= Self.mostChoices else {
        throw EnvironmentError(
          "actions of Discrete(\(count)): fedrl takes at most \(Self.mostChoices) choices")
      }
      return .discrete(count: count)
    }
    guard let shape = actions.shape, let low = actions.low, let high = actions.high else {
      throw EnvironmentError("\(name): the worker described no actions")
    }
    return .box(try Box(shape: shape, low: low, high: high).space(named: "action", of: name))
  }
}

extension GymnasiumDescription.Box {
  fileprivate func space(named element: String, of name: String) throws -> BoxSpace {
    let count = shape.reduce(1, *)
    guard count > 0, low.count == count, high.count == count else {
      throw EnvironmentError(
        "\(name): expected \(element)s of at least one value with bounds each, got the shape \(shape) "
          + "with \(low.count) and \(high.count)")
    }
    // Cameras put colours last; what has few channels first is an image to a network.
    let isImage = shape.count == 3 && shape[0] < shape[1] && shape[0] < shape[2]
    return BoxSpace(
      shape: shape, low: low, high: high, names: (0..<count).map { "\(element).\($0)" },
      images: isImage ? nil : [])
  }
}
