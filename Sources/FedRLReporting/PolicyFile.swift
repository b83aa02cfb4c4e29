public import FedRLCore
public import FedRLNumerics

/// A policy as a robot takes it: weights, the scaling of observations and actions, and their names,
/// in one safetensors file.
///
/// | tensor | shape | meaning |
/// |---|---|---|
/// | the layout's names | as there | weights |
/// | `normalizer.mean`, `normalizer.std` | `[observations]` | input = (observation − mean) ÷ std |
/// | `action.low`, `action.high` | `[actions]` | physical units of −1 and +1; absent for choices |
///
/// The metadata holds `format`, `format_version`, `weights_sha256`, `parts`, `environment`,
/// `observation_names`, `observation_shape`, `action_kind`, `action_names` or `action_count`,
/// `control_period_s`, `units`, `normalizer_count`, `normalizer_epsilon`, `normalizer_moments`,
/// and what the learner says of its network
/// (`activation`, …). Lists are JSON.
public struct PolicyFile: Sendable, Equatable {
  /// Raised when a reader of the old version would misread the file.
  public static let formatVersion = 1

  public let parameters: ParameterVector
  /// Observation statistics, exact, so that training can go on from here.
  public let observationMoments: Moments?
  /// All of the file's, also those this version does not know.
  public let metadata: [String: String]
  private let actionRange: (low: [Float], high: [Float])?

  /// - Parameters:
  ///   - observationMoments: of the policy's normaliser; `nil` where observations enter raw.
  ///   - normalizerEpsilon: added to the variance before its root, as the learner does.
  ///   - metadata: what the learner says of its network, and what else should be kept
  ///     (`version`, `scenario`, `round`, …).
  public init(
    parameters: ParameterVector, observationMoments: Moments?,
    specification: EnvironmentSpecification, metadata: [String: String],
    normalizerEpsilon: Double = 1e-8
  ) {
    self.parameters = parameters
    self.observationMoments = observationMoments
    var all = metadata
    all["format"] = "fedrl-policy"
    all["format_version"] = "\(Self.formatVersion)"
    all["weights_sha256"] = parameters.sha256
    all["environment"] = specification.name
    all["control_period_s"] = "\(specification.controlPeriodSeconds)"
    all["units"] = "SI: m, s, rad, kg, W"
    all["observation_names"] = Self.list(specification.observations.names)
    all["observation_shape"] =
      JSONValue.list(specification.observations.shape.map { .integer($0) }).text
    all["parts"] =
      JSONValue.object(
        parameters.layout.segments.map { .init($0.name, .text($0.part.rawValue)) }
      ).text
    if let moments = observationMoments {
      all["normalizer_count"] = "\(moments.count)"
      all["normalizer_epsilon"] = "\(normalizerEpsilon)"
      // In Double, so that whoever goes on from here goes on with the same bits.
      let exact: JSONValue = [
        "mean": .list(moments.mean.map { .number($0) }),
        "m2": .list(moments.m2.map { .number($0) }),
      ]
      all["normalizer_moments"] = exact.text
    }
    switch specification.actions {
    case .discrete(let count):
      all["action_kind"] = "discrete"
      all["action_count"] = "\(count)"
      actionRange = nil
    case .box(let box):
      all["action_kind"] = "box"
      all["action_names"] = Self.list(box.names)
      actionRange = (box.low, box.high)
    }
    self.metadata = all
  }

  private init(
    parameters: ParameterVector, moments: Moments?, metadata: [String: String],
    actionRange: (low: [Float], high: [Float])?
  ) {
    self.parameters = parameters
    observationMoments = moments
    self.metadata = metadata
    self.actionRange = actionRange
  }

  public static func == (a: PolicyFile, b: PolicyFile) -> Bool {
    a.parameters == b.parameters && a.observationMoments == b.observationMoments
      && a.metadata == b.metadata && a.actionRange?.low == b.actionRange?.low
      && a.actionRange?.high == b.actionRange?.high
  }

  /// Names of the observation's elements, in order.
  public var observationNames: [String] {
    guard let text = metadata["observation_names"], let value = try? JSONValue(parsing: text)
    else { return [] }
    return value.elements?.compactMap(\.string) ?? []
  }

  private static func list(_ texts: [String]) -> String {
    JSONValue.list(texts.map { .text($0) }).text
  }
}

// MARK: - Writing

extension PolicyFile {
  /// Writes the file atomically.
  public func write(to path: String) throws(FileError) {
    try AtomicFile.write(encoded(), to: path)
  }

  /// The file's bytes; equal policies give equal bytes.
  public func encoded() -> [UInt8] {
    var tensors = parameters.layout.segments.map { segment in
      SafeTensors.Tensor(
        name: segment.name, shape: segment.shape,
        values: Array(parameters.values[segment.range]))
    }
    if let moments = observationMoments {
      let epsilon = metadata["normalizer_epsilon"].flatMap(Double.init) ?? 0
      let deviations = moments.mean.indices.map {
        Float((moments.variance($0) + epsilon).squareRoot())
      }
      tensors.append(.init(vector: "normalizer.mean", moments.mean.map { Float($0) }))
      tensors.append(.init(vector: "normalizer.std", deviations))
    }
    if let range = actionRange {
      tensors.append(.init(vector: "action.low", range.low))
      tensors.append(.init(vector: "action.high", range.high))
    }
    let sorted = metadata.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
    return SafeTensors(tensors: tensors, metadata: sorted).encoded()
  }
}

extension SafeTensors.Tensor {
  fileprivate init(vector name: String, _ values: [Float]) {
    self.init(name: name, shape: [values.count], values: values)
  }
}

// MARK: - Reading

extension PolicyFile {
  /// Reads a policy whose weights must have the given layout.
  ///
  /// Tensors are matched by name, so their order in the file does not matter.
  public static func read(_ path: String, layout: ParameterLayout) throws(PolicyFileError)
    -> PolicyFile
  {
    try PolicyReader(path).policy(layout: layout)
  }

  /// Reads a policy with the layout that the file itself gives.
  public static func read(_ path: String) throws(PolicyFileError) -> PolicyFile {
    let reader = try PolicyReader(path)
    return try reader.policy(layout: try reader.layout())
  }

  /// For the reader: takes what was checked.
  init(
    checked parameters: ParameterVector, moments: Moments?, metadata: [String: String],
    actionLow: [Float]?, actionHigh: [Float]?
  ) {
    var range: (low: [Float], high: [Float])?
    if let actionLow, let actionHigh { range = (actionLow, actionHigh) }
    self.init(parameters: parameters, moments: moments, metadata: metadata, actionRange: range)
  }
}
