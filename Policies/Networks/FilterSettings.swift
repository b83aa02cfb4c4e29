public import FedRLCore
import FedRLNumerics

/// One layer's filters, as in a scenario: `[16, 3, 2]` is 16 filters of 3×3 cells, every second place.
public struct FilterSettings: Sendable, Equatable {
  public var filters: Int
  /// Cells along an edge.
  public var kernel: Int
  public var stride: Int

  public init(filters: Int, kernel: Int, stride: Int) {
    self.filters = filters
    self.kernel = kernel
    self.stride = stride
  }

  private var value: SettingValue {
    .list([.integer(filters), .integer(kernel), .integer(stride)])
  }

  private init?(value: SettingValue) {
    guard case .list(let parts) = value, parts.count == 3 else { return nil }
    var numbers: [Int] = []
    for (part, limit) in zip(parts, [1...1024, 1...64, 1...64]) {
      guard case .integer(let number) = part, limit.contains(number) else { return nil }
      numbers.append(number)
    }
    self.init(filters: numbers[0], kernel: numbers[1], stride: numbers[2])
  }

  /// The setting `filters` of a learner.
  public static func setting<Root>(
    _ path: WritableKeyPath<Root, [FilterSettings]>
  ) -> Setting<Root> {
    .list(
      "filters", path, range: "[filters 1...1024, kernel 1...64, stride 1...64]",
      "convolutions of the images in an observation, first layer first, each followed by ReLU; "
        + "without them images count as so many numbers",
      encode: { $0.value }, decode: { FilterSettings(value: $0) })
  }

  /// - Throws: ``SettingProblems`` where an environment observes no images, or smaller ones.
  public static func check(
    _ filters: [FilterSettings], fit specification: EnvironmentSpecification
  ) throws {
    guard !filters.isEmpty else { return }
    let images = specification.observations.images
    let problem =
      images.isEmpty
      ? "\(specification.name) observes no images, expected []"
      : images.lazy.compactMap { ConvolutionDesign.problem(of: filters, in: $0) }.first
    if let problem {
      throw SettingProblems([SettingProblem(place: "[policy] filters", message: problem)])
    }
  }

  /// As exported with a policy: `filters` such as `16,3,2;32,3,1`, and `images`, each with its offset in
  /// an observation, channels, height and width. Empty without filters.
  public static func metadata(
    _ filters: [FilterSettings], of specification: EnvironmentSpecification
  ) -> [String: String] {
    guard !filters.isEmpty else { return [:] }
    return [
      "filters": filters.map { "\($0.filters),\($0.kernel),\($0.stride)" }.joined(separator: ";"),
      "images": specification.observations.images.map {
        "\($0.offset),\($0.channels),\($0.height),\($0.width)"
      }.joined(separator: ";"),
    ]
  }
}
