import FedRLReporting
import Foundation
private import Synchronization

/// Writes checkpoints beside the run, so that training does not wait for the disk.
///
/// One write is under way at most; the newest few files are kept. An error of a write is thrown by the
/// next call.
final class CheckpointStore {
  private let folder: String
  private let keep: Int
  private var pending: Pending?

  private final class Pending: Sendable {
    let done = DispatchGroup()
    let failure = Mutex<(any Error)?>(nil)
  }

  init(folder: String, keep: Int) {
    self.folder = folder
    self.keep = keep
  }

  /// Starts writing; waits for the last write first.
  func save(_ checkpoint: RunCheckpoint, sequence: Int) throws {
    try finish()
    let pending = Pending()
    self.pending = pending
    let path = folder + "/" + Self.name(sequence)
    let (folder, keep) = (folder, keep)
    pending.done.enter()
    let thread = Thread {
      do {
        try AtomicFile.write(checkpoint.encoded(), to: path)
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

  /// The newest checkpoint that can be read, and its number.
  static func newest(in folder: String) throws -> (checkpoint: RunCheckpoint, sequence: Int)? {
    var problem: (any Error)?
    for path in files(in: folder).reversed() {
      do {
        let name = path.split(separator: "/").last!
        let digits = name.drop { !$0.isNumber }.prefix { $0.isNumber }
        return (try RunCheckpoint.read(path), Int(digits) ?? 0)
      } catch {
        problem = problem ?? error
      }
    }
    if let problem { throw problem }
    return nil
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
