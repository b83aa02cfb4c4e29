import Foundation

/// One object of a reference file: numbers by name.
///
/// Files are `{"meta": …, "cases": […]}`; matrices are nested arrays. A missing name or another type is
/// a mistake of the test and traps.
public struct ReferenceCase {
  private let fields: [String: Any]

  /// All cases of `reference/name`, or `nil` (with a message) where the file is absent.
  public static func load(_ name: String) throws -> [ReferenceCase]? {
    guard let bytes = try SharedData.bytes("reference/" + name) else { return nil }
    let root = try JSONSerialization.jsonObject(with: bytes) as! [String: Any]
    return (root["cases"] as! [[String: Any]]).map { ReferenceCase(fields: $0) }
  }

  /// A value of the file that is a table itself, such as `meta`.
  public static func loadMeta(_ name: String) throws -> ReferenceCase? {
    guard let bytes = try SharedData.bytes("reference/" + name) else { return nil }
    let root = try JSONSerialization.jsonObject(with: bytes) as! [String: Any]
    return ReferenceCase(fields: root["meta"] as! [String: Any])
  }

  public func has(_ name: String) -> Bool { fields[name] != nil && !(fields[name] is NSNull) }
  public var names: [String] { fields.keys.sorted() }
  public func text(_ name: String) -> String { fields[name] as! String }
  public func number(_ name: String) -> Double { (fields[name] as! NSNumber).doubleValue }
  public func integer(_ name: String) -> Int { (fields[name] as! NSNumber).intValue }
  public subscript(_ name: String) -> ReferenceCase {
    ReferenceCase(fields: fields[name] as! [String: Any])
  }

  /// The tables of a list.
  public func cases(_ name: String) -> [ReferenceCase] {
    (fields[name] as! [[String: Any]]).map { ReferenceCase(fields: $0) }
  }

  /// The numbers of an array of any depth, in order.
  public func numbers(_ name: String) -> [Double] { Self.flatten(fields[name]!) }

  /// As ``numbers(_:)``, read as `Float`: what the reference's inputs are.
  public func floats(_ name: String) -> [Float] { numbers(name).map { Float($0) } }

  /// Rows of a matrix.
  public func rows(_ name: String) -> [[Double]] {
    (fields[name] as! [Any]).map { Self.flatten($0) }
  }

  private static func flatten(_ value: Any) -> [Double] {
    if let number = value as? NSNumber { return [number.doubleValue] }
    return (value as! [Any]).flatMap { flatten($0) }
  }
}
