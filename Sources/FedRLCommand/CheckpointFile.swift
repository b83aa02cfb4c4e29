import FedRLNumerics
import FedRLReporting

/// A checkpoint on the disk: a run's fields and the pieces of the present arm's state.
///
/// Layout, little-endian: the magic `FRLCKPT2`, the number of pieces (8 bytes), each piece as its
/// length (8 bytes) and its bytes, then a SHA-256 of all that. Piece 0 holds the run's fields; the
/// others are those of ``ArmSimulation``. Written and read piece by piece, so that a checkpoint of a
/// large fleet is never in memory as a whole. A file that was torn or changed does not decode.
enum CheckpointFile {
  enum Failure: Error, CustomStringConvertible {
    case notACheckpoint(path: String)
    case damaged(path: String)

    var description: String {
      switch self {
      case .notACheckpoint(let path): "\(path): is not a checkpoint of this version of fedrl"
      case .damaged(let path): "\(path): the checkpoint is damaged"
      }
    }
  }

  static let magic = Array("FRLCKPT2".utf8)

  /// Writes a file whole or not at all; each piece's memory goes as soon as it is written.
  static func write(_ checkpoint: RunCheckpoint, pieces: consuming [[UInt8]], to path: String)
    throws
  {
    let writer = try AtomicFileWriter(path)
    let hash = SHA256.Stream()
    func put(_ bytes: [UInt8]) throws {
      bytes.withUnsafeBytes { hash.update($0) }
      try writer.write(bytes)
    }
    func number(_ value: Int) -> [UInt8] {
      var encoder = StateEncoder()
      encoder.encode(UInt64(value))
      return encoder.bytes
    }
    let fields = checkpoint.encoded()
    try put(magic + number(pieces.count + 1) + number(fields.count) + fields)
    for index in pieces.indices {
      try put(number(pieces[index].count))
      try put(pieces[index])
      pieces[index] = []
    }
    try writer.write(hash.finish())
    try writer.finish()
  }

  /// The run's fields, after the whole file has been found undamaged.
  static func read(_ path: String) throws -> RunCheckpoint {
    var reader = try Reader(path)
    let fields = try reader.next()
    try reader.finish()
    var decoder = StateDecoder(fields)
    return try RunCheckpoint(from: &decoder)
  }

  /// Hands the arm's pieces of a file that ``read(_:)`` accepted to `body`, one at each call.
  static func withPieces(of path: String, _ body: (() throws -> [UInt8]) throws -> Void) throws {
    var reader = try Reader(path)
    _ = try reader.next()
    try body { try reader.next() }
  }

  /// Reads a file from its beginning.
  private struct Reader {
    let path: String
    private let file: FileReader
    private let hash = SHA256.Stream()
    private var pieces: UInt64 = 0

    init(_ path: String) throws {
      self.path = path
      file = try FileReader(path)
      guard try file.read(magic.count) == magic else { throw Failure.notACheckpoint(path: path) }
      magic.withUnsafeBytes { hash.update($0) }
      pieces = try number()
    }

    private func take(_ count: Int) throws -> [UInt8] {
      guard let bytes = try file.read(count) else { throw Failure.damaged(path: path) }
      bytes.withUnsafeBytes { hash.update($0) }
      return bytes
    }

    private func number() throws -> UInt64 {
      var decoder = StateDecoder(try take(8))
      return try decoder.decode(UInt64.self)
    }

    mutating func next() throws -> [UInt8] {
      guard pieces > 0 else { throw Failure.damaged(path: path) }
      pieces -= 1
      return try take(Int(clamping: number()))
    }

    /// Reads what is left, and compares the digest.
    mutating func finish() throws {
      while pieces > 0 { _ = try next() }
      guard let digest = try file.read(32), file.remaining == 0, digest == hash.finish() else {
        throw Failure.damaged(path: path)
      }
    }
  }
}
