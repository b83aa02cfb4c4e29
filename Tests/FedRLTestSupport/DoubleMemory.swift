public import FedRLNumerics

#if canImport(Glibc)
  private import Glibc
#endif

extension DoubleNetwork {
  /// The state after one step of the gated recurrent units named `part.gru`, by PyTorch's formulas.
  public func remember(
    _ part: String, _ parameters: [Double], _ x: [Double], state: [Double]
  ) -> [Double] {
    let units = state.count
    func product(_ name: String, _ row: Int, _ values: [Double]) -> Double {
      let weight = layout["\(part).gru.\(name).weight"]!
      let bias = layout["\(part).gru.\(name).bias"]!
      return values.indices.reduce(parameters[bias.offset + row]) {
        $0 + parameters[weight.offset + row * values.count + $1] * values[$1]
      }
    }
    func sigmoid(_ value: Double) -> Double { 1 / (1 + exp(-value)) }
    return (0..<units).map { unit in
      let reset = sigmoid(product("input", unit, x) + product("hidden", unit, state))
      let update = sigmoid(
        product("input", units + unit, x) + product("hidden", units + unit, state))
      let candidate = tanh(
        product("input", 2 * units + unit, x)
          + reset * product("hidden", 2 * units + unit, state))
      return (1 - update) * candidate + update * state[unit]
    }
  }

  /// An observation whose images went through the convolutions named `part.conv.image.layer`: what is no
  /// image, then image after image, channel by channel.
  public func convolve(
    _ part: String, _ parameters: [Double], _ x: [Double], images: [ImagePlace], strides: [Int]
  ) -> [Double] {
    var isImage = [Bool](repeating: false, count: x.count)
    for image in images {
      for index in image.offset..<(image.offset + image.count) { isImage[index] = true }
    }
    var output = x.indices.filter { !isImage[$0] }.map { x[$0] }
    for (number, image) in images.enumerated() {
      var values = Array(x[image.offset..<(image.offset + image.count)])
      var (height, width) = (image.height, image.width)
      for (index, stride) in strides.enumerated() {
        let name = "\(part).conv.\(number).\(index)"
        let weight = layout["\(name).weight"]!
        let bias = layout["\(name).bias"]!
        let (filters, channels, kernel) = (weight.shape[0], weight.shape[1], weight.shape[2])
        let (high, wide) = ((height - kernel) / stride + 1, (width - kernel) / stride + 1)
        var next: [Double] = []
        for filter in 0..<filters {
          for top in 0..<high {
            for left in 0..<wide {
              var sum = parameters[bias.offset + filter]
              for channel in 0..<channels {
                for y in 0..<kernel {
                  for x in 0..<kernel {
                    let place = ((filter * channels + channel) * kernel + y) * kernel + x
                    let cell =
                      (channel * height + top * stride + y) * width + left * stride + x
                    sum += parameters[weight.offset + place] * values[cell]
                  }
                }
              }
              next.append(max(sum, 0))
            }
          }
        }
        (values, height, width) = (next, high, wide)
      }
      output += values
    }
    return output
  }
}
