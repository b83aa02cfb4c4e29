private import Yams

/// One mapping of a YAML file, whose values are asked for by key and checked.
struct YAMLFields {
  let path: String
  /// What stands before a key in messages, such as `fedrl.`.
  let prefix: String
  private let mapping: Node.Mapping

  /// Parses a document whose top is a mapping.
  init(_ text: String, path: String) throws(MapError) {
    self.path = path
    prefix = ""
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      let first = "\(error)".split(separator: "\n").first.map(String.init) ?? "a fault"
      throw .malformed(path: path, place: "YAML", found: first, expected: "well-formed YAML")
    }
    guard let mapping = node?.mapping else {
      throw .malformed(
        path: path, place: "YAML", found: node == nil ? "nothing" : "no mapping",
        expected: "keys such as image: and resolution:")
    }
    self.mapping = mapping
  }

  private init(_ mapping: Node.Mapping, path: String, prefix: String) {
    self.path = path
    self.prefix = prefix
    self.mapping = mapping
  }

  /// The keys in the file's order.
  var keys: [String] { mapping.keys.compactMap { $0.scalar?.string } }

  /// A value that is itself a mapping.
  func fields(_ key: String) throws(MapError) -> YAMLFields? {
    guard let node = node(key) else { return nil }
    guard let inner = node.mapping else { throw bad(key, node, "a mapping") }
    return YAMLFields(inner, path: path, prefix: prefix + key + ".")
  }

  func string(_ key: String) throws(MapError) -> String? {
    guard let node = node(key) else { return nil }
    guard let text = node.scalar?.string, !text.isEmpty else {
      throw bad(key, node, "a text that is not empty")
    }
    return text
  }

  func number(_ key: String) throws(MapError) -> Double? {
    guard let node = node(key) else { return nil }
    guard let value = Self.number(node) else { throw bad(key, node, "a number") }
    return value
  }

  /// 0, 1 or a YAML truth value.
  func flag(_ key: String) throws(MapError) -> Bool? {
    guard let node = node(key) else { return nil }
    let words = ["1": true, "true": true, "yes": true, "on": true, "y": true]
      .merging(["0": false, "false": false, "no": false, "off": false, "n": false]) { $1 }
    guard let value = words[node.scalar?.string.lowercased() ?? ""] else {
      throw bad(key, node, "0, 1, true or false")
    }
    return value
  }

  /// A list of finite numbers.
  func numbers(_ key: String, count: Int) throws(MapError) -> [Double]? {
    guard let node = node(key) else { return nil }
    guard let items = node.sequence, items.count == count else {
      throw bad(key, node, "a list of \(count) numbers")
    }
    var values: [Double] = []
    for item in items {
      guard let value = Self.number(item) else {
        throw bad(key, item, "a list of \(count) finite numbers")
      }
      values.append(value)
    }
    return values
  }

  /// A list of lines: each a list of points, each a list of two numbers.
  func pointLists(_ key: String, atLeast: Int, atMost: Int, _ expected: String) throws(MapError)
    -> [[Point]]
  {
    guard let node = node(key) else { return [] }
    guard let items = node.sequence else { throw bad(key, node, expected) }
    var result: [[Point]] = []
    for item in items {
      let points = (item.sequence.map { Array($0) } ?? []).compactMap { Self.point($0) }
      guard points.count == item.sequence?.count, (atLeast...atMost).contains(points.count) else {
        throw bad(key + "[\(result.count)]", item, expected)
      }
      result.append(points)
    }
    return result
  }

  private static func point(_ node: Node) -> Point? {
    guard let items = node.sequence, items.count == 2, let x = number(items[0]),
      let y = number(items[1])
    else { return nil }
    return Point(x: x, y: y)
  }

  private static func number(_ node: Node) -> Double? {
    guard let text = node.scalar?.string, let value = Double(text), value.isFinite else {
      return nil
    }
    return value
  }

  private func node(_ key: String) -> Node? { mapping[Node(key)] }

  private func bad(_ key: String, _ node: Node, _ expected: String) -> MapError {
    let found =
      node.scalar.map { $0.string.isEmpty ? "nothing" : "“\($0.string)”" }
      ?? node.sequence.map { "a list of \($0.count)" } ?? "a mapping"
    let line = node.mark.map { " (line \($0.line))" } ?? ""
    return .badValue(path: path, key: prefix + key + line, found: found, expected: expected)
  }
}
