import FedRLNumerics
import Testing

/// The layers' products against sums in double precision, for every path of this processor, for
/// widths with and without a rest of a vector and for every height of a tile.
/// A path is chosen for a whole process, so each has one of its own.
@Suite struct LayerKernelTests {
  @Test func avx512LayersMatchSumsInDouble() async {
    await #expect(processExitsWith: .success) { LayerCheck("avx512")?.run() }
  }

  @Test func avx2LayersMatchSumsInDouble() async {
    await #expect(processExitsWith: .success) { LayerCheck("avx2")?.run() }
  }

  @Test func portableLayersMatchSumsInDouble() async {
    await #expect(processExitsWith: .success) { LayerCheck("portable")?.run() }
  }

  @Test func layersOfTheChosenPathMatchSumsInDouble() async {
    await #expect(processExitsWith: .success) { LayerCheck(Kernels.pathName)!.run() }
  }

  @Test func wideAndNarrowVectorsGiveTheSameBits() async {
    await #expect(processExitsWith: .success) {
      guard let wide = LayerCheck("avx512")?.sample(), let narrow = LayerCheck("avx2")?.sample()
      else { return }
      precondition(wide == narrow, "AVX-512 and AVX2 differ")
    }
  }

  @Test func aRowDoesNotDependOnTheOthers() {
    let (inputs, outputs) = (33, 70)
    let w = numbers(outputs * inputs, seed: 9)
    let bias = numbers(outputs, seed: 10)
    let x = numbers(13 * inputs, seed: 11)
    func forward(_ rows: Range<Int>) -> [Float] {
      var y = [Float](repeating: 0, count: rows.count * outputs)
      x.withUnsafeBufferPointer {
        Kernels.layerForward(
          $0.baseAddress! + rows.lowerBound * inputs, transposed: w, bias: bias, into: &y,
          rows: rows.count, inputs: inputs, outputs: outputs, .tanh)
      }
      return y
    }
    let all = forward(0..<13)
    for row in 0..<13 {
      #expect(forward(row..<(row + 1)) == Array(all[row * outputs..<(row + 1) * outputs]))
    }
  }
}

private func numbers(_ count: Int, seed: UInt64) -> [Float] {
  var random = RandomStream(seed: seed)
  return (0..<count).map { _ in Float(random.normal()) }
}

private struct LayerCheck {
  let path: String
  private let functions = [
    Kernels.LayerFunction.linear, Kernels.LayerFunction.tanh, Kernels.LayerFunction.relu,
  ]

  /// `nil` where this processor does not have the path.
  init?(_ path: String) {
    guard Kernels.usePath(path) else { return nil }
    self.path = path
  }

  func run() {
    for rows in [1, 2, 3, 4, 5, 6, 7, 8, 13] {
      for width in [1, 15, 16, 17, 31, 32, 48, 63, 64, 80, 130] {
        checkForward(rows, width)
        checkInputGradient(rows, width)
        checkWeightGradient(rows, width)
        checkMemory(rows, width)
      }
    }
  }

  func sample() -> [Float] {
    let (rows, inputs, outputs) = (7, 40, 35)
    var y = [Float](repeating: 0, count: rows * outputs)
    Kernels.layerForward(
      numbers(rows * inputs, seed: 12), transposed: numbers(outputs * inputs, seed: 13),
      bias: numbers(outputs, seed: 14), into: &y, rows: rows, inputs: inputs, outputs: outputs,
      .tanh)
    return y
  }

  /// What stands behind an array shows a write past its end.
  private func guarded(_ count: Int, _ value: Float = 9) -> [Float] {
    [Float](repeating: value, count: count + 20)
  }

  private func check(
    _ got: [Float], _ count: Int, _ expected: (Int) -> Double, _ what: String
  ) {
    for index in 0..<count {
      let exact = expected(index)
      guard (Double(got[index]) - exact).magnitude <= 1e-5 * (1 + exact.magnitude) else {
        preconditionFailure("\(what): element \(index) is \(got[index]), expected \(exact)")
      }
    }
    precondition(got[count...].allSatisfy { $0 == 9 }, "\(what) wrote past the end")
  }

  private func apply(_ f: Kernels.LayerFunction, _ x: Double) -> Double {
    switch f {
    case .linear: x
    case .tanh: tanhByExponentials(x)
    case .relu: max(x, 0)
    }
  }

  private func slope(_ f: Kernels.LayerFunction, output y: Double) -> Double {
    switch f {
    case .linear: 1
    case .tanh: 1 - y * y
    case .relu: y > 0 ? 1 : 0
    }
  }

  private func checkForward(_ rows: Int, _ outputs: Int) {
    let inputs = 11
    let x = numbers(rows * inputs, seed: 1)
    let w = numbers(outputs * inputs, seed: 2)
    let bias = numbers(outputs, seed: 3)
    var transposed = guarded(w.count)
    Kernels.transpose(w, rows: outputs, columns: inputs, into: &transposed)
    check(transposed, w.count, { Double(w[$0 % outputs * inputs + $0 / outputs]) }, "transpose")
    for f in functions {
      var y = guarded(rows * outputs)
      Kernels.layerForward(
        x, transposed: transposed, bias: bias, into: &y, rows: rows, inputs: inputs,
        outputs: outputs, f)
      check(
        y, rows * outputs,
        { index in
          let (row, column) = (index / outputs, index % outputs)
          let sum = (0..<inputs).reduce(Double(bias[column])) {
            $0 + Double(x[row * inputs + $1]) * Double(w[column * inputs + $1])
          }
          return apply(f, sum)
        }, "\(path) \(rows) × \(outputs) \(f)")
    }
  }

  private func checkInputGradient(_ rows: Int, _ inputs: Int) {
    let outputs = 9
    let dy = numbers(rows * outputs, seed: 4)
    let w = numbers(outputs * inputs, seed: 5)
    let below = numbers(rows * inputs, seed: 6).map { min(max($0, -0.9), 0.9) }
    for f in functions {
      for adds in [false, true] {
        var dx = guarded(rows * inputs)
        for index in 0..<(rows * inputs) { dx[index] = 0.5 }
        below.withUnsafeBufferPointer {
          Kernels.layerInputGradient(
            dy, weights: w, into: &dx, adds: adds, rows: rows, inputs: inputs,
            outputs: outputs, below: ($0.baseAddress!, f))
        }
        check(
          dx, rows * inputs,
          { index in
            let (row, column) = (index / inputs, index % inputs)
            let sum = (0..<outputs).reduce(adds ? 0.5 : 0) {
              $0 + Double(dy[row * outputs + $1]) * Double(w[$1 * inputs + column])
            }
            return sum * slope(f, output: Double(below[index]))
          }, "\(path) \(rows) × \(inputs) \(f)")
      }
    }
  }

  private func checkWeightGradient(_ outputs: Int, _ inputs: Int) {
    let samples = 23
    let dy = numbers(samples * outputs, seed: 7)
    let x = numbers(samples * inputs, seed: 8)
    var gradient = guarded(outputs * inputs)
    Kernels.outerProducts(
      dy, x, into: &gradient, rows: samples, columnsA: outputs, columnsB: inputs)
    check(
      gradient, outputs * inputs,
      { index in
        (0..<samples).reduce(0) {
          $0 + Double(dy[$1 * outputs + index / inputs]) * Double(x[$1 * inputs + index % inputs])
        }
      }, "\(path) \(outputs) × \(inputs)")
  }

  /// One step of gated recurrent units forward and, with random slopes, backward.
  private func checkMemory(_ rows: Int, _ units: Int) {
    let inputSums = numbers(rows * 3 * units, seed: 20)
    let stateSums = numbers(rows * 3 * units, seed: 21)
    let state = numbers(rows * units, seed: 22)
    let slope = numbers(rows * units, seed: 23)
    func sigmoid(_ x: Double) -> Double { 0.5 + 0.5 * tanhByExponentials(x / 2) }
    struct Unit { var r, z, n, h, u, d: Double }
    func unit(_ index: Int) -> Unit {
      let first = index / units * 3 * units + index % units
      func sum(_ gate: Int) -> Double {
        Double(inputSums[first + gate * units]) + Double(stateSums[first + gate * units])
      }
      let r = sigmoid(sum(0))
      let u = Double(stateSums[first + 2 * units])
      let n = tanhByExponentials(Double(inputSums[first + 2 * units]) + r * u)
      return Unit(
        r: r, z: sigmoid(sum(1)), n: n, h: Double(state[index]), u: u, d: Double(slope[index]))
    }
    var gates = inputSums + guarded(0)
    var recurrent = stateSums + guarded(0)
    var next = guarded(rows * units)
    Kernels.gruForward(
      &gates, recurrent: recurrent, state: state, into: &next, rows: rows, units: units)
    let what = "\(path) memory \(rows) × \(units)"
    check(next, rows * units, { unit($0).n + unit($0).z * (unit($0).h - unit($0).n) }, what)
    func gate(_ index: Int) -> (gate: Int, unit: Unit) {
      let (row, place) = (index / (3 * units), index % (3 * units))
      return (place / units, unit(row * units + place % units))
    }
    check(
      gates, rows * 3 * units,
      {
        gate($0).gate == 0
          ? gate($0).unit.r : gate($0).gate == 1 ? gate($0).unit.z : gate($0).unit.n
      }, what)

    var d = slope + guarded(0)
    Kernels.gruBackward(
      &gates, recurrent: &recurrent, state: state, d: &d, rows: rows, units: units)
    func gradient(_ index: Int, ofStates: Bool) -> Double {
      let (gate, unit) = gate(index)
      let candidate = unit.d * (1 - unit.z) * (1 - unit.n * unit.n)
      switch gate {
      case 0: return candidate * unit.u * unit.r * (1 - unit.r)
      case 1: return unit.d * (unit.h - unit.n) * unit.z * (1 - unit.z)
      default: return ofStates ? candidate * unit.r : candidate
      }
    }
    check(d, rows * units, { unit($0).d * unit($0).z }, what)
    check(gates, rows * 3 * units, { gradient($0, ofStates: false) }, what)
    check(recurrent, rows * 3 * units, { gradient($0, ofStates: true) }, what)
  }
}

/// tanh from exponentials of small steps, so that the test shares nothing with the kernel.
private func tanhByExponentials(_ x: Double) -> Double {
  var power = 1.0
  var term = 1.0
  // e^(2x/64), then squared six times.
  let step = 2 * x / 64
  for n in 1...20 {
    term *= step / Double(n)
    power += term
  }
  for _ in 0..<6 { power *= power }
  return (power - 1) / (power + 1)
}
