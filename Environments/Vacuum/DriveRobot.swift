import FedRLCore
import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// One configured diff-drive robot in one home: everything that its copies share.
final class DriveRobot: @unchecked Sendable {
  // Sendable: written while it is made, only read afterwards.

  let settings: VacuumSettings
  let world: VacuumWorld
  let mapLayout: RobotMapLayout
  let layout: ObservationLayout
  let specification: EnvironmentSpecification
  let kernel: DriveKernel
  let rewards: RewardRule
  /// `[rays]` cosines, then `[rays]` sines.
  private let rays: UnsafeMutablePointer<Float>
  /// `[2, 128]`
  private let dirtAfter: UnsafeMutablePointer<UInt8>

  init(settings: VacuumSettings, world: VacuumWorld) {
    self.settings = settings
    self.world = world
    layout = ObservationLayout(settings)
    let edges: [Double] =
      switch settings.observation {
      case .compact:
        settings.farWindow ? [settings.windowCell, 3 * settings.windowCell] : [settings.windowCell]
      case .egomaps: [1, 4, 16, 64].map { $0 * settings.egoCell }
      }
    mapLayout = RobotMapLayout(world: world, edges: edges, bodyRadius: settings.bodyRadius)
    rewards = RewardRule(settings, cell: world.cell)
    rays = Self.rayTable(settings)
    dirtAfter = Self.dirtTable(settings)
    kernel = DriveKernel(
      settings, world: world, map: mapLayout, rays: UnsafePointer(rays),
      dirtAfter: UnsafePointer(dirtAfter))
    specification = EnvironmentSpecification(
      name: "vacuum", observations: layout.space, actions: .box(Self.actionBox(settings)),
      controlPeriodSeconds: settings.actionPeriod, maximumEpisodeSteps: settings.maximumSteps,
      metrics: VacuumMetrics.definitions)
  }

  deinit {
    rays.deallocate()
    dirtAfter.deallocate()
  }

  private static func actionBox(_ settings: VacuumSettings) -> BoxSpace {
    switch settings.command {
    case .twist:
      BoxSpace(
        shape: [2], low: [Float(-settings.reverseSpeed), Float(-settings.maximumYawRate)],
        high: [Float(settings.maximumSpeed), Float(settings.maximumYawRate)],
        names: ["speed", "yaw_rate"])
    case .wheels:
      BoxSpace(
        shape: [2], low: [Float](repeating: Float(-settings.maximumWheelSpeed), count: 2),
        high: [Float](repeating: Float(settings.maximumWheelSpeed), count: 2),
        names: ["left_wheel", "right_wheel"])
    }
  }

  /// Directions from the rightmost ray to the leftmost; a full circle does not repeat its first.
  private static func rayTable(_ settings: VacuumSettings) -> UnsafeMutablePointer<Float> {
    let count = settings.lidarRays
    let field = settings.lidarFieldOfView * .pi / 180
    let isCircle = settings.lidarFieldOfView >= 360
    let table = UnsafeMutablePointer<Float>.allocate(capacity: 2 * count)
    for ray in 0..<count {
      let share = count == 1 ? 0.5 : Double(ray) / Double(isCircle ? count : count - 1)
      let angle = (share - 0.5) * field
      table[ray] = Float(cos(angle))
      table[count + ray] = Float(sin(angle))
    }
    return table
  }

  /// Dirt left of each amount after one pass, rounded down: hard floor, then carpet.
  private static func dirtTable(_ settings: VacuumSettings) -> UnsafeMutablePointer<UInt8> {
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    for amount in 0..<128 {
      table[amount] = UInt8(Double(amount) * (1 - settings.pickupHard))
      table[128 + amount] = UInt8(Double(amount) * (1 - settings.pickupCarpet))
    }
    return table
  }
}

extension DriveKernel {
  init(
    _ settings: VacuumSettings, world: VacuumWorld, map: RobotMapLayout,
    rays: UnsafePointer<Float>, dirtAfter: UnsafePointer<UInt8>
  ) {
    self.init(
      flags: UnsafePointer(world.flags), clearance: UnsafePointer(world.clearance),
      rays: RayCaster(trace: UnsafePointer(world.trace), width: world.width), width: world.width,
      height: world.height,
      cell: world.cell, inverseCell: 1 / world.cell, cleanableCount: world.cleanableCount,
      dockX: world.dock.x, dockY: world.dock.y,
      mapWidth: map.width, mapHeight: map.height, mapCell: map.cell,
      levels: UnsafePointer(map.levels), levelCount: map.levelCount,
      mapColumn: UnsafePointer(map.worldColumn), mapRow: UnsafePointer(map.worldRow),
      footprint: UnsafePointer(map.footprint.offsets), footprintCount: map.footprint.count,
      substepCount: settings.substepCount, substep: settings.substep,
      period: settings.actionPeriod, command: settings.command, bodyRadius: settings.bodyRadius,
      maximumSpeed: settings.maximumSpeed, reverseSpeed: settings.reverseSpeed,
      maximumWheelSpeed: settings.maximumWheelSpeed, maximumYawRate: settings.maximumYawRate,
      speedChange: settings.maximumAcceleration * settings.substep,
      yawChange: settings.maximumYawAcceleration * settings.substep,
      carpetGrip: 1 - settings.carpetDrag, halfSeparation: settings.wheelSeparation / 2,
      inverseSeparation: 1 / settings.wheelSeparation,
      leftGain: (1 - settings.wheelBias / 2) * (1 - settings.slip),
      rightGain: (1 + settings.wheelBias / 2) * (1 - settings.slip),
      carpetHeadingBias: settings.carpetHeadingBias,
      discRadius: Float(settings.cleaningWidth / 2 / world.cell), dirtAfter: dirtAfter,
      countsOutline: settings.rewardVariation != 0,
      hardJoules: settings.drawHard * settings.substep,
      carpetJoules: settings.drawCarpet * settings.substep,
      chargeJoules: settings.chargePower * settings.actionPeriod,
      capacity: settings.batteryCapacity * settings.batteryAge * 3600,
      rayCount: settings.lidarRays, rayCosine: rays, raySine: rays + settings.lidarRays,
      lidarRange: settings.lidarRange, lidarNoise: settings.lidarNoise,
      lidarDropout: settings.lidarDropout, lidarScale: settings.effectiveLidarScale,
      positionNoise: settings.posePositionNoise, headingNoise: settings.poseHeadingNoise)
  }
}
