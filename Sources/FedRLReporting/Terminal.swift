#if canImport(Glibc)
  private import Glibc
#endif

/// What the other end of a file descriptor can show.
public struct Terminal: Sendable, Equatable {
  /// Whether lines can be refreshed in place.
  public let isInteractive: Bool
  public let columns: Int
  public let rows: Int
  /// Whether the locale says UTF-8.
  public let isUnicode: Bool

  public init(isInteractive: Bool, columns: Int, rows: Int, isUnicode: Bool) {
    self.isInteractive = isInteractive
    self.columns = columns
    self.rows = rows
    self.isUnicode = isUnicode
  }

  /// Asks the system; `COLUMNS` and `LINES` answer where it has no size.
  public static func of(descriptor: Int32) -> Terminal {
    var size = winsize()
    let known = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let kind = variable("TERM") ?? ""
    let locale = variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG") ?? ""
    let name = locale.uppercased()
    return Terminal(
      isInteractive: isatty(descriptor) == 1 && kind != "dumb" && !kind.isEmpty,
      columns: known ? Int(size.ws_col) : variable("COLUMNS").flatMap { Int($0) } ?? 80,
      rows: known ? Int(size.ws_row) : variable("LINES").flatMap { Int($0) } ?? 24,
      isUnicode: name.hasSuffix("UTF-8") || name.hasSuffix("UTF8"))
  }

  /// Neither unset nor empty.
  private static func variable(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}
