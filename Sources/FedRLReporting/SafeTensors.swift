/// A file in the safetensors format: named arrays of `Float`, and texts about them.
///
/// Eight bytes of header length (little-endian), a JSON header padded with spaces to a multiple of
/// eight, then the arrays' bytes, little-endian, in the header's order and without gaps.
/// - SeeAlso: https://huggingface.co/docs/safetensors
public struct SafeTensors: Sendable, Equatable {
  public struct Tensor: Sendable, Equatable {
    public let name: String
    /// Row-major; empty for a single number.
    public let shape: [Int]
    /// `[product of shape]`
    public let values: [Float]

    public init(name: String, shape: [Int], values: [Float]) {
      precondition(
        shape.reduce(1, *) == values.count, "\(values.count) values for the shape \(shape)")
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// Why bytes are not such a file.
  public enum Failure: Error, Equatable, CustomStringConvertible {
    case header(reason: String)
    case dataType(tensor: String, got: String, expected: String)
    /// The tensor's bytes lie where they cannot.
    case extent(tensor: String, got: String, expected: String)
    case dataLength(got: Int, expected: Int)

    public var description: String {
      switch self {
      case .header(let reason): "not a safetensors file: \(reason)"
      case .dataType(let tensor, let got, let expected):
        "tensor \(tensor): expected data type \(expected), got \(got)"
      case .extent(let tensor, let got, let expected):
        "tensor \(tensor): expected \(expected), got \(got)"
      case .dataLength(let got, let expected):
        "expected \(expected) bytes of tensors, got \(got)"
      }
    }
  }

  /// In the order of their bytes.
  public var tensors: [Tensor]
  /// In the order of the header.
  public var metadata: [(key: String, value: String)]

  public init(tensors: [Tensor], metadata: [(key: String, value: String)] = []) {
    self.tensors = tensors
    self.metadata = metadata
  }

  public subscript(name: String) -> Tensor? { tensors.first { $0.name == name } }

  public static func == (a: SafeTensors, b: SafeTensors) -> Bool {
    a.tensors == b.tensors && a.metadata.elementsEqual(b.metadata) { $0 == $1 }
  }

  /// The file's bytes; equal values give equal bytes.
  public func encoded() -> [UInt8] {
    var members: [JSONValue.Member] = []
    if !metadata.isEmpty {
      members.append(
        .init("__metadata__", .object(metadata.map { .init($0.key, .text($0.value)) })))
    }
    var offset = 0
    for tensor in tensors {
      let end = offset + 4 * tensor.values.count
      members.append(
        .init(
          tensor.name,
          [
            "dtype": "F32", "shape": .list(tensor.shape.map { .integer($0) }),
            "data_offsets": [.integer(offset), .integer(end)],
          ]))
      offset = end
    }
    var header = Array(JSONValue.object(members).text.utf8)
    while header.count % 8 != 0 { header.append(0x20) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + offset)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes += header
    for value in tensors.lazy.flatMap(\.values) {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }
}

// MARK: - Reading

extension SafeTensors {
  /// Reads a file's bytes, believing nothing in them: lengths, shapes and offsets must agree, and
  /// the tensors must fill the data without gap or overlap.
  public init(decoding bytes: [UInt8]) throws(Failure) {
    guard bytes.count >= 8 else {
      throw .header(reason: "expected at least 8 bytes, got \(bytes.count)")
    }
    let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(bytes.count - 8) else {
      throw .header(
        reason: "it says its header has \(length) bytes, and \(bytes.count - 8) bytes follow")
    }
    let dataStart = 8 + Int(length)
    let header: JSONValue
    do {
      header = try JSONValue(parsing: Array(bytes[8..<dataStart]))
    } catch {
      throw .header(reason: "the header is \(error)")
    }
    guard let members = header.members else { throw .header(reason: "the header is no object") }
    var extents: [Extent] = []
    metadata = []
    for member in members {
      if member.key == "__metadata__" {
        metadata = try Self.metadata(member.value)
      } else {
        extents.append(try Extent(name: member.key, member.value))
      }
    }
    // Stable for empty tensors, which share an offset.
    extents.sort { ($0.start, $0.end) < ($1.start, $1.end) }
    try Self.checkCover(extents, dataLength: bytes.count - dataStart)
    tensors = extents.map { extent in
      Tensor(
        name: extent.name, shape: extent.shape,
        values: Self.floats(bytes, from: dataStart + extent.start, to: dataStart + extent.end))
    }
  }

  private struct Extent {
    let name: String
    let shape: [Int]
    let start, end: Int

    init(name: String, _ value: JSONValue) throws(Failure) {
      self.name = name
      guard value["dtype"]?.string == "F32" else {
        throw .dataType(
          tensor: name, got: value["dtype"]?.string ?? "none", expected: "F32")
      }
      guard let dimensions = value["shape"]?.elements?.map(\.int),
        !dimensions.contains(where: { $0 == nil || $0! < 0 })
      else {
        throw .extent(
          tensor: name, got: value["shape"]?.text ?? "none", expected: "a shape of whole numbers")
      }
      shape = dimensions.map { $0! }
      guard let offsets = value["data_offsets"]?.elements, offsets.count == 2,
        let start = offsets[0].int, let end = offsets[1].int, start >= 0, start <= end
      else {
        throw .extent(
          tensor: name, got: value["data_offsets"]?.text ?? "none", expected: "two offsets")
      }
      self.start = start
      self.end = end
      var bytes = 4
      for dimension in shape {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: dimension)
        bytes = overflow ? .max : product
        if overflow { break }
      }
      guard bytes == end - start else {
        throw .extent(
          tensor: name, got: "\(end - start) bytes",
          expected: bytes == .max ? "a shape that fits in memory" : "\(bytes) bytes for \(shape)")
      }
    }
  }

  private static func checkCover(_ extents: [Extent], dataLength: Int) throws(Failure) {
    var next = 0
    for extent in extents {
      guard extent.start == next else {
        throw .extent(
          tensor: extent.name, got: "a start at byte \(extent.start)",
          expected: "a start at byte \(next)")
      }
      guard extent.end <= dataLength else {
        throw .extent(
          tensor: extent.name, got: "an end at byte \(extent.end)",
          expected: "an end within \(dataLength) bytes")
      }
      next = extent.end
    }
    if next != dataLength { throw .dataLength(got: dataLength, expected: next) }
  }

  private static func metadata(_ value: JSONValue) throws(Failure) -> [(
    key: String, value: String
  )] {
    guard let members = value.members else { throw .header(reason: "__metadata__ is no object") }
    var result: [(key: String, value: String)] = []
    for member in members {
      guard let text = member.value.string else {
        throw .header(reason: "__metadata__ \(member.key) is no text")
      }
      result.append((member.key, text))
    }
    return result
  }

  private static func floats(_ bytes: [UInt8], from start: Int, to end: Int) -> [Float] {
    bytes.withUnsafeBytes { raw in
      stride(from: start, to: end, by: 4).map {
        Float(
          bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
      }
    }
  }
}
