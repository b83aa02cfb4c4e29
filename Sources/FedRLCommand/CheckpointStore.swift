import FedRLReporting
import Foundation
private import Synchronization

/// Writes checkpoints beside the run, so that training does not wait for the disk.
///
/// One write is under way at most; the newest few files are kept. An error of a write is thrown by the
/// next call.
final class CheckpointStore {
  /// A checkpoint to go on from.
  struct Saved {
    let checkpoint: RunCheckpoint
    let path: String
    let sequence: Int
  }

  private let folder: String
  private let tables: String
  private let keep: Int
  private var pending: Pending?

  private final class Pending: Sendable {
    let done = DispatchGroup()
    let failure = Mutex<(any Error)?>(nil)
    /// What is to be written; taken out by the writer, so that nobody else holds it.
    let pieces: Mutex<[[UInt8]]>

    init(_ pieces: consuming [[UInt8]]) { self.pieces = Mutex(pieces) }

    func takePieces() -> [[UInt8]] { pieces.withLock { exchange(&$0, with: []) } }
  }

  /// - Parameters:
  ///   - folder: of the checkpoints.
  ///   - tables: folder of the tables whose lengths the checkpoints name.
  init(folder: String, tables: String, keep: Int) {
    self.folder = folder
    self.tables = tables
    self.keep = keep
  }

  /// Whether the last write is still under way.
  var isWriting: Bool { pending.map { $0.done.wait(timeout: .now()) == .timedOut } ?? false }

  /// Starts writing; waits for the last write first.
  func save(_ checkpoint: RunCheckpoint, pieces: consuming [[UInt8]], sequence: Int) throws {
    try finish()
    let pending = Pending(pieces)
    self.pending = pending
    let path = folder + "/" + Self.name(sequence)
    let (folder, tables, keep) = (folder, tables, keep)
    pending.done.enter()
    let thread = Thread {
      do {
        try MetricsWriter.synchronize(checkpoint.positions, in: tables)
        try CheckpointFile.write(checkpoint, pieces: pending.takePieces(), to: path)
        for old in Self.files(in: folder).dropLast(keep) {
          try? FileManager.default.removeItem(atPath: old)
        }
      } catch {
        pending.failure.withLock { $0 = error }
      }
      pending.done.leave()
    }
    thread.start()
  }

  /// Waits until everything is on the disk.
  func finish() throws {
    guard let pending else { return }
    self.pending = nil
    pending.done.wait()
    if let error = pending.failure.withLock({ $0 }) { throw error }
  }

  /// The newest checkpoint that can be read, and what is wrong with the newer ones.
  static func newest(in folder: String) throws -> (saved: Saved?, damaged: [any Error]) {
    var damaged: [any Error] = []
    for path in files(in: folder).reversed() {
      do {
        let name = path.split(separator: "/").last!
        let digits = name.drop { !$0.isNumber }.prefix { $0.isNumber }
        let saved = Saved(
          checkpoint: try CheckpointFile.read(path), path: path, sequence: Int(digits) ?? 0)
        return (saved, damaged)
      } catch let failure as CheckpointFile.Failure {
        damaged.append(failure)
      }
    }
    return (nil, damaged)
  }

  private static func name(_ sequence: Int) -> String {
    "state-" + String(repeating: "0", count: max(8 - "\(sequence)".count, 0)) + "\(sequence).ckpt"
  }

  private static func files(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix("state-") && $0.hasSuffix(".ckpt") }.sorted()
      .map { folder + "/" + $0 }
  }
}

/// Puts a new value in the place of an old one, which it returns.
private func exchange<T>(_ place: inout T, with value: consuming T) -> T {
  let old = place
  place = value
  return old
}
