internal import Foundation

/// Decodes JSON with errors that name the place in the file.
enum JSONFile {
  static func decode<T: Decodable>(_ type: T.Type, _ bytes: [UInt8], path: String)
    throws(MapError) -> T
  {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      throw mapError(error, path: path)
    } catch {
      throw .malformed(
        path: path, place: "JSON", found: "\(error)", expected: "well-formed JSON")
    }
  }

  private static func mapError(_ error: DecodingError, path: String) -> MapError {
    switch error {
    case .keyNotFound(let key, let context):
      return .missingKey(
        path: path, key: place(context.codingPath + [key]), expected: "a value")
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return .badValue(
        path: path, key: place(context.codingPath), found: "another type or nothing",
        expected: name(type))
    case .dataCorrupted(let context):
      let reason =
        (context.underlyingError as NSError?)?.userInfo["NSDebugDescription"] as? String
        ?? context.debugDescription
      return .malformed(
        path: path, place: context.codingPath.isEmpty ? "JSON" : place(context.codingPath),
        found: reason, expected: "well-formed JSON")
    @unknown default:
      return .malformed(path: path, place: "JSON", found: "\(error)", expected: "a map")
    }
  }

  private static func place(_ keys: [any CodingKey]) -> String {
    var text = ""
    for key in keys {
      if let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += (text.isEmpty ? "" : ".") + key.stringValue
      }
    }
    return text.isEmpty ? "top level" : text
  }

  private static func name(_ type: Any.Type) -> String {
    switch type {
    case is Double.Type, is Int.Type: "a number"
    case is String.Type: "a text"
    case is [String: Any].Type: "an object"
    default: "\(type)".hasPrefix("Array") ? "a list" : "\(type)"
    }
  }
}

/// Which of the known JSON formats a file is.
struct JSONProbe: Decodable {
  let isValetudo: Bool
  /// A ValetudoMap inside a robot's state, under `map`.
  let isWrappedValetudo: Bool
  let isHouseExpo: Bool
  let keys: [String]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    keys = container.allKeys.map(\.stringValue).sorted()
    isValetudo = keys.contains("layers") || keys.contains("pixelSize")
    isHouseExpo = keys.contains("verts")
    let inner = try? container.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey("map"))
    isWrappedValetudo = inner?.allKeys.contains { $0.stringValue == "layers" } ?? false
  }

  struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ key: String) { stringValue = key }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
