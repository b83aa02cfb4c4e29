public import FedRLCore

extension VehicleSettings {
  public static var settings: [Setting<VehicleSettings>] {
    trackSettings + carSettings + sensingSettings + trafficSettings + rewardSettings
      + episodeSettings
  }

  private static var trackSettings: [Setting<VehicleSettings>] {
    [
      .text(
        "track", \.track, isPath: true,
        "the circuit: a centre line with widths (TUM or F1TENTH CSV), an F1TENTH map's YAML, or the folder of one"
      ),
      .boolean(
        "open_road", \.openRoad,
        "whether the track is a road with two ends, driven from its first point to its last, and not a circuit"
      ),
      .text(
        "race_line", \.raceLine, isPath: true,
        "a race line (CSV); empty for the one that lies beside the track, if there is one"),
      .choice(
        "walls", \.walls,
        "where walls stand; auto: the walls of the track's map where it has one, else along its edges"
      ),
      .number(
        "run_off", \.runOff, unit: "m", range: 0...100,
        "distance of walls beyond the track's edges (proposal)"
      ),
    ]
  }

  private static var carSettings: [Setting<VehicleSettings>] {
    [
      .choice(
        "vehicle", \.vehicle, "f1tenth: car of 1:10; bmw320i: CommonRoad's vehicle 2, full size"),
      .choice(
        "model", \.model,
        "kinematic; single_track (CommonRoad); saturated: with lateral force cut at μ F_z; box2d_tires: four tyres by impulses"
      ),
      .number(
        "friction", \.friction, range: 0.1...2,
        "μ of tyres on road (CommonRoad; fleets 0.4 to 1.05, F1TENTH's older measured value is 0.523)"
      ),
      .number(
        "mass_factor", \.massFactor, range: 0.2...5,
        "multiplies mass and inertia; engine and brakes stay as strong, so that accelerations are divided by it (proposal)"
      ),
      .number(
        "load", \.load, unit: "kg", range: 0...2000,
        "load over the rear axle, for which engine and brakes make up (proposal)"),
      .number(
        "tyre_stiffness", \.tyreStiffness, range: 0.2...3,
        "multiplies the cornering stiffness of all tyres; those of box2d_tires have none (proposal)"
      ),
      .number(
        "max_speed", \.maximumSpeed, unit: "m/s", range: 0...100,
        "limit below the car's own (F1TENTH gym: 20; CommonRoad: 50.8 for bmw320i); 0 leaves it to the car"
      ),
      .number(
        "reverse_speed", \.reverseSpeed, unit: "m/s", range: 0...20,
        "greatest backward speed (car's own limit, F1TENTH gym: 5; CommonRoad: 13.6 for bmw320i); 0: brakes only stop (proposal)"
      ),
      .number(
        "steering_delay", \.steeringDelay, unit: "s", range: 0...1,
        "from a command to the steering; whole substeps, fewer than 64 (F1TENTH gym: two of its 0.01 s steps)"
      ),
      .number(
        "substep", \.substep, unit: "s", range: 0.001...0.02,
        "time step of the physics: Runge–Kutta and Box2D (F1TENTH gym: 0.01)"),
      .number(
        "action_period", \.actionPeriod, unit: "s", range: 0.005...0.5,
        "time between two actions; a whole number of substeps (proposal)"),
      .choice(
        "actions", \.actions,
        "continuous: target steering angle and acceleration; discrete: 9 choices (proposal)"),
    ]
  }

  private static var sensingSettings: [Setting<VehicleSettings>] {
    [
      .choice("observation", \.observation, "track: place on the road ahead; lidar: rays; both"),
      .integer(
        "look_ahead_points", \.lookAheadPoints, range: 5...10,
        "places ahead whose curvature is observed (proposal)"),
      .number(
        "look_ahead", \.lookAhead, unit: "m", range: 0...1000,
        "distance of the farthest such place; 0: 8 m (f1tenth), 80 m (bmw320i) (proposal)"),
      .integer(
        "observed_cars", \.observedCars, range: 0...8,
        "nearest cars in the track observation (proposal)"),
      .boolean(
        "observe_grip", \.observesGrip,
        "whether the friction is observed, as a car with an estimator of it (or a weather report) knows it"
      ),
      .integer(
        "lidar_rays", \.lidarRays, range: 1...1080,
        "rays of one scan (F1TENTH gym: 1080; fewer for policies: proposal)"),
      .number(
        "lidar_fov", \.lidarFieldOfView, unit: "°", range: 1...360,
        "angle from the first to the last ray, centred ahead (F1TENTH gym: 4.7 rad = 269.3°, rounded)"
      ),
      .number(
        "lidar_range", \.lidarRange, unit: "m", range: 0...200,
        "greatest range; 0: 10 m (f1tenth), 50 m (bmw320i) (proposal)"),
      .number(
        "lidar_scale", \.lidarScale, unit: "m", range: 0...200,
        "what readings are divided by; 0: lidar_range. Give fleets with different ranges one scale"),
      .number(
        "lidar_noise", \.lidarNoise, unit: "m", range: 0...1,
        "standard deviation of a reading (F1TENTH gym: 0.01)"),
      .number(
        "speed_scale", \.speedScale, unit: "m/s", range: 0...200,
        "what speeds are divided by; 0: 10 m/s (f1tenth), 50 m/s (bmw320i) (proposal)"),
    ]
  }

  private static var trafficSettings: [Setting<VehicleSettings>] {
    [
      .integer(
        "traffic", \.traffic, range: 0...64,
        "other cars, which follow the centre line and keep their distance (IDM)"),
      .number(
        "traffic_speed", \.trafficSpeed, unit: "m/s", range: 0...50,
        "mean desired speed, each car ±20 %; 0: 2.5 m/s (f1tenth), 15 m/s (bmw320i) (proposal)"),
      .number(
        "traffic_time_gap", \.trafficTimeGap, unit: "s", range: 0.1...10,
        "time to the car in front (HighwayEnv)"),
      .number(
        "traffic_distance", \.trafficDistance, unit: "m", range: 0...50,
        "distance to the car in front at rest; 0: 5 m (HighwayEnv) for bmw320i, 0.5 m for f1tenth (proposal)"
      ),
    ]
  }

  private static var rewardSettings: [Setting<VehicleSettings>] {
    [
      .number(
        "reward_progress", \.rewardProgress, range: -100...100,
        "weight of metres along the centre line / (reference_speed · action period) (proposal)"),
      .number(
        "reference_speed", \.referenceSpeed, unit: "m/s", range: 0...100,
        "speed that earns 1 a step; 0: 5 m/s (f1tenth), 20 m/s (bmw320i) (proposal)"),
      .number(
        "reward_collision", \.rewardCollision, range: -1000...1000,
        "for every contact that begins (proposal)"),
      .number(
        "reward_off_track", \.rewardOffTrack, range: -1000...1000,
        "for leaving the track (proposal)"),
      .number(
        "reward_steering", \.rewardSteering, range: -100...100,
        "weight of the steering's way / (greatest rate · action period) (proposal)"),
      .number("reward_lap", \.rewardLap, range: -1000...1000, "for every lap (proposal)"),
    ]
  }

  private static var episodeSettings: [Setting<VehicleSettings>] {
    [
      .choice(
        "start", \.start, "anywhere along the track, or at the line: the track's first point"),
      .number(
        "start_spread", \.startSpread, range: 0...0.9,
        "starts beside the line by up to this share of the room, and turned by up to 0.3 rad times it (proposal)"
      ),
      .number(
        "start_speed", \.startSpeed, unit: "m/s", range: 0...100, "speed at the start (proposal)"),
      .integer(
        "laps", \.laps, range: 0...10_000,
        "laps that end an episode with success; 0: no such end (proposal)"),
      .number(
        "episode_seconds", \.episodeSeconds, unit: "s", range: 0.1...86_400,
        "time after which an episode is truncated (proposal)"),
      .boolean("collision_ends", \.collisionEnds, "whether a contact ends the episode"),
      .boolean(
        "off_track_ends", \.offTrackEnds,
        "whether an episode ends where the car's middle leaves the track"),
    ]
  }
}
