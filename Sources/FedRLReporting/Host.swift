#if canImport(Glibc)
  private import Glibc
#endif

/// The machine and its libraries, as far as results or times may depend on them.
public struct Host: Sendable, Equatable {
  public let name: String
  /// `Linux 6.1.0 x86_64`.
  public let system: String
  /// `glibc 2.36`: its mathematics belong to the kernel set.
  public let libc: String
  public let processor: String
  public let processorCount: Int
  public let memoryBytes: Int

  public static let current = Host()

  private init() {
    var names = utsname()
    uname(&names)
    name = Self.text(&names.nodename)
    system = [
      Self.text(&names.sysname), Self.text(&names.release), Self.text(&names.machine),
    ].joined(separator: " ")
    libc = Self.libcVersion()
    processor = Self.processorName() ?? "unknown"
    processorCount = max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1)
    memoryBytes =
      Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  var json: JSONValue {
    [
      "name": .text(name), "system": .text(system), "libc": .text(libc),
      "processor": .text(processor), "processor_count": .integer(processorCount),
      "memory_bytes": .integer(memoryBytes),
    ]
  }

  private static func libcVersion() -> String {
    var text = [UInt8](repeating: 0, count: 128)
    let length = text.withUnsafeMutableBytes {
      confstr(
        Int32(_CS_GNU_LIBC_VERSION), $0.baseAddress!.assumingMemoryBound(to: CChar.self),
        $0.count)
    }
    return String(decoding: text[..<min(max(length - 1, 0), text.count)], as: UTF8.self)
  }

  /// A C array of characters, which Swift sees as a tuple.
  private static func text<Characters>(_ characters: inout Characters) -> String {
    withUnsafeBytes(of: &characters) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  private static func processorName() -> String? {
    guard let bytes = try? AtomicFile.read("/proc/cpuinfo") else { return nil }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { name in
      String(name.drop { $0 == " " })
    }
  }
}
