public import FedRLCore
import FedRLMaps

extension DroneSettings {
  public static var settings: [Setting<DroneSettings>] {
    taskSettings + craftSettings + timeAndWindSettings + worldSettings + sensingSettings
      + rewardSettings
  }

  private static var taskSettings: [Setting<DroneSettings>] {
    [
      .choice("task", \.task, "what the drone is to do"),
      .choice(
        "action", \.action,
        "thrust: of each side, around hover; rate: collective thrust and pitch rate; discrete"),
      .integer(
        "waypoints", \.waypoints, range: 1...100, "waypoints: how many points there are (proposal)"),
      .number(
        "goal_radius", \.goalRadius, unit: "m", range: 0.05...5,
        "distance at which a point counts as reached, or in hover as held (proposal)"),
      .number(
        "pad_width", \.padWidth, unit: "m", range: 0.15...5, "landing: width of the pad (proposal)"),
      .number(
        "start_spread", \.startSpread, unit: "m", range: 0...5,
        "hover: farthest start from the point, along each axis (proposal)"),
      .number(
        "start_tilt", \.startTilt, unit: "rad", range: 0...0.8,
        "largest tilt at the start (proposal)"),
      .number(
        "episode_seconds", \.episodeSeconds, unit: "s", range: 0.1...3600,
        "time after which an episode is truncated (proposal)"),
    ]
  }

  private static var craftSettings: [Setting<DroneSettings>] {
    [
      .choice(
        "preset", \.preset,
        "figures of the craft: cf2x (gym-pybullet-drones), bitcraze-2015 (measured thrust table), learning-to-fly"
      ),
      .number(
        "mass", \.mass, unit: "kg", range: -1...10,
        "without payload; -1: the preset's (cf2x 0.027; safe-control-gym varies 0.022 to 0.032)"),
      .number(
        "inertia", \.inertia, unit: "kg m²", range: -1...1,
        "pitch inertia; -1: the preset's (cf2x 1.4e-5; safe-control-gym varies 1.3e-5 to 1.5e-5)"),
      .number(
        "payload", \.payload, unit: "kg", range: 0...10,
        "carried at the centre of mass; the action's hover thrust does not know of it (proposal)"),
      .number(
        "motor_lag", \.motorLag, unit: "s", range: -1...2,
        "time constant of the rotors' speed, 0 for none; -1: the preset's (0.15, Learning to Fly); fleets 0.05 to 0.15"
      ),
      .number(
        "thrust_scale", \.thrustScale, range: 0.1...3,
        "thrust against the preset's at the same speed: worn or new rotors; unknown to the action; fleets 0.8 to 1.2 (Bitcraze's measured table is 20 to 30 % below cf2x)"
      ),
      .number(
        "rotor_drag", \.rotorDrag, unit: "N s²/(m rad)", range: 0...1e-3,
        "force per air speed and summed rotor speed (cf2x, Förster 2015)"),
      .number(
        "body_drag", \.bodyDrag, unit: "m²", range: 0...1,
        "drag area C_d A of the body, in air of 1.225 kg/m³ (standard atmosphere); 0: none (proposal)"
      ),
      .number(
        "gravity", \.gravity, unit: "m/s²", range: 0.1...100,
        "gravitational acceleration (standard gravity, rounded)"),
      .number(
        "thrust_range", \.thrustRange, range: 0.05...2,
        "an action of ±1 adds this share of hover thrust (thrust and rate), within the limits (proposal)"
      ),
      .number(
        "max_rate", \.maximumRate, unit: "rad/s", range: 0.1...50,
        "rate: largest pitch rate asked for (proposal)"),
      .integer("choices", \.choices, range: 5...9, "discrete: 5 or 9 pairs of thrusts (proposal)"),
      .number(
        "choice_step", \.choiceStep, range: 0.01...1,
        "discrete: a side's thrust is hover ± this share of it (proposal)"),
      .number(
        "battery_capacity", \.batteryCapacity, unit: "J", range: 1...1e7,
        "energy of a new, full battery (Crazyflie: 250 mAh at 3.7 V)"),
      .number(
        "battery_age", \.batteryAge, range: 0.05...1,
        "share of the capacity that is left (proposal)"),
      .number(
        "battery_start", \.batteryStart, range: 0.01...1,
        "charge at the start, of what is left (proposal)"),
    ]
  }

  private static var timeAndWindSettings: [Setting<DroneSettings>] {
    [
      .integer(
        "physics_rate", \.physicsRate, unit: "Hz", range: 20...2000,
        "physics steps a second (gym-pybullet-drones: 240)"),
      .integer(
        "control_rate", \.controlRate, unit: "Hz", range: 1...2000,
        "actions a second; a whole fraction of physics_rate (proposal)"),
      .number(
        "wind_speed", \.windSpeed, unit: "m/s", range: -30...30,
        "mean wind, along x (for scale, Neural-Fly's wind tunnel: 0 to 12.1)"),
      .choice(
        "wind_class", \.windClass,
        "turbulence after MIL-F-8785C: light, moderate, severe for wind at 20 ft of 15, 30, 45 kt"),
      .choice(
        "wind_model", \.windModel,
        "dryden turbulence (MIL-F-8785C), or a sum of sines (Gymnasium's LunarLander)"),
    ]
  }

  private static var worldSettings: [Setting<DroneSettings>] {
    [
      .text(
        "map", \.map, isPath: true,
        "a map whose walls stand in the plane of flight (any that the vacuum can load); empty: an open arena"
      ),
      .number(
        "map_resolution", \.mapReading.resolution, unit: "m", range: 0...10,
        MapReading.Text.resolution),
      .choice("map_negate", \.mapReading.negate, MapReading.Text.negate),
      .choice("map_mode", \.mapReading.mode, MapReading.Text.mode),
      .number(
        "map_occupied_thresh", \.mapReading.occupiedThreshold, range: 0...1,
        MapReading.Text.occupied),
      .number(
        "map_free_thresh", \.mapReading.freeThreshold, range: 0...1, MapReading.Text.free),
      .number(
        "arena_width", \.arenaWidth, unit: "m", range: 3...1000,
        "width of the arena without a map (proposal)"),
      .number(
        "arena_height", \.arenaHeight, unit: "m", range: 2...1000,
        "height of the arena without a map (proposal)"),
      .number(
        "obstacle_density", \.obstacleDensity, unit: "1/m²", range: 0...2,
        "obstacles per free area, placed anew in every episode (proposal)"),
      .choice("obstacle_shape", \.obstacleShape, "what obstacles are"),
      .number(
        "obstacle_size", \.obstacleSize, unit: "m", range: 0.03...5,
        "mean radius or half edge of an obstacle; each is within ±50 % of it (proposal)"),
    ]
  }

  private static var sensingSettings: [Setting<DroneSettings>] {
    [
      .integer(
        "rays", \.rays, range: 0...256, "lidar rays, evenly spaced in the body's frame (proposal)"),
      .number(
        "ray_range", \.rayRange, unit: "m", range: 0.1...100,
        "how far rays reach (4: Crazyflie's Multi-ranger deck)"),
      .number(
        "ray_scale", \.rayScale, unit: "m", range: 0.1...100,
        "readings are divided by this, so that fleets with different sensors share a scale (4: as ray_range)"
      ),
      .number(
        "goal_scale", \.goalScale, unit: "m", range: 0.1...100,
        "the vector to the goal is divided by this, and cut to length 1 (proposal)"),
    ]
  }

  private static var rewardSettings: [Setting<DroneSettings>] {
    [
      .number(
        "reward_progress", \.rewardProgress, unit: "1/m", range: 0...1000,
        "per metre that the goal comes nearer (proposal)"),
      .number(
        "reward_near", \.rewardNear, unit: "1/s", range: 0...1000,
        "hover: per second at the point, falling to 0 at 1 m from it (proposal)"),
      .number(
        "reward_effort", \.rewardEffort, unit: "1/s", range: 0...1000,
        "cost per second of thrusts that differ from hover, squared, in shares of it (proposal)"),
      .number(
        "reward_jerk", \.rewardJerk, range: 0...1000,
        "cost of a change of action, squared, in units of its range (proposal)"),
      .number(
        "reward_time", \.rewardTime, unit: "1/s", range: -1000...1000,
        "per second, in all tasks but hover (proposal)"),
      .number(
        "reward_waypoint", \.rewardWaypoint, range: -1000...1000, "per waypoint reached (proposal)"),
      .number(
        "reward_success", \.rewardSuccess, range: -1000...1000,
        "last waypoint, landed, or end of the corridor (proposal)"),
      .number(
        "reward_failure", \.rewardFailure, range: -1000...1000,
        "crash, out of bounds, or battery flat (proposal)"),
    ]
  }
}
