import FedRLFederation
import FedRLNumerics
import FedRLTestSupport
import Foundation
import Testing

@Suite struct ServerOptimizerTests {
  struct Reference: Decodable {
    struct Case: Decodable {
      let start: [Float]
      let client_deltas: [[[Float]]]
      let client_examples: [[Int]]
      let fedavg: [[Double]]
    }
    let cases: [Case]
  }

  @Test func theStepMovesByTheLearningRate() {
    var optimizer = FederatedAveraging(learningRate: 0.5)
    var parameters = ParameterVector(layout: layout(of: 2), values: [1, -2])
    optimizer.apply([0.25, 4], to: &parameters)
    #expect(parameters.values == [1.125, 0])
  }

  @Test func eachParameterIsRoundedOnce() {
    var optimizer = FederatedAveraging()
    var parameters = ParameterVector(layout: layout(of: 1), values: [1])
    // 2⁻²⁴ + 2⁻⁵⁰ is just above half a step of Float at 1; rounding the change first would lose it.
    optimizer.apply([0x1p-24 + 0x1p-50], to: &parameters)
    #expect(parameters.values == [Float(1).nextUp])
  }

  @Test func federatedAveragingEqualsTheReference() throws {
    guard let data = try SharedData.bytes("reference/server_optimisers.json") else { return }
    let reference = try JSONDecoder().decode(Reference.self, from: data)
    for test in reference.cases {
      let shared = SharedParameters(of: layout(of: test.start.count), parts: [.actor])
      var optimizer = FederatedAveraging()
      var parameters = test.start.map { Double($0) }
      for (round, deltas) in test.client_deltas.enumerated() {
        var sum = WeightedMean(
          parameters: test.start.count, weighting: .samples, fractionBits: 44,
          maximumUpdates: 16, maximumSampleCount: 256)
        for (delta, examples) in zip(deltas, test.client_examples[round]) {
          try sum.accumulate(
            ModelUpdate(
              metadata: UpdateMetadata(
                baseVersion: .initial, layoutDigest: shared.digest, sampleCount: examples,
                environmentSteps: examples),
              delta: delta))
        }
        optimizer.step(&parameters, meanDelta: try sum.finish().meanDelta)
        for (got, expected) in zip(parameters, test.fedavg[round]) {
          // The file's tolerance: 1e-9 relative.
          #expect(abs(got - expected) <= 1e-9 * abs(expected))
        }
      }
      #expect(test.client_deltas.count == 8)
    }
  }

  @Test func fixedPointMeansEqualTheReference() throws {
    struct Case: Decodable {
      let clip: Float?
      let inputs: [[Float]]?
      let clipped_mean: [Double]?
    }
    struct File: Decodable { let cases: [Case] }
    guard let data = try SharedData.bytes("reference/secagg_fixed_point.json") else { return }
    var compared = 0
    for test in try JSONDecoder().decode(File.self, from: data).cases {
      guard let clip = test.clip, let inputs = test.inputs, let expected = test.clipped_mean else {
        continue
      }
      var sum = ExactSum(count: expected.count)
      for input in inputs { try sum.add(input.map { min(max($0, -clip), clip) }) }
      for (got, want) in zip(sum.values(dividedBy: Double(inputs.count)), expected) {
        // Every term is rounded to a multiple of 2⁻³².
        #expect(abs(got - want) <= 0x1p-33 + 1e-15)
        compared += 1
      }
    }
    #expect(compared == 11)
  }
}
