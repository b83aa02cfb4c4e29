import FedRLClassicControl
import FedRLTestSupport
import Testing

/// The plain forms against steps recorded from Gymnasium's own code.
@Suite struct ParityTests {
  @Test func everyRecordedStepOfCartPoleIsMatched() throws {
    Parity.expectSingleSteps(try RecordedEpisode<CartPole>.all("CartPole-v1"))
  }

  @Test func everyRecordedStepOfAcrobotIsMatched() throws {
    Parity.expectSingleSteps(try RecordedEpisode<Acrobot>.all("Acrobot-v1"))
  }

  @Test func everyRecordedStepOfMountainCarIsMatched() throws {
    Parity.expectSingleSteps(try RecordedEpisode<MountainCar>.all("MountainCar-v0"))
  }

  @Test func everyRecordedStepOfMountainCarContinuousIsMatched() throws {
    Parity.expectSingleSteps(
      try RecordedEpisode<MountainCarContinuous>.all("MountainCarContinuous-v0"))
  }

  @Test func everyRecordedStepOfPendulumIsMatched() throws {
    Parity.expectSingleSteps(try RecordedEpisode<Pendulum>.all("Pendulum-v1"))
  }

  @Test func wholeEpisodesAreMatched() throws {
    Parity.expectEpisodes(try RecordedEpisode<CartPole>.all("CartPole-v1"))
    Parity.expectEpisodes(try RecordedEpisode<MountainCar>.all("MountainCar-v0"))
    Parity.expectEpisodes(
      try RecordedEpisode<MountainCarContinuous>.all("MountainCarContinuous-v0"))
    Parity.expectEpisodes(try RecordedEpisode<Pendulum>.all("Pendulum-v1"))
  }

  /// Chaotic: later steps multiply the last digits' differences without bound.
  @Test func theFirst50StepsOfAcrobotAreMatched() throws {
    Parity.expectEpisodes(try RecordedEpisode<Acrobot>.all("Acrobot-v1"), steps: 50)
  }

  @Test func truncationComesAtExactlyTheRecordedStep() throws {
    Parity.expectTruncation(try RecordedEpisode<CartPole>.all("CartPole-v1"), at: 500)
    Parity.expectTruncation(try RecordedEpisode<Acrobot>.all("Acrobot-v1"), at: 500)
    Parity.expectTruncation(try RecordedEpisode<MountainCar>.all("MountainCar-v0"), at: 200)
    Parity.expectTruncation(
      try RecordedEpisode<MountainCarContinuous>.all("MountainCarContinuous-v0"), at: 999)
    Parity.expectTruncation(try RecordedEpisode<Pendulum>.all("Pendulum-v1"), at: 200)
  }

  @Test func recordedStepsOfOtherSettingsWouldNotBeMatched() throws {
    let episodes = try RecordedEpisode<Pendulum>.all("Pendulum-v1")
    var heavier = PendulumSettings()
    heavier.mass = 1.000001
    for episode in episodes {
      var world = Pendulum(heavier)
      world.state = episode.states[0]
      _ = world.advance(2)
      let heavy = world.state
      world = Pendulum()
      world.state = episode.states[0]
      _ = world.advance(2)
      #expect((world.state.angularVelocity - heavy.angularVelocity).magnitude > 1e-8)
    }
  }
}
