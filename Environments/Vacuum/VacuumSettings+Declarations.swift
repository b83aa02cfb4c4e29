public import FedRLCore
import FedRLMaps

extension VacuumSettings {
  public static var settings: [Setting<VacuumSettings>] {
    homeSettings + driveSettings + sensingSettings + cleaningSettings + rewardSettings
      + episodeSettings
  }

  private static var homeSettings: [Setting<VacuumSettings>] {
    [
      .text(
        "map", \.map, isPath: true,
        "the home: ROS map_server/nav2 YAML, PGM or PNG, ValetudoMap JSON, MovingAI .map, HouseExpo JSON"
      ),
      .text(
        "keep_out_mask", \.keepOutMask, isPath: true,
        "a map of the same size whose occupied cells are no-go; empty for none"),
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
        "carpet_share", \.carpetShare, range: 0...1,
        "share of the floor under rugs laid at random, beside the file's own carpet (proposal)"),
      .integer(
        "carpet_seed", \.carpetSeed, range: 0...Int.max, "where the rugs of carpet_share lie"),
      .text(
        "dock", \.dock,
        "place of the dock: auto (the file's, else a place by a wall) or \"x, y, degrees\" in world metres"
      ),
      .text(
        "start", \.start, "where episodes start: dock, random, or \"x, y, degrees\" in world metres"
      ),
      .boolean(
        "no_go_blocks", \.noGoBlocks,
        "whether no-go zones stop the robot like walls (the lidar sees through them), or only cost reward"
      ),
    ]
  }

  private static var driveSettings: [Setting<VacuumSettings>] {
    [
      .choice("dynamics", \.dynamics, "diffdrive: two driven wheels; discrete: moves on a lattice"),
      .choice("command", \.command, "meaning of a diffdrive action: twist (v, ω) or wheel speeds"),
      .integer("moves", \.moves, range: 4...8, "discrete: 4 or 8 moves"),
      .boolean(
        "masks_moves", \.masksMoves, "discrete: whether moves into obstacles are masked"),
      .number(
        "move_length", \.moveLength, unit: "m", range: 0.05...2,
        "discrete: distance of neighbouring lattice nodes; one body-cell, the cleaning width"),
      .number(
        "body_radius", \.bodyRadius, unit: "m", range: 0.05...1,
        "radius of the round body (iRobot create3_sim URDF)"),
      .number(
        "wheel_separation", \.wheelSeparation, unit: "m", range: 0.02...2,
        "distance of the wheels (create3_sim control.yaml)"),
      .number(
        "wheel_radius", \.wheelRadius, unit: "m", range: 0.005...0.5,
        "radius of a wheel (create3_sim control.yaml)"),
      .number(
        "max_speed", \.maximumSpeed, unit: "m/s", range: 0.01...3,
        "greatest forward speed (create3_sim: 0.306 with safety on, 0.46 without)"),
      .number(
        "reverse_speed", \.reverseSpeed, unit: "m/s", range: 0...3,
        "greatest backward speed; 0: a round robot turns on the spot instead (proposal)"),
      .number(
        "max_wheel_speed", \.maximumWheelSpeed, unit: "m/s", range: 0.01...3,
        "greatest speed of a wheel's rim; both slow down together (create3_sim: 0.46)"),
      .number(
        "max_acceleration", \.maximumAcceleration, unit: "m/s²", range: 0.01...50,
        "greatest change of forward speed (create3_sim control.yaml)"),
      .number(
        "max_yaw_rate", \.maximumYawRate, unit: "rad/s", range: 0.1...10,
        "greatest yaw rate (create3_sim control.yaml)"),
      .number(
        "max_yaw_acceleration", \.maximumYawAcceleration, unit: "rad/s²", range: 0.1...200,
        "greatest change of yaw rate (create3_sim control.yaml)"),
      .number("substep", \.substep, unit: "s", range: 0.001...0.1, "time step of the physics"),
      .number(
        "action_period", \.actionPeriod, unit: "s", range: 0.02...2,
        "time between two actions; a whole number of substeps"),
      .number(
        "wheel_bias", \.wheelBias, range: -0.1...0.1,
        "right wheel larger than the left by this share; fleets ±0.03 (proposal)"),
      .number("slip", \.slip, range: 0...0.9, "share of the commanded motion lost to slip"),
      .number(
        "carpet_drag", \.carpetDrag, range: 0...0.95,
        "share of the acceleration lost on carpet (proposal)"),
      .number(
        "carpet_heading_bias", \.carpetHeadingBias, unit: "rad/m", range: -2...2,
        "turn per metre that carpet's pile forces on the robot"),
    ]
  }

  private static var sensingSettings: [Setting<VacuumSettings>] {
    [
      .choice("observation", \.observation, "compact, or egomaps (rl-cpp, ICML 2024)"),
      .integer("lidar_rays", \.lidarRays, range: 1...1080, "rays of one scan (rl-cpp)"),
      .number(
        "lidar_fov", \.lidarFieldOfView, unit: "°", range: 1...360,
        "angle from the first to the last ray, centred ahead (rl-cpp)"),
      .number(
        "lidar_range", \.lidarRange, unit: "m", range: 0.1...100,
        "greatest range; readings beyond it equal it (rl-cpp, TurtleBot3 class)"),
      .number(
        "lidar_scale", \.lidarScale, unit: "m", range: 0...100,
        "what readings are divided by in observations; 0: lidar_range. Give fleets with different ranges one scale"
      ),
      .number(
        "lidar_noise", \.lidarNoise, unit: "m", range: 0...1,
        "standard deviation of a reading (rl-cpp)"),
      .number(
        "lidar_dropout", \.lidarDropout, range: 0...1, "share of rays that read the greatest range"),
      .number(
        "pose_noise", \.posePositionNoise, unit: "m", range: 0...1,
        "standard deviation of the estimated position, each axis (rl-cpp)"),
      .number(
        "heading_noise", \.poseHeadingNoise, unit: "rad", range: 0...1,
        "standard deviation of the estimated heading (rl-cpp)"),
      .boolean(
        "infrared", \.infrared,
        "adds 7 proximity sensors, 0.025…0.2 m, at 0, ±0.436, ±0.873, ±1.309 rad (create3 URDF)"),
      .number(
        "window_cell", \.windowCell, unit: "m", range: 0.05...5,
        "cell of the 9×9 window of the robot's own map (proposal)"),
      .boolean(
        "far_window", \.farWindow, "adds a second 3×9×9 window with cells three times as large"),
      .boolean(
        "guidance", \.guidance,
        "adds direction (sine, cosine) and distance of the nearest place to clean in the robot's own map"
      ),
      .integer(
        "guidance_period", \.guidancePeriod, range: 1...1000,
        "steps between two searches for that place; also when it is reached"),
      .number(
        "ego_cell", \.egoCell, unit: "m", range: 0.02...1,
        "pixel of the finest egomap (rl-cpp: 0.0375); the other scales are 4, 16, 64 times as large"
      ),
    ]
  }

  private static var cleaningSettings: [Setting<VacuumSettings>] {
    [
      .number(
        "cleaning_width", \.cleaningWidth, unit: "m", range: 0.05...2,
        "diameter of the disc that is cleaned, under the body's centre (rl-cpp: radius 0.15)"),
      .number(
        "pickup_hard", \.pickupHard, range: 0...1,
        "share of the dirt taken in one pass on hard floor (proposal)"),
      .number(
        "pickup_carpet", \.pickupCarpet, range: 0...1,
        "share of the dirt taken in one pass on carpet (Which? test: about half)"),
      .integer(
        "dirt_hot_spots", \.dirtHotSpots, range: 0...100,
        "spots with more dirt than the even layer, placed anew every episode (proposal)"),
      .number(
        "dirt_hot_spot_radius", \.dirtHotSpotRadius, unit: "m", range: 0.05...5,
        "standard deviation of a spot (proposal)"),
      .number(
        "dirt_hot_spot_strength", \.dirtHotSpotStrength, range: 0...4,
        "extra dirt in a spot's middle, as a multiple of the even layer (proposal)"),
      .number(
        "battery_capacity", \.batteryCapacity, unit: "Wh", range: 0.01...1000,
        "energy of a new battery (trade article, weak source)"),
      .number(
        "battery_age", \.batteryAge, range: 0.01...1,
        "share of the capacity that is left; fleets 0.6 to 1 (proposal)"),
      .number("battery_start", \.batteryStart, range: 0...1, "state of charge at the start"),
      .number(
        "draw_hard", \.drawHard, unit: "W", range: 0...1000,
        "power on hard floor (trade article, weak source)"),
      .number(
        "draw_carpet", \.drawCarpet, unit: "W", range: 0...1000,
        "power on carpet (trade article, weak source)"),
      .number(
        "charge_power", \.chargePower, unit: "W", range: 0...1000,
        "power taken at the dock (proposal)"),
    ]
  }

  private static var rewardSettings: [Setting<VacuumSettings>] {
    [
      .number(
        "reward_area", \.rewardArea, range: -100...100,
        "weight of new area / (cleaning width · max speed · action period) (rl-cpp)"),
      .number("reward_area_clip", \.rewardAreaClip, range: 0...100, "limit of that term (rl-cpp)"),
      .number("reward_step", \.rewardStep, range: -100...100, "for every step (rl-cpp)"),
      .number(
        "reward_collision", \.rewardCollision, range: -1000...1000,
        "for every contact that begins (rl-cpp: −10; milder here, since contact does not end an episode)"
      ),
      .number(
        "reward_contact", \.rewardContact, range: -1000...1000,
        "for every further step in contact (proposal)"),
      .number(
        "reward_variation", \.rewardVariation, range: -100...100,
        "weight of −(change of the covered area's outline) / (2 · max speed · action period) (rl-cpp)"
      ),
      .number(
        "reward_variation_clip", \.rewardVariationClip, range: 0...100,
        "limit of that term's magnitude (rl-cpp)"),
      .number(
        "reward_dirt", \.rewardDirt, range: -100...100,
        "weight of dirt removed, as the area term for floor of mean dirt; use with reward_area = 0"),
      .number(
        "reward_no_go", \.rewardNoGo, range: -1000...1000,
        "for every step in a no-go zone (proposal)"),
      .number(
        "reward_dock", \.rewardDock, range: -1000...1000,
        "for docking after the goal, where require_dock is set (proposal)"),
      .number(
        "reward_goal", \.rewardGoal, range: -1000...1000, "for reaching goal_coverage (proposal)"),
      .number(
        "reward_failure", \.rewardFailure, range: -1000...1000,
        "for a battery flat off the dock, a fall, or a collision that ends the episode (proposal)"),
    ]
  }

  private static var episodeSettings: [Setting<VacuumSettings>] {
    [
      .number(
        "goal_coverage", \.goalCoverage, range: 0.01...1,
        "share of the reachable floor that ends an episode with success (rl-cpp: 0.9 or 0.99)"),
      .boolean(
        "require_dock", \.requireDock, "whether success also needs a return to the dock"),
      .number(
        "episode_seconds", \.episodeSeconds, unit: "s", range: 1...86_400,
        "time after which an episode is truncated"),
      .integer(
        "stall_steps", \.stallSteps, range: 0...Int.max,
        "steps without new area after which an episode is truncated; 0: never (rl-cpp: 1000)"),
      .boolean(
        "collision_ends", \.collisionEnds, "whether a contact ends the episode as a failure"),
    ]
  }
}
