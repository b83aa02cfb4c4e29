import FedRLCore

/// Turns drawings into streams of differences from frame to frame.
///
/// A frame is a list of slots. Each starts with 0: the same as this slot in the last frame; 1: the
/// same style and number of values, then each value's change; or k ≥ 2: style k − 2, the number of
/// values where the style leaves it open, then the values, each as its change from the one two
/// before it. Values are coordinates in steps of ``quantum`` from the lower-left corner.
///
/// A slot of cells has no values; its changed cells follow in the stream of cells: the number of
/// runs, then for each run the cells skipped, the cells set, and what they are set to.
struct ReplayEncoder: Sendable {
  private struct Slot {
    var style: Int
    var values: [Int]
  }

  private struct Layer {
    var geometry: Drawing.Cells
    var values: [UInt8]
  }

  /// Metres.
  let quantum: Float
  private let originX, originY: Float
  private(set) var styles: [JSONValue] = []
  private var styleIndices: [String: Int] = [:]
  private var layers: [Layer] = []
  private var lastSlots: [Slot] = []
  private(set) var slots = ByteStream()
  private(set) var cells = ByteStream()

  /// - Parameter bounds: the visible part of the world; a 65,536th of its longer side is the quantum.
  init(bounds: (minX: Float, minY: Float, maxX: Float, maxY: Float)) {
    let span = max(bounds.maxX - bounds.minX, bounds.maxY - bounds.minY)
    quantum = span > 0 && span.isFinite ? span / 65_536 : 1e-3
    originX = bounds.minX
    originY = bounds.minY
  }

  /// What the player must know of each layer of cells, in the order in which they appeared.
  var layerDescriptions: [JSONValue] {
    layers.map { layer in
      let cells = layer.geometry
      return [
        "name": .text(cells.name), "width": .integer(cells.width),
        "height": .integer(cells.height), "x": Self.number(cells.originX),
        "y": Self.number(cells.originY), "size": Self.number(cells.cellSize),
        "palette": .list(cells.palette.map(Self.components)),
        "labels": .list(cells.labels.map { .text($0) }),
      ]
    }
  }

  mutating func append(_ shapes: [Drawing.Shape]) {
    var encoded: [Slot] = []
    encoded.reserveCapacity(shapes.count)
    var changes: [(layer: Int, values: [UInt8])] = []
    for shape in shapes {
      if case .cells(let layer) = shape {
        let index = self.layer(of: layer)
        encoded.append(Slot(style: style(["kind": "cells", "layer": .integer(index)]), values: []))
        changes.append((index, layer.values))
      } else if let slot = self.slot(shape) {
        encoded.append(slot)
      }
    }
    write(encoded)
    for (layer, values) in changes { writeChanges(of: layer, to: values) }
  }

  private mutating func write(_ frame: [Slot]) {
    slots.append(frame.count)
    for (index, slot) in frame.enumerated() {
      guard let last = lastSlots[safe: index], last.style == slot.style,
        last.values.count == slot.values.count
      else {
        slots.append(slot.style + 2)
        if hasOpenCount(slot.style) { slots.append(slot.values.count) }
        for (place, value) in slot.values.enumerated() {
          slots.append(signed: value - (place < 2 ? 0 : slot.values[place - 2]))
        }
        continue
      }
      if last.values == slot.values {
        slots.append(0)
      } else {
        slots.append(1)
        for (old, new) in zip(last.values, slot.values) { slots.append(signed: new - old) }
      }
    }
    lastSlots = frame
  }

  private func hasOpenCount(_ style: Int) -> Bool {
    let kind = styles[style]["kind"]?.string
    return kind == "polygon" || kind == "polyline"
  }

  private mutating func writeChanges(of layer: Int, to values: [UInt8]) {
    var runs: [(skip: Int, length: Int, value: UInt8)] = []
    var end = 0
    values.withUnsafeBufferPointer { new in
      layers[layer].values.withUnsafeBufferPointer { old in
        var index = 0
        while index < new.count {
          if new[index] == old[index] {
            index += 1
            continue
          }
          let start = index
          let value = new[index]
          while index < new.count && new[index] == value && old[index] != value { index += 1 }
          runs.append((start - end, index - start, value))
          end = index
        }
      }
    }
    cells.append(runs.count)
    for run in runs {
      cells.append(run.skip)
      cells.append(run.length)
      cells.append(Int(run.value))
    }
    layers[layer].values = values
  }

  /// A layer of the same name with another place, size or palette is another layer.
  private mutating func layer(of cells: Drawing.Cells) -> Int {
    let found = layers.firstIndex {
      let known = $0.geometry
      return known.name == cells.name && known.width == cells.width
        && known.height == cells.height && known.originX == cells.originX
        && known.originY == cells.originY && known.cellSize == cells.cellSize
        && known.palette == cells.palette
    }
    if let found { return found }
    let empty = [UInt8](repeating: 0, count: cells.values.count)
    let geometry = Drawing.Cells(
      name: cells.name, width: cells.width, height: cells.height, originX: cells.originX,
      originY: cells.originY, cellSize: cells.cellSize, values: empty, palette: cells.palette,
      labels: cells.labels)
    layers.append(Layer(geometry: geometry, values: empty))
    return layers.count - 1
  }

  /// `nil` for a shape with a coordinate that is not finite.
  private mutating func slot(_ shape: Drawing.Shape) -> Slot? {
    switch shape {
    case .circle(let x, let y, let radius, let fill):
      guard let center = position(x, y), let size = steps(radius) else { return nil }
      return Slot(
        style: style(["kind": "circle", "color": Self.components(fill)]), values: center + [size])
    case .polygon(let points, let fill):
      guard let values = positions(points) else { return nil }
      return Slot(
        style: style(["kind": "polygon", "color": Self.components(fill)]), values: values)
    case .polyline(let points, let width, let color):
      guard let values = positions(points) else { return nil }
      return Slot(
        style: style([
          "kind": "polyline", "color": Self.components(color), "width": Self.number(width),
        ]), values: values)
    case .text(let x, let y, let size, let text, let color):
      guard let place = position(x, y) else { return nil }
      return Slot(
        style: style([
          "kind": "text", "color": Self.components(color), "size": Self.number(size),
          "text": .text(text),
        ]), values: place)
    case .cells: return nil
    }
  }

  private mutating func style(_ description: JSONValue) -> Int {
    let key = description.text
    if let index = styleIndices[key] { return index }
    styles.append(description)
    styleIndices[key] = styles.count - 1
    return styles.count - 1
  }

  private func steps(_ length: Float) -> Int? {
    let value = (length / quantum).rounded()
    return value.magnitude < 1e9 ? Int(value) : nil
  }

  func position(_ x: Float, _ y: Float) -> [Int]? {
    guard let x = steps(x - originX), let y = steps(y - originY) else { return nil }
    return [x, y]
  }

  private func positions(_ points: [SIMD2<Float>]) -> [Int]? {
    var values: [Int] = []
    values.reserveCapacity(points.count * 2)
    for point in points {
      guard let place = position(point.x, point.y) else { return nil }
      values += place
    }
    return values
  }

  /// Red, green, blue and alpha in 0...255.
  private static func components(_ color: Color) -> JSONValue {
    .list(
      [color.red, color.green, color.blue, color.alpha].map {
        .integer(Int((min(max($0, 0), 1) * 255).rounded()))
      })
  }

  /// With a `Float`'s own digits.
  static func number(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? 0) }
}
