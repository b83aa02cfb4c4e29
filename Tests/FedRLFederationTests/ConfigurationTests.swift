import FedRLFederation
import Testing

@Suite struct ConfigurationTests {
  @Test func theDefaultsAreValid() { #expect(FederationConfiguration().validate().isEmpty) }

  @Test func everyProblemIsFoundAtOnce() {
    var configuration = FederationConfiguration()
    configuration.rounds = 0
    configuration.participation = .fraction(0)
    configuration.quorum = 0
    configuration.deadlineSeconds = -1
    configuration.sharedParts = []
    configuration.maximumNorm = .nan
    configuration.fractionBits = 53
    configuration.maximumUpdates = 1 << 17
    configuration.maximumSampleCount = 0
    configuration.serverLearningRate = 0
    configuration.normalizerWarmupRounds = 0
    configuration.normalizerCountLimit = 0
    let names = configuration.validate().map(\.setting)
    #expect(
      names == [
        "rounds", "participation", "normalizer_warmup_rounds", "normalizer_count_limit", "quorum",
        "deadline_seconds", "shared", "maximum_norm", "fraction_bits", "maximum_updates",
        "maximum_sample_count", "server_learning_rate",
      ])
    #expect(configuration.validate()[0].message == "expected an integer in 1...10000000, got 0")
  }

  @Test func aQuorumBeyondTheParticipantsIsRefused() {
    var configuration = FederationConfiguration()
    configuration.participation = .count(3)
    configuration.quorum = 4
    #expect(configuration.validate().map(\.setting) == ["quorum"])
    configuration.quorum = 3
    #expect(configuration.validate().isEmpty)
  }

  @Test func participationRoundsToWholeMembersAndAtLeastOne() {
    #expect(Participation.fraction(0.25).members(of: 10) == 3)
    #expect(Participation.fraction(0.01).members(of: 10) == 1)
    #expect(Participation.fraction(1).members(of: 7) == 7)
    #expect(Participation.fraction(1).members(of: 0) == 0)
    #expect(Participation.count(5).members(of: 3) == 3)
    #expect(Participation.count(2).members(of: 3) == 2)
  }

  @Test func fleetTimesAddInWholeMicroseconds() {
    var time = FleetTime.zero
    for _ in 0..<10_000_000 / 1000 { time = time + 0.1 }
    #expect(time == FleetTime(seconds: 1000))
    #expect(time.seconds == 1000)
    #expect(time - FleetTime(seconds: 999.5) == 0.5)
    #expect(FleetTime(seconds: 1) < FleetTime(seconds: 1.000001))
  }
}
