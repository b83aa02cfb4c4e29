import FedRLFederation
import FedRLNumerics
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite(.serialized) struct RoundTimingTests {
  /// Of this thread, so that a busy machine counts little.
  private func processorTime() -> Duration {
    #if canImport(Glibc)
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    #else
      return .zero
    #endif
  }

  /// Decoding, admitting, summing and merging, as the coordinator does them; prints the time.
  @Test func aRoundOfAThousandMembersIsQuick() {
    #if DEBUG
      let (members, parameters) = (20, 5_000)
    #else
      let (members, parameters) = (1_000, 50_000)
    #endif
    var random = RandomStream(seed: 61)
    let layout = layout(of: parameters)
    let shared = SharedParameters(of: layout, parts: [.actor])
    let codec = Float32Codec()
    let delta = randomFloats(parameters, &random, scale: 0.01)
    for weighting in Weighting.allCases {
      var best = Duration.seconds(1000)
      var configuration = FederationConfiguration()
      configuration.rounds = 3
      configuration.weighting = weighting
      configuration.maximumNorm = 1000
      var coordinator = Coordinator(
        configuration: configuration, initial: ParameterVector(layout: layout))
      for member in 0..<members {
        _ = coordinator.handle(.memberAvailable(MemberID(member)), at: .zero)
      }
      for base in 0..<3 {
        let updates = (0..<members).map { member in
          var changed = delta
          changed[member % parameters] = 1
          return codec.encode(
            ModelUpdate(
              metadata: UpdateMetadata(
                baseVersion: ModelVersion(base), layoutDigest: shared.digest,
                sampleCount: 1 + member, environmentSteps: 1),
              delta: changed))
        }
        let start = processorTime()
        _ = coordinator.handle(.beginRound, at: .zero)
        for (member, update) in updates.enumerated() {
          _ = coordinator.handle(.updateReceived(from: MemberID(member), update), at: .zero)
        }
        let elapsed = processorTime() - start
        #expect(coordinator.model.version == ModelVersion(base + 1))
        best = min(best, elapsed)
      }
      print("round of \(members) members x \(parameters) parameters, \(weighting): \(best)")
      // Many times the usual figure: a sign of a changed order of growth, not of a slow machine.
      #expect(best < .seconds(1))
    }
  }
}
