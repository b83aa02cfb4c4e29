import FedRLNumerics

/// Checks a policy file piece by piece.
struct PolicyReader {
  private let path: String
  private let file: SafeTensors
  private let metadata: [String: String]

  /// Not weights.
  private static let reserved = ["normalizer.mean", "normalizer.std", "action.low", "action.high"]

  init(_ path: String) throws(PolicyFileError) {
    self.path = path
    let bytes: [UInt8]
    do { bytes = try AtomicFile.read(path) } catch { throw .file(error) }
    do { file = try SafeTensors(decoding: bytes) } catch { throw .format(path: path, error) }
    metadata = Dictionary(file.metadata.map { ($0.key, $0.value) }) { first, _ in first }
    try require("format", "fedrl-policy")
    try require("format_version", "\(PolicyFile.formatVersion)")
    for tensor in file.tensors {
      if let index = tensor.values.firstIndex(where: { !$0.isFinite }), !isUnbounded(tensor) {
        throw .notFinite(path: path, tensor: tensor.name, index: index)
      }
    }
  }

  /// Weights in the order of their bytes, with the parts that the metadata give.
  func layout() throws(PolicyFileError) -> ParameterLayout {
    let parts = metadata["parts"].flatMap { try? JSONValue(parsing: $0) }
    var layout = ParameterLayout()
    for tensor in file.tensors where !Self.reserved.contains(tensor.name) {
      guard let part = parts?[tensor.name]?.string.flatMap(ParameterPart.init(rawValue:)) else {
        throw .metadata(
          path: path, key: "parts", got: metadata["parts"] ?? "none",
          expected: "a part for the tensor \(tensor.name)")
      }
      guard tensor.shape.allSatisfy({ $0 > 0 }) else {
        throw .shape(
          path: path, tensor: tensor.name, got: tensor.shape,
          expected: tensor.shape.map { max($0, 1) })
      }
      layout.append(tensor.name, shape: tensor.shape, part: part)
    }
    return layout
  }

  func policy(layout: ParameterLayout) throws(PolicyFileError) -> PolicyFile {
    var parameters = ParameterVector(layout: layout)
    for segment in layout.segments {
      let tensor = try tensor(segment.name, shape: segment.shape)
      parameters.values.replaceSubrange(segment.range, with: tensor.values)
    }
    let names = Set(layout.segments.map(\.name) + Self.reserved)
    if let other = file.tensors.first(where: { !names.contains($0.name) }) {
      throw .unexpectedTensor(path: path, tensor: other.name, got: other.shape)
    }
    if let expected = metadata["weights_sha256"], expected != parameters.sha256 {
      throw .digest(path: path, got: parameters.sha256, expected: expected)
    }
    return PolicyFile(
      checked: parameters, moments: try moments(), metadata: metadata,
      actionLow: file["action.low"]?.values, actionHigh: file["action.high"]?.values)
  }

  /// A bound of an action may be infinite; nothing else may.
  private func isUnbounded(_ tensor: SafeTensors.Tensor) -> Bool {
    tensor.name.hasPrefix("action.") && !tensor.values.contains(where: \.isNaN)
  }

  private func require(_ key: String, _ expected: String) throws(PolicyFileError) {
    guard metadata[key] == expected else {
      throw .metadata(path: path, key: key, got: metadata[key] ?? "none", expected: expected)
    }
  }

  private func tensor(_ name: String, shape: [Int]) throws(PolicyFileError) -> SafeTensors.Tensor {
    guard let tensor = file[name] else {
      throw .missingTensor(path: path, tensor: name, expected: shape)
    }
    guard tensor.shape == shape else {
      throw .shape(path: path, tensor: name, got: tensor.shape, expected: shape)
    }
    return tensor
  }

  private func moments() throws(PolicyFileError) -> Moments? {
    guard let mean = file["normalizer.mean"] else { return nil }
    let deviation = try tensor("normalizer.std", shape: mean.shape)
    let epsilon = try number("normalizer_epsilon")
    let count = try number("normalizer_count")
    // The exact ones, unless the file's tensors were changed since.
    if let exact = exactMoments(count: count), exact.mean.map({ Float($0) }) == mean.values {
      return exact
    }
    return Moments(
      count: count, mean: mean.values.map { Double($0) },
      m2: deviation.values.map { max(Double($0) * Double($0) - epsilon, 0) * count })
  }

  private func exactMoments(count: Double) -> Moments? {
    guard let text = metadata["normalizer_moments"], let value = try? JSONValue(parsing: text),
      let mean = value["mean"]?.elements?.compactMap(\.double),
      let m2 = value["m2"]?.elements?.compactMap(\.double), mean.count == m2.count
    else { return nil }
    return Moments(count: count, mean: mean, m2: m2)
  }

  private func number(_ key: String) throws(PolicyFileError) -> Double {
    guard let value = metadata[key].flatMap(Double.init), value.isFinite, value >= 0 else {
      throw .metadata(
        path: path, key: key, got: metadata[key] ?? "none", expected: "a number, 0 or more")
    }
    return value
  }
}
