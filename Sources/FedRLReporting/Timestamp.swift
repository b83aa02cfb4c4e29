#if canImport(Glibc)
  private import Glibc
#endif

/// A moment of the wall clock, in whole seconds since 1970-01-01 UTC.
public struct Timestamp: Sendable, Equatable {
  public let seconds: Int

  public init(seconds: Int) { self.seconds = seconds }

  public static var now: Timestamp { Timestamp(seconds: time(nil)) }

  /// `2026-11-23T18:55:56Z`.
  public var iso8601: String {
    var moment = time_t(seconds)
    var fields = tm()
    gmtime_r(&moment, &fields)
    return Self.date(fields, "-") + "T" + Self.clock(fields, ":") + "Z"
  }

  /// Reads what ``iso8601`` writes.
  public init?(iso8601 text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 20, bytes[10] == UInt8(ascii: "T"), bytes[19] == UInt8(ascii: "Z") else {
      return nil
    }
    func number(_ range: Range<Int>) -> Int32? {
      Int32(String(decoding: bytes[range], as: UTF8.self))
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19)
    else { return nil }
    var fields = tm()
    fields.tm_year = year - 1900
    fields.tm_mon = month - 1
    fields.tm_mday = day
    fields.tm_hour = hour
    fields.tm_min = minute
    fields.tm_sec = second
    self.init(seconds: timegm(&fields))
  }

  /// `20261123-185556`, in local time: for folder names.
  public var compactLocal: String {
    var moment = time_t(seconds)
    var fields = tm()
    localtime_r(&moment, &fields)
    return Self.date(fields, "") + "-" + Self.clock(fields, "")
  }

  private static func date(_ fields: tm, _ separator: String) -> String {
    [Int(fields.tm_year) + 1900, Int(fields.tm_mon) + 1, Int(fields.tm_mday)].map(twoDigits)
      .joined(separator: separator)
  }

  private static func clock(_ fields: tm, _ separator: String) -> String {
    [fields.tm_hour, fields.tm_min, fields.tm_sec].map { twoDigits(Int($0)) }
      .joined(separator: separator)
  }

  private static func twoDigits(_ value: Int) -> String {
    value < 10 ? "0\(value)" : "\(value)"
  }
}
