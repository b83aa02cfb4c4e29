import FedRLCore
import FedRLFederation
import FedRLNumerics
import FedRLScenario
import FedRLSimulation
import Foundation
import Testing

@Suite struct ScenarioLoaderTests {
  @Test func aScenarioBecomesTypedValues() throws {
    let scenario = try load(
      scenarioText(
        scenario: "name = \"patrol\"\nseed = 7\nrounds = 3\nmax_seconds = 60",
        environment: "speed = 2", policy: "clip = 0.1",
        fleet: """
          [[fleet]]
          name = "small"
          count = 2
          device = "pi-5"
          link = "nb-iot"
          steps_per_round = 64
          collects = "simulation"
          [fleet.environment]
          size = 2
          [[fleet]]
          name = "large"
          [fleet.device_overrides]
          battery_wh = 3
          """,
        rest: """
          [federation]
          participation = 0.5
          shared_parts = ["trunk", "actor"]
          [evaluation]
          every = 2
          arms = ["federated"]
          [output]
          directory = "out"
          """))
    #expect(scenario.name == "patrol")
    #expect(scenario.seed == 7)
    #expect(scenario.rounds == 3)
    #expect(scenario.maximumSeconds == 60)
    #expect(scenario.members.map(\.name) == ["small/1", "small/2", "large/1"])
    #expect(scenario.members.map(\.stepsPerRound) == [64, 64, 2048])
    #expect(scenario.members[0].trainsInSimulation)
    #expect(!scenario.members[2].trainsInSimulation)
    #expect(scenario.members[1].device.name == "pi-5")
    #expect(scenario.members[1].link.name == "nb-iot")
    #expect(scenario.members[1].environmentSettings["size"] == .integer(2))
    #expect(scenario.members[2].environmentSettings["size"] == .integer(4))
    #expect(scenario.members[2].environmentSettings["speed"] == .integer(2))
    #expect(scenario.members[2].device.batteryJoules == 10_800)
    #expect(scenario.policySettings["clip"] == .number(0.1))
    #expect(scenario.policySettings["width"] == .integer(64))
    #expect(scenario.federation.selected(of: 3) == 2)
    #expect(scenario.federation.sharedParts == [.trunk, .actor])
    #expect(scenario.evaluation.everyRounds == 2)
    #expect(scenario.evaluation.arms == [.federated])
    #expect(scenario.output.directory == "out")
    #expect(scenario.evaluationEnvironments.map(\.name) == ["room"])
    #expect(scenario.environmentSteps == 3 * (64 + 64 + 2048))
  }

  @Test func theFilesNameIsTheScenariosName() throws {
    #expect(try load(scenarioText()).name == "patrol")
  }

  @Test func overridesReachSectionsAndGroups() throws {
    let scenario = try load(
      scenarioText(
        fleet: "[[fleet]]\nname = \"a\"\ncount = 2\n[[fleet]]\nname = \"b\""),
      set: [
        "scenario.seed=9", "environment.mode=slow", "fleet.b.count=3", "fleet.0.device=pi-5",
        "fleet.*.steps_per_round=256", "fleet.*.environment.map = maps/x y.yaml",
        "evaluation.environment.speed={ each = [1, 2] }", "policy.clip=0.3",
        "expect.\"totals.wall_s\"=< 60",
      ])
    #expect(scenario.seed == 9)
    #expect(scenario.members.map(\.group) == ["a", "a", "b", "b", "b"])
    #expect(scenario.members[0].device.name == "pi-5")
    #expect(scenario.members[2].device.name == FleetGroupSettings().device)
    #expect(scenario.members.allSatisfy { $0.stepsPerRound == 256 })
    let map = FileManager.default.currentDirectoryPath + "/maps/x y.yaml"
    #expect(scenario.members[3].environmentSettings["map"] == .text(map))
    #expect(scenario.members[3].environmentSettings["mode"] == .text("slow"))
    #expect(scenario.evaluationEnvironments.map(\.name) == ["speed=1", "speed=2"])
    #expect(scenario.policySettings["clip"] == .number(0.3))
    #expect(scenario.expectations.map(\.description) == ["totals.wall_s < 60.0"])
  }

  @Test func seedAndRoundsGivenByTheCallerWin() throws {
    let scenario = try ScenarioLoader.load(
      text: scenarioText(), path: "patrol.toml", overrides: ["scenario.seed=9"], seed: 11,
      rounds: 5, registry: registry)
    #expect(scenario.seed == 11)
    #expect(scenario.rounds == 5)
  }

  @Test func groupsWithoutNamesGetOnes() throws {
    let one = try load(scenarioText(fleet: "[[fleet]]\ncount = 1"))
    #expect(one.members.map(\.name) == ["fleet/1"])
    let two = try load(scenarioText(fleet: "[[fleet]]\n[[fleet]]\ncount = 2"))
    #expect(two.members.map(\.name) == ["group1/1", "group2/1", "group2/2"])
    #expect(two.groups == ["group1", "group2"])
  }

  @Test func theFederationIsTheCoordinators() throws {
    let scenario = try load(
      scenarioText(
        rest: """
          [federation]
          participation = 0.5
          weighting = "uniform"
          normalizer = "local"
          deadline_seconds = 60
          quorum = 0.75
          shared_parts = ["trunk", "actor"]
          max_update_norm = 10
          server_learning_rate = 0.5
          """))
    let configuration = scenario.federationConfiguration
    #expect(configuration.rounds == 3)
    #expect(configuration.participation == .fraction(0.5))
    #expect(configuration.weighting == .uniform)
    #expect(configuration.normalizer == .local)
    #expect(configuration.deadlineSeconds == 60)
    // Three quarters of the two that are selected.
    #expect(configuration.quorum == 2)
    #expect(configuration.sharedParts == [.trunk, .actor])
    #expect(configuration.maximumNorm == 10)
    #expect(configuration.maximumSampleCount == 128)
    #expect(configuration.serverLearningRate == 0.5)
    #expect(configuration.validate().isEmpty)
    #expect(scenario.updatePipeline.codec.name == "float32")
  }
}
