import Foundation
import Glibc
import Synchronization

/// What must not be left behind where the program is interrupted: children, and folders.
enum Cleanup {
  private struct Leftovers {
    var processes: Set<pid_t> = []
    var folders: Set<String> = []
  }

  private static let leftovers = Mutex(Leftovers())
  nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

  /// Ends the program at SIGINT and SIGTERM with the children killed and the folders removed.
  static func install() {
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        leftovers.withLock { left in
          for process in left.processes { kill(process, SIGKILL) }
          // Their folders may get files until they are gone.
          for process in left.processes { waitpid(process, nil, 0) }
          for folder in left.folders { try? FileManager.default.removeItem(atPath: folder) }
        }
        FileHandle.standardError.write(
          Data("benchmark: interrupted; --save has what was measured in its file.partial\n".utf8))
        _exit(128 + number)
      }
      source.resume()
      sources.append(source)
    }
  }

  static func add(process: pid_t) { leftovers.withLock { _ = $0.processes.insert(process) } }
  static func remove(process: pid_t) { leftovers.withLock { _ = $0.processes.remove(process) } }
  static func add(folder: String) { leftovers.withLock { _ = $0.folders.insert(folder) } }
  static func remove(folder: String) {
    try? FileManager.default.removeItem(atPath: folder)
    leftovers.withLock { _ = $0.folders.remove(folder) }
  }
}
