import FedRLFederation
import FedRLNumerics

/// A trunk, an actor and a critic, interleaved as networks with a shared trunk lay them out.
let layout: ParameterLayout = {
  var layout = ParameterLayout()
  layout.append("trunk.0.weight", shape: [3, 2], part: .trunk)
  layout.append("trunk.0.bias", shape: [3], part: .trunk)
  layout.append("critic.0.weight", shape: [1, 3], part: .critic)
  layout.append("actor.0.weight", shape: [2, 3], part: .actor)
  return layout
}()

let shared = SharedParameters(of: layout, parts: Set(ParameterPart.allCases))

func layout(of count: Int) -> ParameterLayout {
  var layout = ParameterLayout()
  layout.append("actor", shape: [count], part: .actor)
  return layout
}

func randomFloats(_ count: Int, _ random: inout RandomStream, scale: Double = 0.1) -> [Float] {
  (0..<count).map { _ in Float(random.normal() * scale) }
}

/// An update of the whole layout with random values.
func randomUpdate(
  _ random: inout RandomStream, base: Int = 0, features: Int? = nil, samples: Int? = nil,
  scale: Double = 0.1, of shared: SharedParameters = shared
) -> ModelUpdate {
  let samples = samples ?? 1 + random.integer(below: 4096)
  var sums: NormalizerSums?
  if let features {
    var collected = MomentSums(center: [Double](repeating: 0, count: features))
    for _ in 0..<7 { collected.add(randomFloats(features, &random, scale: 5)) }
    sums = NormalizerSums(collected)
  }
  return ModelUpdate(
    metadata: UpdateMetadata(
      baseVersion: ModelVersion(base), layoutDigest: shared.digest, sampleCount: samples,
      environmentSteps: samples, gradientSteps: random.integer(below: 1000),
      trainingSeconds: Float(random.uniform()), energyJoules: Float(random.uniform())),
    delta: randomFloats(shared.count, &random, scale: scale), sums: sums)
}

/// Bits, so that NaN equals itself and −0 does not equal 0.
func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }
func bits(_ values: [Double]) -> [UInt64] { values.map(\.bitPattern) }
