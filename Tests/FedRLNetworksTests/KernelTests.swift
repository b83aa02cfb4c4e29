import FedRLNumerics
import Foundation
import Testing

/// Each test runs in a process of its own per instruction set, because the choice holds for the whole
/// process; sets that this machine lacks pass unseen.
@Suite struct KernelTests {
  @Test func avx512KernelsGiveWhatTheirFormulasSay() async {
    await #expect(processExitsWith: .success) { checkKernels("avx512") }
  }
  @Test func avx2KernelsGiveWhatTheirFormulasSay() async {
    await #expect(processExitsWith: .success) { checkKernels("avx2") }
  }
  @Test func portableKernelsGiveWhatTheirFormulasSay() async {
    await #expect(processExitsWith: .success) { checkKernels("portable") }
  }

  @Test func wideAndNarrowRegistersGiveTheSameBits() async {
    await #expect(processExitsWith: .success) {
      guard Kernels.usePath("avx512") else { return }
      let wide = digestOfKernels()
      guard Kernels.usePath("avx2") else { return }
      precondition(digestOfKernels() == wide, "AVX-512 and AVX2 differ")
    }
  }

  @Test func anUnknownPathIsRefused() {
    #expect(!Kernels.usePath("abacus"))
    #expect(["avx512", "avx2", "portable"].contains(Kernels.pathName))
  }
}

private func numbers(_ count: Int, seed: UInt64) -> [Float] {
  var random = RandomStream(seed: seed)
  return (0..<count).map { _ in Float(2 * random.normal()) }
}

private func checkKernels(_ path: String) {
  guard Kernels.usePath(path) else { return }
  precondition(Kernels.pathName == path)
  checkTanh()
  checkPositions()
  for count in [1, 2, 15, 16, 17, 33, 64, 100, 277] {
    checkRows(rows: 7, columns: count)
    checkVectors(count)
  }
  checkNonFinite()
}

private func checkTanh() {
  var inputs = (-200_000...200_000).map { Float($0) * 5e-5 }
  inputs += [1e-30, -1e-30, 0, -0, 20, -20, 1e30, -1e30, .infinity, -.infinity, .ulpOfOne]
  var outputs = [Float](repeating: 0, count: inputs.count)
  Kernels.tanh(inputs, into: &outputs, count: inputs.count)
  for (x, y) in zip(inputs, outputs) {
    precondition(abs(Double(y) - tanh(Double(x))) <= 3e-7, "tanh(\(x)) gives \(y)")
    precondition(abs(y) <= 1, "tanh(\(x)) gives \(y)")
  }
  let negated = inputs.map { -$0 }
  var mirrored = outputs
  Kernels.tanh(negated, into: &mirrored, count: negated.count)
  precondition(zip(outputs, mirrored).allSatisfy { $0 == -$1 }, "tanh is not odd")
  for count in [1, 16, 20] {
    var nans = [Float](repeating: .nan, count: count)
    nans.withUnsafeMutableBufferPointer {
      Kernels.tanh($0.baseAddress!, into: $0.baseAddress!, count: count)
    }
    precondition(nans.allSatisfy(\.isNaN), "tanh hides NaN")
  }
}

/// An element's result must not depend on where it lies.
private func checkPositions() {
  let x = numbers(100, seed: 1)
  var whole = x
  Kernels.tanh(x, into: &whole, count: 100)
  for start in 0..<40 {
    for count in [1, 3, 15, 16, 17, 40] {
      var part = [Float](repeating: 7, count: count + 1)
      x.withUnsafeBufferPointer { Kernels.tanh($0.baseAddress! + start, into: &part, count: count) }
      precondition(Array(whole[start..<(start + count)]) == Array(part.dropLast()))
      precondition(part[count] == 7, "written past the end")
    }
  }
}

private func checkRows(rows: Int, columns: Int) {
  let x = numbers(rows * columns, seed: 2)
  let bias = numbers(columns, seed: 3)
  func value(_ index: Int) -> Double { Double(x[index]) }
  func expect(
    _ name: String, _ actual: [Float], tolerance: Double = 2e-6, _ formula: (Int, Int) -> Double
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        let expected = formula(row, column)
        let got = Double(actual[row * columns + column])
        precondition(
          abs(got - expected) <= tolerance * (1 + abs(expected)),
          "\(name) of \(columns) columns: \(got), not \(expected)")
      }
    }
  }
  var y = x
  Kernels.addBias(&y, bias: bias, rows: rows, columns: columns)
  expect("bias", y) { value($0 * columns + $1) + Double(bias[$1]) }
  y = x
  Kernels.addBiasThenTanh(&y, bias: bias, rows: rows, columns: columns)
  expect("bias and tanh", y) { tanh(Double(x[$0 * columns + $1] + bias[$1])) }
  y = x
  Kernels.addBiasThenReLU(&y, bias: bias, rows: rows, columns: columns)
  expect("bias and ReLU", y) { max(value($0 * columns + $1) + Double(bias[$1]), 0) }

  var sums = [Float](repeating: 9, count: columns)
  Kernels.columnSums(x, rows: rows, columns: columns, into: &sums)
  for column in 0..<columns {
    let exact = (0..<rows).reduce(0) { $0 + value($1 * columns + column) }
    precondition(abs(Double(sums[column]) - exact) < 1e-5, "column sums")
  }
  let inverse = bias.map { abs($0) * 4 }
  Kernels.normalize(
    x, mean: bias, inverse: inverse, limit: 10, into: &y, rows: rows, columns: columns)
  expect("normalize", y, tolerance: 1e-5) {
    min(max((value($0 * columns + $1) - Double(bias[$1])) * Double(inverse[$1]), -10), 10)
  }
  checkGather(x, rows: rows, columns: columns)
  checkMoments(x, rows: rows, columns: columns)
}

private func checkGather(_ x: [Float], rows: Int, columns: Int) {
  let indices: [Int32] = (0..<20).map { Int32($0 * 5 % rows) }
  var gathered = [Float](repeating: 0, count: 20 * columns)
  Kernels.gatherRows(x, indices: indices, rows: 20, columns: columns, into: &gathered)
  for (row, index) in indices.enumerated() {
    precondition(
      gathered[row * columns..<(row + 1) * columns]
        .elementsEqual(x[Int(index) * columns..<(Int(index) + 1) * columns]), "gather")
  }
}

private func checkMoments(_ x: [Float], rows: Int, columns: Int) {
  let center = numbers(columns, seed: 4).map { Double($0) }
  var first = [Double](repeating: 1, count: columns)
  var second = [Double](repeating: 2, count: columns)
  Kernels.addMomentSums(
    x, rows: rows, columns: columns, center: center, first: &first, second: &second)
  var oracle = MomentSums(center: center)
  x.withUnsafeBufferPointer { x in
    for row in 0..<rows { oracle.add(x.baseAddress! + row * columns) }
  }
  for column in 0..<columns {
    precondition(abs(first[column] - 1 - oracle.first[column]) < 1e-12, "first moments")
    precondition(abs(second[column] - 2 - oracle.second[column]) < 1e-11, "second moments")
  }
}

private func checkVectors(_ count: Int) {
  let x = numbers(count, seed: 5)
  let y = numbers(count, seed: 6)
  let output = x.map { Float(tanh(Double($0))) }
  func expect(_ name: String, _ actual: [Float], _ formula: (Int) -> Double) {
    for index in 0..<count {
      let expected = formula(index)
      precondition(
        abs(Double(actual[index]) - expected) <= 1e-6 * (1 + abs(expected)),
        "\(name) of \(count): \(actual[index]), not \(expected)")
    }
  }
  var d = y
  Kernels.tanhBackward(&d, output: output, count: count)
  expect("tanh backward", d) { Double(y[$0]) * (1 - Double(output[$0]) * Double(output[$0])) }
  d = y
  Kernels.reluBackward(&d, output: x, count: count)
  expect("ReLU backward", d) { x[$0] > 0 ? Double(y[$0]) : 0 }
  d = y
  Kernels.scale(&d, by: 0.3, count: count)
  expect("scale", d) { Double(y[$0]) * Double(Float(0.3)) }
  d = y
  Kernels.add(x, times: -0.7, to: &d, count: count)
  expect("add", d) { Double(y[$0]) - Double(Float(0.7)) * Double(x[$0]) }
  let squares = x.reduce(0.0) { $0 + Double($1) * Double($1) }
  precondition(
    abs(Kernels.sumOfSquares(x, count: count) - squares) <= 1e-13 * squares, "sum of squares")
}

private func checkNonFinite() {
  for count in [1, 16, 40] {
    for place in 0..<count {
      for bad in [Float.nan, .infinity, -.infinity] {
        var x = [Float](repeating: .greatestFiniteMagnitude, count: count)
        precondition(Kernels.firstNonFinite(x, count: count) == nil)
        x[place] = bad
        x[count - 1] = place == count - 1 ? bad : .nan
        precondition(Kernels.firstNonFinite(x, count: count) == place)
      }
    }
  }
}

/// All kernels' results on the same inputs, as text.
private func digestOfKernels() -> String {
  let x = numbers(7 * 85, seed: 7)
  let bias = numbers(85, seed: 8)
  var results: [Float] = []
  var y = x
  Kernels.addBiasThenTanh(&y, bias: bias, rows: 7, columns: 85)
  results += y
  Kernels.tanhBackward(&y, output: x.map { tanh($0) }, count: x.count)
  results += y
  Kernels.normalize(x, mean: bias, inverse: bias, limit: 10, into: &y, rows: 7, columns: 85)
  results += y
  var m = x.map { $0 * 0.1 }
  var v = x.map { $0 * $0 }
  Kernels.adam(
    parameters: &y, firstMoments: &m, secondMoments: &v, gradient: x, count: x.count,
    gradientScale: 0.5, learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-5,
    beta1Power: 0.81, beta2Power: 0.998)
  results += y + m + v
  results.append(Float(Kernels.sumOfSquares(x, count: x.count)))
  return results.withUnsafeBytes { SHA256.hexadecimal($0) }
}
