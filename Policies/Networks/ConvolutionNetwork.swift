import FedRLNumerics

/// Forward and backward passes of a ``ConvolutionDesign``, with room for one batch. After construction
/// nothing is allocated. One owner at a time.
final class ConvolutionNetwork {
  private let design: ConvolutionDesign
  private let maximumRows: Int
  private let stacks: [ConvolutionStack]
  /// `[rows, outputs]`
  private let features: FloatBuffer

  init(_ design: ConvolutionDesign, maximumRows: Int, trains: Bool) {
    self.design = design
    self.maximumRows = maximumRows
    stacks = design.stacks.map { ConvolutionStack($0, maximumRows: maximumRows, trains: trains) }
    features = FloatBuffer(count: maximumRows * design.outputs)
  }

  var output: UnsafeMutablePointer<Float> { features.pointer }

  func load(_ parameters: UnsafePointer<Float>) {
    for index in 0..<stacks.count { stacks[index].load(parameters) }
  }

  /// - Parameter x: `[rows, inputs]`
  /// - Returns: `[rows, outputs]`, valid until the next call.
  func forward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int
  ) -> UnsafeMutablePointer<Float> {
    precondition(rows <= maximumRows, "\(rows) rows in a network made for \(maximumRows)")
    var place = 0
    for part in design.rest {
      for row in 0..<rows {
        (features.pointer + row * design.outputs + place).update(
          from: x + row * design.inputs + part.lowerBound, count: part.count)
      }
      place += part.count
    }
    for index in 0..<stacks.count {
      stacks[index].forward(
        parameters, x + design.images[index].offset, rows: rows, stride: design.inputs)
      stacks[index].copyOutput(
        to: features.pointer + place, rows: rows, stride: design.outputs)
      place += stacks[index].outputs
    }
    return features.pointer
  }

  /// Back-propagates through the latest forward pass.
  /// - Parameters:
  ///   - outputGradient: `[rows, outputs]`
  ///   - gradient: the flat gradient; these layers' segments are overwritten.
  func backward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int,
    outputGradient: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>
  ) {
    var place = design.rest.reduce(0) { $0 + $1.count }
    for index in 0..<stacks.count {
      stacks[index].takeGradient(
        outputGradient + place, rows: rows, stride: design.outputs)
      stacks[index].backward(
        parameters, x + design.images[index].offset, rows: rows, stride: design.inputs,
        gradient: gradient)
      place += stacks[index].outputs
    }
  }
}

/// The convolutions of one image.
final class ConvolutionStack {
  /// One layer with room for a batch.
  private final class Level {
    let layer: ConvolutionLayer
    /// `[rows, places, filters]`: its outputs, and the gradient by them.
    let activations: FloatBuffer
    let slopes: FloatBuffer
    /// Wᵀ
    let transposed: FloatBuffer
    /// Images whose columns fit a cache.
    let block: Int

    init(_ layer: ConvolutionLayer, maximumRows: Int, trains: Bool) {
      self.layer = layer
      let count = maximumRows * layer.places * layer.filters
      activations = FloatBuffer(count: count)
      slopes = FloatBuffer(count: trains ? count : 0)
      transposed = FloatBuffer(
        count: layer.product.readsTransposed ? layer.product.inputs * layer.filters : 0)
      block = layer.columnBlock(rows: maximumRows)
    }

    /// Elements of a block of columns.
    var columnCount: Int { block * layer.places * layer.product.inputs }
  }

  private let levels: [Level]
  /// `[block, places, channels · kernel²]`: the cells under the filter at every place, and the gradient
  /// by them.
  private let columns: FloatBuffer
  private let columnSlopes: FloatBuffer
  /// One layer's gradient, weights then biases.
  private let partial: FloatBuffer

  init(_ layers: [ConvolutionLayer], maximumRows: Int, trains: Bool) {
    levels = layers.map { Level($0, maximumRows: maximumRows, trains: trains) }
    let widest = levels.map(\.columnCount).max() ?? 0
    columns = FloatBuffer(count: widest)
    columnSlopes = FloatBuffer(count: trains && layers.count > 1 ? widest : 0)
    partial = FloatBuffer(
      count: trains ? layers.map { ($0.product.inputs + 1) * $0.filters }.max() ?? 0 : 0)
  }

  private var last: Level { levels[levels.count - 1] }

  /// Elements that an image becomes.
  var outputs: Int { last.layer.places * last.layer.filters }

  func load(_ parameters: UnsafePointer<Float>) {
    for index in 0..<levels.count where levels[index].layer.product.readsTransposed {
      levels[index].layer.product.transpose(
        parameters, into: levels[index].transposed.pointer)
    }
  }

  /// - Parameters:
  ///   - x: the first row's image, `[channels, height, width]`.
  ///   - stride: elements from one row to the next.
  func forward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int, stride: Int
  ) {
    for index in 0..<levels.count {
      let level = levels[index]
      let layer = level.layer
      for first in Swift.stride(from: 0, to: rows, by: level.block) {
        let count = min(level.block, rows - first)
        gather(index, x, stride: stride, first: first, count: count)
        layer.product.forward(
          parameters, transposed: level.transposed.pointer, columns.pointer,
          rows: count * layer.places,
          into: level.activations.pointer + first * layer.places * layer.filters)
      }
    }
  }

  /// Copies the last layer's outputs, `[filters, height, width]` per row.
  func copyOutput(to features: UnsafeMutablePointer<Float>, rows: Int, stride: Int) {
    let last = last
    for row in 0..<rows {
      Kernels.transpose(
        last.activations.pointer + row * outputs, rows: last.layer.places,
        columns: last.layer.filters, into: features + row * stride)
    }
  }

  /// Takes the gradient by what ``copyOutput(to:rows:stride:)`` wrote.
  func takeGradient(_ gradient: UnsafePointer<Float>, rows: Int, stride: Int) {
    let last = last
    for row in 0..<rows {
      Kernels.transpose(
        gradient + row * stride, rows: last.layer.filters, columns: last.layer.places,
        into: last.slopes.pointer + row * outputs)
    }
  }

  func backward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int, stride: Int,
    gradient: UnsafeMutablePointer<Float>
  ) {
    for index in Swift.stride(from: levels.count - 1, through: 0, by: -1) {
      let level = levels[index]
      let layer = level.layer
      let width = layer.places * layer.filters
      Kernels.reluBackward(
        level.slopes.pointer, output: level.activations.pointer, count: rows * width)
      if index > 0 {
        let below = levels[index - 1]
        below.slopes.pointer.update(
          repeating: 0, count: rows * below.layer.places * below.layer.filters)
      }
      for first in Swift.stride(from: 0, to: rows, by: level.block) {
        let count = min(level.block, rows - first)
        gather(index, x, stride: stride, first: first, count: count)
        let target = first == 0 ? gradient : partial.pointer - layer.product.weightOffset
        layer.product.backward(
          parameters, columns.pointer, sumGradient: level.slopes.pointer + first * width,
          rows: count * layer.places, gradient: target,
          inputGradient: index > 0 ? columnSlopes.pointer : nil)
        if first > 0 {
          Kernels.add(
            partial.pointer, times: 1, to: gradient + layer.product.weightOffset,
            count: (layer.product.inputs + 1) * layer.filters)
        }
        if index > 0 { scatter(index, first: first, count: count) }
      }
    }
  }

  /// Steps from one channel, row and column of a layer's input to the next: images come channel by
  /// channel, what a layer leaves place by place.
  private func steps(_ index: Int) -> (channel: Int, row: Int, column: Int) {
    let layer = levels[index].layer
    return index == 0
      ? (layer.height * layer.width, layer.width, 1)
      : (1, layer.width * layer.channels, layer.channels)
  }

  /// Fills ``columns`` for `count` rows from `first` on: im2col.
  private func gather(
    _ index: Int, _ x: UnsafePointer<Float>, stride: Int, first: Int, count: Int
  ) {
    let layer = levels[index].layer
    let step = steps(index)
    let source =
      index == 0 ? x : UnsafePointer(levels[index - 1].activations.pointer)
    let width = index == 0 ? stride : layer.channels * layer.height * layer.width
    var to = columns.pointer
    for row in first..<(first + count) {
      let image = source + row * width
      for top in 0..<layer.outputHeight {
        for left in 0..<layer.outputWidth {
          let corner = image + top * layer.stride * step.row + left * layer.stride * step.column
          for channel in 0..<layer.channels {
            for y in 0..<layer.kernel {
              let from = corner + channel * step.channel + y * step.row
              for x in 0..<layer.kernel { to[x] = from[x * step.column] }
              to += layer.kernel
            }
          }
        }
      }
    }
  }

  /// Adds ``columnSlopes`` to the slopes of the layer below: col2im.
  private func scatter(_ index: Int, first: Int, count: Int) {
    let layer = levels[index].layer
    let step = steps(index)
    let width = layer.channels * layer.height * layer.width
    var from = columnSlopes.pointer
    for row in first..<(first + count) {
      let image = levels[index - 1].slopes.pointer + row * width
      for top in 0..<layer.outputHeight {
        for left in 0..<layer.outputWidth {
          let corner = image + top * layer.stride * step.row + left * layer.stride * step.column
          for channel in 0..<layer.channels {
            for y in 0..<layer.kernel {
              let to = corner + channel * step.channel + y * step.row
              for x in 0..<layer.kernel { to[x * step.column] += from[x] }
              from += layer.kernel
            }
          }
        }
      }
    }
  }
}
