import FedRLNetworks
import FedRLNumerics
import FedRLTestSupport
import Testing

/// Networks with a memory and with convolutions against plain loops in `Double`.
@Suite struct MemoryTests {
  init() { BLAS.useOneThread() }

  struct Shape: Sendable, CustomStringConvertible {
    var units: Int
    var hidden: [Int]
    var trunk: ActorCriticDesign.Trunk
    var filters: [FilterSettings] = []
    var images: [ImagePlace] = []
    var inputs = 5
    var description: String {
      "\(units) units, \(hidden) \(trunk), \(filters.count) filters of \(images.count)"
    }

    static let remembering: [Shape] = ActorCriticDesign.Trunk.allCases.flatMap { trunk in
      [(3, [7]), (20, []), (16, [6, 5]), (33, [18])].map {
        Shape(units: $0.0, hidden: $0.1, trunk: trunk)
      }
    }

    /// Two images of unlike sizes with numbers before, between and behind them.
    static let seeing: [Shape] = ActorCriticDesign.Trunk.allCases.flatMap { trunk in
      [0, 4].flatMap { units in
        [
          [FilterSettings(filters: 3, kernel: 2, stride: 1)],
          [
            FilterSettings(filters: 17, kernel: 3, stride: 2),
            FilterSettings(filters: 4, kernel: 2, stride: 1),
          ],
        ].map { filters in
          Shape(
            units: units, hidden: [6], trunk: trunk, filters: filters,
            images: [
              ImagePlace(offset: 2, channels: 2, height: 5, width: 6),
              ImagePlace(offset: 63, channels: 1, height: 6, width: 7),
            ], inputs: 107)
        }
      }
    }

    var design: ActorCriticDesign {
      ActorCriticDesign(
        inputs: inputs, hidden: hidden, outputs: 3, activation: .tanh, trunk: trunk,
        hasLogDeviation: true, memoryUnits: units, images: images, filters: filters)
    }
  }

  private static let steps = 4
  private static let count = 3
  private static let rows = steps * count
  /// Episodes begin in the middle of two sequences.
  private static let keeps: [Float] = [1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1]

  private func numbers(_ count: Int, seed: UInt64, scale: Double = 1) -> [Float] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in Float(scale * random.normal()) }
  }

  /// Outputs and values of all rows, `[L, S]`, by the oracle.
  private func oracle(
    _ shape: Shape, _ parameters: [Double], _ x: [Float], starts: [Float]
  ) -> (outputs: [[Double]], values: [Double]) {
    let design = shape.design
    let network = DoubleNetwork(design.layout, isReLU: false)
    let isShared = design.trunkColumn != nil
    let parts = isShared ? ["trunk"] : ["actor", "critic"]
    var states = parts.indices.map { part in
      (0..<Self.count).map { sequence in
        (0..<shape.units).map {
          Double(starts[(part * Self.count + sequence) * shape.units + $0])
        }
      }
    }
    func features(_ part: Int, _ sequence: Int, _ row: Int) -> [Double] {
      var seen = x[row * shape.inputs..<(row + 1) * shape.inputs].map { Double($0) }
      if !shape.filters.isEmpty {
        seen = network.convolve(
          parts[part], parameters, seen, images: shape.images,
          strides: shape.filters.map(\.stride))
      }
      guard shape.units > 0 else { return seen }
      if Self.keeps[row] == 0 {
        states[part][sequence] = [Double](repeating: 0, count: shape.units)
      }
      let next = network.remember(
        parts[part], parameters, seen, state: states[part][sequence])
      states[part][sequence] = next
      return next
    }
    var outputs: [[Double]] = []
    var values: [Double] = []
    for row in 0..<Self.rows {
      let sequence = row % Self.count
      var seen = parts.indices.map { features($0, sequence, row) }
      if isShared { seen[0] = network.forward("trunk", parameters, seen[0], activatesLast: true) }
      outputs.append(network.forward("actor", parameters, seen[0]))
      values.append(network.forward("critic", parameters, seen[seen.count - 1])[0])
    }
    return (outputs, values)
  }

  @Test(arguments: Shape.remembering + Shape.seeing)
  func outputsAndGradientsMatchADoubleOracle(_ shape: Shape) {
    let design = shape.design
    let rows = Self.rows
    let x = numbers(rows * shape.inputs, seed: 6)
    let weights = numbers(design.layout.count, seed: 5, scale: 0.5)
    let starts = numbers(max(1, design.memories * Self.count * shape.units), seed: 7, scale: 0.5)
    // The scalar Σ a·outputs + b·values has these gradients by the heads.
    var a = numbers(rows * 3, seed: 8)
    var b = numbers(rows, seed: 9)
    func scalar(_ parameters: [Double]) -> Double {
      let (outputs, values) = oracle(shape, parameters, x, starts: starts)
      var sum = 0.0
      for row in 0..<rows {
        sum += values[row] * Double(b[row])
        for index in 0..<3 { sum += outputs[row][index] * Double(a[row * 3 + index]) }
      }
      return sum
    }
    let exact = oracle(shape, weights.map { Double($0) }, x, starts: starts)
    // Some 150 of the parameters, of every segment: the oracle is slow.
    let spacing = max(1, weights.count / 150)
    let checked = design.layout.segments.flatMap { segment in
      stride(from: segment.range.lowerBound, to: segment.range.upperBound, by: spacing)
    }
    var moved = weights.map { Double($0) }
    let expected = checked.map { index in
      finiteDifferences(at: [moved[index]]) {
        let before = moved[index]
        defer { moved[index] = before }
        moved[index] = $0[0]
        return scalar(moved)
      }[0]
    }

    let network = ActorCriticNetwork(design, maximumRows: rows + 1, trains: true)
    network.load(weights)
    var gradient = [Float](repeating: 3, count: design.layout.count)
    starts.withUnsafeBufferPointer { starts in
      Self.keeps.withUnsafeBufferPointer { keeps in
        let first = starts.baseAddress!
        let sequences =
          shape.units == 0
          ? nil
          : SequenceBatch(
            steps: Self.steps, count: Self.count, actorStarts: first,
            criticStarts: first + design.criticStateOffset(count: Self.count),
            keeps: keeps.baseAddress!)
        let (outputs, values) = network.forward(weights, x, rows: rows, sequences: sequences)
        for row in 0..<rows {
          expectClose(
            (0..<3).map { outputs[row * 3 + $0] }, exact.outputs[row], relative: 1e-5,
            absolute: 2e-5, "outputs")
          expectClose(
            Double(values[row]), exact.values[row], relative: 1e-5, absolute: 2e-5, "value")
        }
        network.backward(
          weights, x, rows: rows, sequences: sequences, outputGradient: &a, valueGradient: &b,
          gradient: &gradient)
      }
    }
    for (index, slope) in zip(checked, expected) {
      let name = design.layout.segments.first { $0.range.contains(index) }!.name
      guard name != "actor.log_std" else { continue }
      expectClose(
        Double(gradient[index]), slope, relative: 1e-4, absolute: 5e-5, "\(shape) \(name)")
    }
  }

  /// Step by step, with states carried by the caller, is the same as a sequence.
  @Test(arguments: Shape.remembering) func stepsGiveWhatASequenceGives(_ shape: Shape) {
    let design = shape.design
    let (rows, units) = (Self.count, shape.units)
    let x = numbers(Self.rows * shape.inputs, seed: 16)
    let weights = numbers(design.layout.count, seed: 15, scale: 0.5)
    var states = numbers(design.memories * rows * units, seed: 17)
    let starts = states
    let whole = ActorCriticNetwork(design, maximumRows: Self.rows, trains: true)
    whole.load(weights)
    let (outputs, values) = starts.withUnsafeBufferPointer {
      whole.forward(
        weights, x, rows: Self.rows,
        sequences: SequenceBatch(
          steps: Self.steps, count: rows, actorStarts: $0.baseAddress!,
          criticStarts: $0.baseAddress! + design.criticStateOffset(count: rows)))
    }
    let acting = ActorCriticNetwork(design, maximumRows: rows, trains: false)
    let stepping = ActorCriticNetwork(design, maximumRows: rows, trains: true)
    acting.load(weights)
    stepping.load(weights)
    var actorStates = Array(states[0..<(rows * units)])
    for step in 0..<Self.steps {
      let observations = Array(x[step * rows * shape.inputs..<(step + 1) * rows * shape.inputs])
      let expected = (0..<(rows * 3)).map { outputs[step * rows * 3 + $0] }
      let before = states
      _ = stepping.step(weights, observations, rows: rows, states: &states, remembers: false)
      #expect(states == before)
      let heads = stepping.step(
        weights, observations, rows: rows, states: &states, remembers: true)
      #expect((0..<(rows * 3)).map { heads.outputs[$0] } == expected)
      #expect((0..<rows).map { heads.values[$0] } == (0..<rows).map { values[step * rows + $0] })
      let alone = acting.act(weights, observations, rows: rows, state: &actorStates)
      #expect((0..<(rows * 3)).map { alone[$0] } == expected)
      #expect(actorStates == Array(states[0..<(rows * units)]))
    }
  }

  @Test func firstMatricesOfAMemoryAreOrthogonalAndItsBiasesZero() {
    let design = Shape(units: 6, hidden: [4], trunk: .separate).design
    let parameters = design.initialParameters(RandomStream(seed: 3))
    for part in ["actor", "critic"] {
      let weight = design.layout["\(part).gru.hidden.weight"]!
      #expect(weight.shape == [18, 6])
      for gate in 0..<3 {
        for a in 0..<6 {
          for b in 0..<6 {
            let product = (0..<6).reduce(0.0) { sum, column in
              let row = weight.offset + gate * 36 + column
              return sum + Double(parameters.values[row + a * 6] * parameters.values[row + b * 6])
            }
            expectClose(product, a == b ? 1 : 0, relative: 0, absolute: 1e-5, "U Uᵀ")
          }
        }
      }
      let bias = design.layout["\(part).gru.input.bias"]!
      #expect(parameters.values[bias.range].allSatisfy { $0 == 0 })
    }
  }

  @Test func workOfMemoriesAndConvolutionsIsCountedByHand() {
    let remembering = Shape(units: 4, hidden: [6], trunk: .separate).design
    let memory = 12 * 5 + 12 * 4
    #expect(remembering.actorMultiplyAccumulates == memory + 4 * 6 + 6 * 3)
    let all = 2 * (memory + 4 * 6) + 6 * 3 + 6
    #expect(remembering.trainingMultiplyAccumulates == 3 * all - 2 * 12 * 5)

    var seeing = Shape(units: 0, hidden: [], trunk: .shared)
    seeing.images = [ImagePlace(offset: 1, channels: 2, height: 4, width: 5)]
    seeing.inputs = 41
    seeing.filters = [FilterSettings(filters: 3, kernel: 2, stride: 1)]
    let filters = 3 * 4 * 3 * 8
    #expect(seeing.design.actorMultiplyAccumulates == filters + (1 + 36) * 3)
    #expect(seeing.design.layout["trunk.conv.0.0.weight"]?.shape == [3, 2, 2, 2])
    #expect(
      ConvolutionDesign.problem(
        of: [
          FilterSettings(filters: 1, kernel: 3, stride: 2), .init(filters: 1, kernel: 2, stride: 1),
        ],
        in: seeing.images[0])
        == "a filter of 2×2 cells does not fit an image of 1×2")
  }
}
