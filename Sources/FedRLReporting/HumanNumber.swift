/// Numbers as a person reads them.
public enum HumanNumber {
  /// `950`, `1.2 k`, `84 k`, `3.4 M`, `12 G`: two digits, or three where the third costs no point.
  public static func count(_ value: Double) -> String { scaled(value, unit: "") }

  /// `950 B`, `1.2 kB`, `3.4 MB`: powers of 1,000.
  public static func bytes(_ value: Int) -> String { scaled(Double(value), unit: "B") }

  /// `0.4 s`, `12 s`, `1 min 04 s`, `2 h 13 min`, `3 d 4 h`.
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e12 else { return "–" }
    if seconds < 9.95 { return fixed(max(seconds, 0), 1) + " s" }
    let whole = Int(seconds.rounded())
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return switch whole {
    case ..<60: "\(whole) s"
    case ..<3600: "\(whole / 60) min \(two(whole % 60)) s"
    case ..<86_400: "\(whole / 3600) h \(two(whole / 60 % 60)) min"
    default: "\(whole / 86_400) d \(whole / 3600 % 24) h"
    }
  }

  /// Three digits, or all before the point: `0.812`, `41.2`, `−1234`, `1.2e-05`; `–` for none.
  public static func value(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "–" }
    let size = value.magnitude
    let text =
      switch size {
      case 0: "0"
      case ..<0.001: exponent(size)
      case ..<0.9995: fixed(size, 3)
      case ..<9.995: fixed(size, 2)
      case ..<99.95: fixed(size, 1)
      case ..<1e9: fixed(size, 0)
      default: exponent(size)
      }
    return value < 0 ? "−" + text : text
  }

  /// A number with so many digits after the point.
  public static func fixed(_ value: Double, _ digits: Int) -> String {
    var power = 1.0
    for _ in 0..<digits { power *= 10 }
    let scaled = (value.magnitude * power).rounded()
    guard scaled < 1e18 else { return "\(value)" }
    let whole = Int(scaled)
    let sign = value < 0 && whole != 0 ? "−" : ""
    if digits == 0 { return sign + "\(whole)" }
    let fraction = String(whole % Int(power))
    return sign + "\(whole / Int(power))."
      + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  private static func scaled(_ value: Double, unit: String) -> String {
    guard value.isFinite else { return "–" }
    var number = value.magnitude
    var prefixes = ["", "k", "M", "G", "T", "P", "E"][...]
    // 999.5 would round to 1000.
    while number >= 999.5 && prefixes.count > 1 {
      number /= 1000
      prefixes.removeFirst()
    }
    let prefix = prefixes.first! + unit
    let text = value.magnitude < 999.5 || number >= 9.95 ? fixed(number, 0) : fixed(number, 1)
    return (value < 0 ? "−" : "") + text + (prefix.isEmpty ? "" : " " + prefix)
  }

  private static func exponent(_ size: Double) -> String {
    var mantissa = size
    var exponent = 0
    while mantissa >= 9.95 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 0.995 {
      mantissa *= 10
      exponent -= 1
    }
    let digits = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
    return fixed(mantissa, 1) + "e" + (exponent < 0 ? "-" : "+") + digits
  }
}
