import FedRLCore
import FedRLMaps
import FedRLNumerics

/// What is worked out about a home before it becomes a ``VacuumWorld``.
struct WorldPlan {
  var name = ""
  var width = 0
  var height = 0
  var cell = 0.05
  var originX = 0.0
  var originY = 0.0
  var originYaw = 0.0
  var flags: [UInt8] = []
  var clearance: [Float] = []
  var trace: [UInt8] = []
  var dock = LocalPose(x: 0, y: 0, yaw: 0)
  var notes: [String] = []

  /// Blocked cells kept around everything that can be seen.
  private static let rim = 4

  /// - Throws: `EnvironmentError` where the robot cannot stand or get anywhere.
  init(home source: HomeMap, settings: VacuumSettings) throws {
    let home = source.resampled(to: min(0.05, settings.bodyRadius / 2)).cropped(
      margin: Self.rim + 2)
    name = home.name
    notes = home.notes
    let grid = home.grid
    var marks = Self.marks(of: home)
    let walls = grid.distanceField()
    let stops = settings.noGoBlocks ? Self.withNoGo(grid, marks).distanceField() : walls
    let parts = Self.standing(grid, marks, stops, settings)
    let anchor = try Self.anchor(home, parts, settings)
    try Self.markReachable(&marks, parts, anchor, settings, grid)
    Self.markCleanable(&marks, grid, settings)
    adopt(grid, marks: marks, walls: walls, stops: stops)
    layRugs(settings)
    report(home, marks: marks, parts: parts, settings)
    try placeDock(home, settings)
  }

  /// Masks of the file as cell flags.
  private static func marks(of home: HomeMap) -> [UInt8] {
    var marks = home.grid.cells.map { $0 == 0 ? UInt8(0) : CellFlags.blocked }
    func add(_ mask: [Bool]?, _ flag: UInt8) {
      guard let mask else { return }
      for index in mask.indices where mask[index] { marks[index] |= flag }
    }
    add(home.carpet, CellFlags.carpet)
    add(home.cliff, CellFlags.cliff)
    add(home.noGoMask(), CellFlags.noGo)
    return marks
  }

  private static func withNoGo(_ grid: OccupancyGrid, _ marks: [UInt8]) -> OccupancyGrid {
    var result = grid
    for index in marks.indices where marks[index] & CellFlags.noGo != 0 {
      result.cells[index] = OccupancyGrid.Cell.occupied.rawValue
    }
    return result
  }

  /// The connected parts of the places where the body's centre may stand.
  private static func standing(
    _ grid: OccupancyGrid, _ marks: [UInt8], _ stops: [Float], _ settings: VacuumSettings
  ) -> OccupancyGrid.Components {
    var places = grid
    let radius = Float(settings.bodyRadius)
    let forbidden = CellFlags.blocked | CellFlags.cliff | CellFlags.noGo
    for index in marks.indices {
      let stands = marks[index] & forbidden == 0 && stops[index] >= radius
      places.cells[index] = stands ? 0 : OccupancyGrid.Cell.occupied.rawValue
    }
    return places.freeComponents()
  }

  /// The place that decides which part of the home is used: the start, else the dock, else none.
  private static func anchor(
    _ home: HomeMap, _ parts: OccupancyGrid.Components, _ settings: VacuumSettings
  ) throws -> Int? {
    if case .pose(let x, let y, _) = PlaceSetting(settings.start) {
      return try explicitAnchor("start", Point(x: x, y: y), home, parts, settings, snap: 0)
    }
    if case .pose(let x, let y, _) = PlaceSetting(settings.dock) {
      return try explicitAnchor("dock", Point(x: x, y: y), home, parts, settings, snap: 1)
    }
    let given = home.dock ?? home.start
    return given.flatMap { nearestStanding($0.position, home.grid, parts, limit: 1) }
  }

  private static func explicitAnchor(
    _ setting: String, _ point: Point, _ home: HomeMap, _ parts: OccupancyGrid.Components,
    _ settings: VacuumSettings, snap: Double
  ) throws -> Int {
    let grid = home.grid
    guard let cell = grid.cell(at: point) else {
      throw EnvironmentError(
        setting: setting,
        "\(settings.map): \(setting) (\(point.x), \(point.y)) lies outside the map")
    }
    let index = cell.y * grid.width + cell.x
    if parts.labels[index] >= 0 { return index }
    if snap > 0, let near = nearestStanding(point, grid, parts, limit: snap) { return near }
    let reason =
      grid.cells[index] == 0
      ? "too near a wall, a drop or a no-go zone for a body of radius \(settings.bodyRadius) m"
      : "in a wall"
    throw EnvironmentError(
      setting: setting, "\(settings.map): \(setting) (\(point.x), \(point.y)) is \(reason)")
  }

  /// The cell nearest to a point in which the body can stand, within `limit` metres.
  private static func nearestStanding(
    _ point: Point, _ grid: OccupancyGrid, _ parts: OccupancyGrid.Components, limit: Double
  ) -> Int? {
    let place = grid.gridCoordinates(of: point)
    let reach = Int(limit / grid.resolution) + 1
    // A coordinate far outside the map must not overflow an integer.
    guard place.x.magnitude < 1e6, place.y.magnitude < 1e6 else { return nil }
    var best: (distance: Double, index: Int)?
    for y in (Int(place.y) - reach)...(Int(place.y) + reach) {
      for x in (Int(place.x) - reach)...(Int(place.x) + reach) where grid.contains(x, y) {
        let index = y * grid.width + x
        guard parts.labels[index] >= 0 else { continue }
        let (dx, dy) = (Double(x) + 0.5 - place.x, Double(y) + 0.5 - place.y)
        let distance = (dx * dx + dy * dy).squareRoot() * grid.resolution
        if distance < best?.distance ?? limit { best = (distance, index) }
      }
    }
    return best?.index
  }

  private static func markReachable(
    _ marks: inout [UInt8], _ parts: OccupancyGrid.Components, _ anchor: Int?,
    _ settings: VacuumSettings, _ grid: OccupancyGrid
  ) throws {
    guard let largest = parts.largest else {
      let free = grid.count(of: .free)
      throw EnvironmentError(
        setting: "map",
        "\(settings.map): no place for a body of radius \(settings.bodyRadius) m among \(free) free "
          + "cells of \(grid.resolution) m; expected some floor wide enough")
    }
    let part = anchor.map { parts.labels[$0] } ?? Int32(largest)
    for index in marks.indices where parts.labels[index] == part {
      marks[index] |= CellFlags.reachable
    }
  }

  /// Marks free cells whose centre lies under the cleaning disc at some reachable centre.
  private static func markCleanable(
    _ marks: inout [UInt8], _ grid: OccupancyGrid, _ settings: VacuumSettings
  ) {
    let (width, height) = (grid.width, grid.height)
    let radius = settings.cleaningWidth / 2 / grid.resolution
    let reach = Int(radius)
    let forbidden = CellFlags.blocked | CellFlags.cliff | CellFlags.noGo
    let reachable = CellFlags.reachable
    for y in 1..<(height - 1) {
      for x in 1..<(width - 1) where marks[y * width + x] & reachable != 0 {
        let index = y * width + x
        marks[index] |= CellFlags.cleanable
        // A disc about an inner cell adds nothing to those about the rim.
        let inner =
          marks[index - 1] & marks[index + 1] & marks[index - width] & marks[index + width]
        if inner & reachable != 0 { continue }
        for dy in max(-reach, -y)...min(reach, height - 1 - y) {
          for dx in max(-reach, -x)...min(reach, width - 1 - x)
          where Double(dx * dx + dy * dy) < radius * radius {
            let other = index + dy * width + dx
            if marks[other] & forbidden == 0 { marks[other] |= CellFlags.cleanable }
          }
        }
      }
    }
  }

  /// Keeps the part of the map that can be seen from reachable places, within a ring of blocked cells.
  private mutating func adopt(
    _ grid: OccupancyGrid, marks: [UInt8], walls: [Float], stops: [Float]
  ) {
    let visible = Self.visible(grid, marks)
    var (left, right, low, high) = (grid.width, 0, grid.height, 0)
    for y in 0..<grid.height {
      for x in 0..<grid.width where visible[y * grid.width + x] {
        (left, right) = (min(left, x), max(right, x))
        (low, high) = (min(low, y), max(high, y))
      }
    }
    // The crop left a margin of blocked cells about everything free. Some of it stays, so that noisy
    // readings of the outermost walls fall into the robot's map.
    (left, right, low, high) = (left - Self.rim, right + Self.rim, low - Self.rim, high + Self.rim)
    width = right - left + 1
    height = high - low + 1
    cell = grid.resolution
    let corner = grid.world(gridX: Double(left), gridY: Double(low))
    (originX, originY, originYaw) = (corner.x, corner.y, grid.originYaw)
    flags = [UInt8](repeating: CellFlags.blocked, count: width * height)
    clearance = [Float](repeating: 0, count: width * height)
    trace = [UInt8](repeating: 0, count: width * height)
    for y in 0..<height {
      for x in 0..<width {
        let source = (y + low) * grid.width + x + left
        guard visible[source] else { continue }
        let index = y * width + x
        flags[index] = marks[source]
        clearance[index] = stops[source]
        let travel = max(0, Double(walls[source]) / cell - 0.7072)
        trace[index] = UInt8(min(255, 1 + travel * 8))
      }
    }
  }

  /// Free cells joined to reachable ones, over edges or corners.
  private static func visible(_ grid: OccupancyGrid, _ marks: [UInt8]) -> [Bool] {
    var visible = [Bool](repeating: false, count: marks.count)
    var pending: [Int] = []
    for index in marks.indices where marks[index] & CellFlags.reachable != 0 {
      visible[index] = true
      pending.append(index)
    }
    let width = grid.width
    let offsets = [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1]
    while let index = pending.popLast() {
      for offset in offsets {
        let other = index + offset
        if !visible[other] && marks[other] & CellFlags.blocked == 0 {
          visible[other] = true
          pending.append(other)
        }
      }
    }
    return visible
  }

  /// Lays rectangular rugs at random until `carpet_share` of the cleanable floor is carpet.
  private mutating func layRugs(_ settings: VacuumSettings) {
    let floor = flags.indices.filter { flags[$0] & CellFlags.cleanable != 0 }
    let wanted = Int(settings.carpetShare * Double(floor.count))
    var laid = floor.reduce(0) { $0 + (flags[$1] & CellFlags.carpet != 0 ? 1 : 0) }
    var random = RandomStream(seed: UInt64(settings.carpetSeed)).split("rugs")
    for _ in 0..<10_000 where laid < wanted {
      let center = floor[random.integer(below: floor.count)]
      let halfX = Int(random.uniform(0.4, 1.2) / cell)
      let halfY = Int(random.uniform(0.4, 1.2) / cell)
      let (cx, cy) = (center % width, center / width)
      for y in max(0, cy - halfY)...min(height - 1, cy + halfY) where laid < wanted {
        for x in max(0, cx - halfX)...min(width - 1, cx + halfX) where laid < wanted {
          let index = y * width + x
          let isFloor = flags[index] & CellFlags.cleanable != 0
          if isFloor && flags[index] & CellFlags.carpet == 0 {
            flags[index] |= CellFlags.carpet
            laid += 1
          }
        }
      }
    }
  }

  private mutating func report(
    _ home: HomeMap, marks: [UInt8], parts: OccupancyGrid.Components, _ settings: VacuumSettings
  ) {
    func area(_ count: Int) -> String {
      let tenths = Int((Double(count) * cell * cell * 10).rounded())
      return "\(tenths / 10).\(tenths % 10) m²"
    }
    func count(_ flag: UInt8, _ without: UInt8 = 0) -> Int {
      marks.reduce(0) { $0 + ($1 & flag != 0 && $1 & without == 0 ? 1 : 0) }
    }
    let free = home.grid.count(of: .free)
    let cleanable = count(CellFlags.cleanable)
    notes.append(
      "\(name): \(area(cleanable)) reachable of \(area(free)) free, in cells of \(cell) m for a body "
        + "of radius \(settings.bodyRadius) m")
    let forbidden = count(CellFlags.noGo, CellFlags.blocked)
    if forbidden > 0 { notes.append("\(area(forbidden)) excluded as no-go") }
    let drops = count(CellFlags.cliff, CellFlags.blocked | CellFlags.noGo)
    if drops > 0 { notes.append("\(area(drops)) excluded as drops") }
    let rest = free - cleanable - forbidden - drops
    if rest > 0 {
      notes.append("\(area(rest)) excluded: out of reach, or too narrow for the body")
    }
    if parts.sizes.count > 1 {
      notes.append(
        "the free floor falls into \(parts.sizes.count) parts for this body; one is used")
    }
  }

  /// Puts the dock where the settings or the file say, else at a place by a wall.
  ///
  /// A dock stands at a wall, often in a blocked cell; the robot stops before it, at most 2 m away.
  /// - Throws: `EnvironmentError` where the settings' dock is out of reach; a file's is then replaced.
  private mutating func placeDock(_ home: HomeMap, _ settings: VacuumSettings) throws {
    var wanted = home.dock ?? home.start
    var isOfSettings = false
    if case .pose(let x, let y, let yaw) = PlaceSetting(settings.dock) {
      wanted = Pose(x: x, y: y, yaw: yaw)
      isOfSettings = true
    }
    let reachable = flags.indices.filter { flags[$0] & CellFlags.reachable != 0 }
    func place(_ index: Int, yaw: Double) -> LocalPose {
      LocalPose(
        x: (Double(index % width) + 0.5) * cell, y: (Double(index / width) + 0.5) * cell, yaw: yaw)
    }
    if let wanted {
      let frame = OccupancyGrid(
        width: 1, height: 1, resolution: cell, originX: originX, originY: originY,
        originYaw: originYaw)
      let position = frame.gridCoordinates(of: wanted.position)
      func squared(_ index: Int) -> Double {
        let dx = Double(index % width) + 0.5 - position.x
        let dy = Double(index / width) + 0.5 - position.y
        return dx * dx + dy * dy
      }
      let nearest = reachable.min { squared($0) < squared($1) }!
      let distance = squared(nearest).squareRoot() * cell
      if distance < 2 {
        dock = place(nearest, yaw: wanted.yaw - originYaw)
        if isOfSettings, distance > cell {
          let centimetres = Int((distance * 100).rounded())
          notes.append("the dock was moved by \(centimetres) cm to floor that the robot reaches")
        }
        return
      }
      if isOfSettings {
        throw EnvironmentError(
          setting: "dock",
          "\(settings.map): dock (\(wanted.position.x), \(wanted.position.y)) is out of the robot's reach"
        )
      }
      notes.append("the file's dock is out of reach; the dock was put elsewhere")
    } else {
      notes.append("the file names no dock; one was put by a wall")
    }
    let nearWall = Float(settings.bodyRadius + 1.5 * cell)
    dock = place(reachable.first { clearance[$0] <= nearWall } ?? reachable[0], yaw: .pi / 2)
  }
}
