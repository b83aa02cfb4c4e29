public import FedRLNumerics

/// Two-dimensional convolutions without padding, then ReLU, as a place in a flat parameter vector: the
/// cells under a filter are copied into a row (im2col), so that a layer is one matrix product.
public struct ConvolutionLayer: Sendable, Equatable {
  public let channels: Int
  public let height: Int
  public let width: Int
  public let kernel: Int
  public let stride: Int
  public let outputHeight: Int
  public let outputWidth: Int
  /// Weights `[filters, channels, kernel, kernel]`, PyTorch's order, as a matrix.
  let product: DenseLayer

  /// Appends the layer's segments to a layout.
  init(
    channels: Int, height: Int, width: Int, _ filter: FilterSettings, name: String,
    part: ParameterPart, in layout: inout ParameterLayout
  ) {
    precondition(
      filter.kernel <= min(height, width), "\(filter.kernel) cells in \(height)×\(width)")
    self.channels = channels
    self.height = height
    self.width = width
    kernel = filter.kernel
    stride = filter.stride
    outputHeight = (height - filter.kernel) / filter.stride + 1
    outputWidth = (width - filter.kernel) / filter.stride + 1
    product = DenseLayer(
      inputs: channels * filter.kernel * filter.kernel, outputs: filter.filters, activation: .relu,
      name: name, part: part, in: &layout,
      weightShape: [filter.filters, channels, filter.kernel, filter.kernel])
  }

  public var filters: Int { product.outputs }
  /// Places a filter is applied to.
  var places: Int { outputHeight * outputWidth }
  /// Images at once, of at most `rows`, whose columns fit a cache.
  func columnBlock(rows: Int) -> Int {
    min(rows, max(1, Self.columnElements / (places * product.inputs)))
  }
  /// Half a megabyte.
  private static let columnElements = 131_072
  /// Multiply-accumulates of one image.
  var multiplyAccumulates: Int { places * product.multiplyAccumulates }
}

/// Convolutions of the images in an observation; what is no image goes past them.
///
/// Each image has filters of its own, named `part.conv.image.layer`. An output row is the rest of the
/// observation in its order, then image after image `[filters, height, width]`, flattened.
public struct ConvolutionDesign: Sendable, Equatable {
  /// Length of an observation.
  public let inputs: Int
  public let images: [ImagePlace]
  /// `[image][layer]`
  public let stacks: [[ConvolutionLayer]]
  /// Where the rest of the observation lies.
  let rest: [Range<Int>]
  /// Length of an output row.
  public let outputs: Int

  /// What keeps these filters from fitting an image, if anything.
  public static func problem(of filters: [FilterSettings], in image: ImagePlace) -> String? {
    var (height, width) = (image.height, image.width)
    for filter in filters {
      guard filter.kernel <= min(height, width) else {
        return "a filter of \(filter.kernel)×\(filter.kernel) cells does not fit an image of "
          + "\(height)×\(width)"
      }
      height = (height - filter.kernel) / filter.stride + 1
      width = (width - filter.kernel) / filter.stride + 1
    }
    return nil
  }

  /// Appends the segments to a layout.
  /// - Parameters:
  ///   - images: in the order of their offsets, not overlapping; at least one.
  ///   - filters: of each layer, first layer first; at least one, and they fit.
  public init(
    inputs: Int, images: [ImagePlace], filters: [FilterSettings], part: ParameterPart,
    in layout: inout ParameterLayout
  ) {
    precondition(!images.isEmpty && !filters.isEmpty)
    self.inputs = inputs
    self.images = images
    var stacks: [[ConvolutionLayer]] = []
    var rest: [Range<Int>] = []
    var end = 0
    for (number, image) in images.enumerated() {
      precondition(image.offset >= end && image.offset + image.count <= inputs)
      if image.offset > end { rest.append(end..<image.offset) }
      end = image.offset + image.count
      var (channels, height, width) = (image.channels, image.height, image.width)
      stacks.append(
        filters.enumerated().map { index, filter in
          let layer = ConvolutionLayer(
            channels: channels, height: height, width: width, filter,
            name: "\(part.rawValue).conv.\(number).\(index)", part: part, in: &layout)
          (channels, height, width) = (layer.filters, layer.outputHeight, layer.outputWidth)
          return layer
        })
    }
    if end < inputs { rest.append(end..<inputs) }
    self.stacks = stacks
    self.rest = rest
    outputs =
      rest.reduce(0) { $0 + $1.count }
      + stacks.reduce(0) { $0 + $1[$1.count - 1].filters * $1[$1.count - 1].places }
  }

  var multiplyAccumulates: Int {
    stacks.joined().reduce(0) { $0 + $1.multiplyAccumulates }
  }
  /// Numbers that training with so many rows at once holds besides parameters and gradient: outputs of
  /// every layer and the gradients by them, the features and theirs, and columns.
  func workingNumbers(rows: Int) -> Int {
    stacks.reduce(2 * outputs * rows) { sum, layers in
      let columns = layers.map { $0.columnBlock(rows: rows) * $0.places * $0.product.inputs }
      return sum + layers.reduce(0) { $0 + 2 * $1.places * $1.filters * rows }
        + 2 * (columns.max() ?? 0)
    }
  }
  var firstMultiplyAccumulates: Int { stacks.reduce(0) { $0 + $1[0].multiplyAccumulates } }

  /// Draws all filters orthogonal with gain √2, as those of the dense hidden layers.
  public func initialize(_ parameters: UnsafeMutablePointer<Float>, random: RandomStream) {
    for (index, layer) in stacks.joined().enumerated() {
      var stream = random.split("filters", UInt64(index))
      OrthogonalInitializer.fill(
        parameters + layer.product.weightOffset, rows: layer.filters,
        columns: layer.product.inputs, gain: 2.squareRoot(), random: &stream)
    }
  }
}
