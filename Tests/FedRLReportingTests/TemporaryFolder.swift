import FedRLReporting
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A folder that goes when the test ends.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array(("/tmp/fedrl-reporting-" + String(repeating: "X", count: 6)).utf8CString)
    path = String(cString: mkdtemp(&template)!)
  }

  deinit { try? FileSystem.remove(path) }

  func file(_ name: String) -> String { path + "/" + name }
  func text(_ name: String) throws -> String {
    String(decoding: try AtomicFile.read(file(name)), as: UTF8.self)
  }
}

/// Runs a shell's command line and returns its exit status.
func run(_ command: String) -> Int32 {
  var process = pid_t()
  let words: [UnsafeMutablePointer<CChar>?] = [
    strdup("/bin/sh"), strdup("-c"), strdup(command), nil,
  ]
  defer { for word in words { free(word) } }
  guard posix_spawn(&process, "/bin/sh", nil, nil, words, environ) == 0 else { return -1 }
  var status: Int32 = 0
  waitpid(process, &status, 0)
  return (status >> 8) & 0xff
}
