import FedRLClassicControl
import FedRLCore
import FedRLDrone
import FedRLGymnasium
import FedRLReferenceWorlds
import FedRLVacuum
import FedRLVehicle

/// Environment steps per second, with actions drawn beforehand.
func measureEnvironments(_ bench: Bench) throws {
  func steps(_ name: String, _ kind: any EnvironmentKind, copies: Int, hold: Int = 1, all: Bool)
    throws
  {
    try bench.rate(
      "\(name), \(copies) \(copies == 1 ? "copy" : "copies")", "steps/s", onAllThreads: all
    ) {
      let driver = Driver(kind, copies: copies, hold: hold)
      return { driver.run() }
    }
  }
  try steps("cartpole", Subjects.cartPole, copies: 8, all: false)
  try steps("cartpole", Subjects.cartPole, copies: 1024, all: true)
  try steps("lunarlander", Subjects.lunarLander, copies: 8, all: true)
  try steps("lunarlander-continuous", LunarLanderKind(isContinuous: true), copies: 8, all: false)
  try steps("bipedal-walker", BipedalWalkerKind(), copies: 8, all: true)
  // The defaults: 24 rays, compact observation, actions of 0.2 s in ten substeps.
  let plain = try Subjects.vacuum()
  for copies in [1, 4, 8, 64] {
    try steps("vacuum diffdrive", plain, copies: copies, hold: 8, all: copies == 8)
  }
  try steps(
    "vacuum diffdrive as the flagship", try Subjects.flagshipVacuum(), copies: 4, hold: 8,
    all: false)
  let lattice = try Subjects.vacuum { $0.dynamics = .discrete }
  guard case .discrete = lattice.specification.actions else { return }
  for copies in [8, 64] { try steps("vacuum discrete", lattice, copies: copies, all: copies == 64) }
  // Eight physics steps and eight rays an action, among obstacles and in turbulence.
  for (name, map) in [("drone", ""), ("drone in a home", Subjects.home)] {
    try steps(name, try Subjects.drone(map: map), copies: 8, all: map.isEmpty)
  }
  if let python = bench.options.python {
    var settings = GymnasiumSettings()
    settings.python = python
    let kind = try GymnasiumKind(
      id: "CartPole-v1", settings, EnvironmentContext(baseDirectory: "."))
    try steps("Gymnasium's cartpole in Python, through the bridge", kind, copies: 8, all: false)
  }
  try measureVehicles { try steps($0, $1, copies: $2, hold: $3, all: $4) }
}

/// 32 rays and four cars of traffic beside the own one; random actions, as drawn beforehand, bring
/// the car into contact with walls much of the time where contacts do not end its episodes.
private func measureVehicles(
  _ steps: (String, any EnvironmentKind, Int, Int, Bool) throws -> Void
) throws {
  for model in VehicleModel.allCases {
    let kind = try Subjects.vehicle {
      $0.model = model
      $0.observation = .lidar
      $0.traffic = 4
    }
    try steps("vehicle \(model.rawValue), 32 rays, 5 cars", kind, 8, 8, model == .singleTrack)
  }
  let scraping = try Subjects.vehicle {
    $0.observation = .lidar
    $0.traffic = 4
    $0.collisionEnds = false
    $0.offTrackEnds = false
  }
  try steps("vehicle single_track scraping along walls", scraping, 8, 8, false)
}
