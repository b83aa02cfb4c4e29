import FedRLCore
import FedRLMaps
import FedRLVehicle
import Testing

@Suite struct ConformanceTests {
  @Test(arguments: VehicleModel.allCases, VehicleActions.allCases)
  func everyModelKeepsTheRulesOfEnvironments(model: VehicleModel, actions: VehicleActions) throws {
    for observation in VehicleObservation.allCases {
      let kind = try Bench.kind {
        $0.model = model
        $0.actions = actions
        $0.observation = observation
        $0.traffic = 2
        $0.episodeSeconds = 8
        $0.steeringDelay = 0.02
      }
      #expect(checkEnvironment(kind) == [], "\(observation)")
    }
  }

  @Test(arguments: VehicleModel.allCases)
  func drivingOnAfterContactsKeepsThem(model: VehicleModel) throws {
    let kind = try Bench.kind {
      $0.model = model
      $0.observation = .both
      $0.collisionEnds = false
      $0.offTrackEnds = false
      $0.reverseSpeed = 3
      $0.traffic = 4
      $0.episodeSeconds = 6
      $0.startSpeed = 5
    }
    #expect(checkEnvironment(kind) == [])
  }

  @Test func aWorldWithoutWallsKeepsThem() throws {
    let kind = try Bench.kind {
      $0.walls = .none
      $0.observation = .both
      $0.startSpeed = 6
      $0.episodeSeconds = 5
    }
    #expect(checkEnvironment(kind) == [])
  }

  @Test func aFullSizeCarKeepsThem() throws {
    let kind = try Bench.kind(Bench.largeOval) {
      $0.vehicle = .bmw320i
      $0.observation = .both
      $0.traffic = 3
      $0.startSpeed = 15
      $0.episodeSeconds = 6
      $0.laps = 1
    }
    #expect(checkEnvironment(kind) == [])
  }
}
