/// The parts of a ValetudoMap JSON that say something about the home.
struct ValetudoMap: Decodable {
  struct Size: Decodable {
    /// Centimetres.
    let x: Double
    let y: Double
  }

  struct Layer: Decodable {
    struct MetaData: Decodable {
      let segmentId: String?
      let name: String?

      private enum CodingKeys: String, CodingKey { case segmentId, name }

      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // Old versions write the number as a number.
        segmentId =
          (try? container.decode(String.self, forKey: .segmentId))
          ?? (try? container.decode(Int.self, forKey: .segmentId)).map { "\($0)" }
        name = (try? container.decode(String.self, forKey: .name)).flatMap { $0.isEmpty ? nil : $0 }
      }
    }

    let type: String
    /// Version 1: x, y of every pixel.
    let pixels: [Double]?
    /// Version 2: x, y and number of pixels of every run to the right.
    let compressedPixels: [Double]?
    let metaData: MetaData?
  }

  struct Entity: Decodable {
    struct MetaData: Decodable {
      let angle: Double?
      let label: String?

      private enum CodingKeys: String, CodingKey { case angle, label }

      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        angle = try? container.decode(Double.self, forKey: .angle)
        label = try? container.decode(String.self, forKey: .label)
      }
    }

    let type: String
    let points: [Double]
    let metaData: MetaData?
  }

  struct MetaData: Decodable { let version: Double? }

  let metaData: MetaData?
  let size: Size
  /// Centimetres.
  let pixelSize: Double
  let layers: [Layer]
  let entities: [Entity]?

  var version: Double? { metaData?.version }
}

/// A robot's state with its map, as Valetudo's interface gives it.
struct ValetudoState: Decodable {
  let map: ValetudoMap
}

extension ValetudoMap.Layer {
  /// Pixels lie within ±this; the largest real maps have 1,400 a side.
  private static let limit = 1_000_000.0

  /// Refuses lists of the wrong length and pixels in absurd places.
  func check(path: String, place: String) throws(MapError) {
    let lists = [("pixels", pixels ?? [], 2), ("compressedPixels", compressedPixels ?? [], 3)]
    for (key, values, step) in lists {
      guard values.count % step == 0 else {
        throw .badValue(
          path: path, key: "\(place).\(key)", found: "\(values.count) numbers",
          expected: step == 2 ? "pairs x, y" : "threes x, y, count")
      }
      let isWhole = { (value: Double) in
        value.magnitude <= Self.limit && value == value.rounded()
      }
      if let bad = values.firstIndex(where: { !isWhole($0) }) {
        throw .badValue(
          path: path, key: "\(place).\(key)[\(bad)]", found: "\(values[bad])",
          expected: "a whole number within ±\(Int(Self.limit))")
      }
    }
    for index in stride(from: 2, to: compressedPixels?.count ?? 0, by: 3) {
      guard let count = compressedPixels?[index], count >= 0 else {
        throw .badValue(
          path: path, key: "\(place).compressedPixels[\(index)]",
          found: "\(compressedPixels?[index] ?? 0)", expected: "a count of pixels")
      }
    }
  }

  /// Calls `body` with x, y and length of every run; after ``check(path:place:)``.
  func forEachRun(_ body: (_ x: Int, _ y: Int, _ count: Int) -> Void) {
    let runs = compressedPixels ?? []
    for index in stride(from: 0, to: runs.count, by: 3) where runs[index + 2] > 0 {
      body(Int(runs[index]), Int(runs[index + 1]), Int(runs[index + 2]))
    }
    let single = pixels ?? []
    for index in stride(from: 0, to: single.count, by: 2) {
      body(Int(single[index]), Int(single[index + 1]), 1)
    }
  }

  func forEachPixel(_ body: (_ x: Int, _ y: Int) -> Void) {
    forEachRun { x, y, count in
      for step in 0..<count { body(x + step, y) }
    }
  }
}
