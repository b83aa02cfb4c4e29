import FedRLNumerics

/// All that changes about one diff-drive robot and its episode, apart from its maps.
///
/// Every field is eight bytes, so that a copy of the memory holds no padding and snapshots are equal
/// where states are.
struct RobotState: BitwiseCopyable {
  /// Centre of the body in the world's frame, metres; heading in radians, kept in [−π, π].
  var x = 0.0
  var y = 0.0
  var heading = 0.0
  /// Forward speed (m/s) and yaw rate (rad/s) that the wheels turn for.
  var speed = 0.0
  var yawRate = 0.0
  /// What the robot believes of its place since the last observation.
  var estimatedX = 0.0
  var estimatedY = 0.0
  var estimatedHeading = 0.0
  /// Where the cleaning disc was last stamped on the floor.
  var stampX = 0.0
  var stampY = 0.0

  /// Joules left and used.
  var charge = 0.0
  var energy = 0.0
  /// Metres and radians since the start.
  var distance = 0.0
  var turning = 0.0
  /// Seconds at which shares of the floor were covered; NaN before that.
  var t50 = Double.nan
  var t90 = Double.nan
  var t99 = Double.nan
  /// Mass units of the cells' dirt.
  var dirtInitial = 0
  var dirtRemoved = 0

  var step = 0
  /// Cleanable cells covered so far, and cells that the disc came over, counted at every visit.
  var covered = 0
  var swept = 0
  /// Length of the covered area's outline, in cell edges.
  var outline = 0
  /// The last step that found new area.
  var lastNewStep = 0
  /// Contacts that began.
  var collisions = 0
  /// Whether the last step touched something, and the bump zones that felt it, one bit each.
  var inContact = 0
  var bumps = 0
  /// Steps spent in no-go zones.
  var noGoSteps = 0
  var isDocked = 0
  var reachedGoal = 0
  /// Number of the episode in this copy, from 0.
  var episode = 0

  /// The guidance's way point in the world's frame, metres along the path to its target, and the
  /// step at which to search again.
  var guideX = 0.0
  var guideY = 0.0
  var guideDistance = -1.0
  var guideUntil = 0
  /// The shortest way to a target since the guidance last got somewhere, and the step when it did.
  var guideNearest = Double.infinity
  var guideSince = 0

  var random = RandomStream(seed: 0)
  /// `random` before the last scan, so that an observation can be made again.
  var scanRandom = RandomStream(seed: 0)
}
