/// Reads circuits from the files that racing engineers have.
public enum TrackFile {
  /// Reads a circuit.
  ///
  /// - Parameters:
  ///   - path: a centre line (`x_m, y_m, w_tr_right_m, w_tr_left_m`, as TUM's racetrack-database and
  ///     F1TENTH write it), the map_server YAML of an F1TENTH track (`X_map.yaml`, beside which lies
  ///     `X_centerline.csv`), or the folder of one.
  ///   - raceLine: a race line (`x_m, y_m` or F1TENTH's seven columns); `nil` for the one that lies where
  ///     these collections put it, if there is one.
  ///   - isClosed: whether it is a circuit; a road with two ends has no race line.
  /// - Throws: `MapError`, naming file and line.
  public static func load(_ path: String, raceLine: String? = nil, isClosed: Bool = true)
    throws(MapError) -> Track
  {
    let files = try TrackFiles(path, raceLine: raceLine)
    let table = try NumberTable(
      try FileBytes.read(files.centerLine), path: files.centerLine, columns: 4...4,
      meaning: "4 columns: x_m, y_m, w_tr_right_m, w_tr_left_m")
    var notes: [String] = []
    let column = try centerLineColumns(of: table, files.centerLine, notes: &notes)
    var points = table.rows.map {
      TrackPoint(
        x: $0[column.x], y: $0[column.y], right: $0[column.right], left: $0[column.left])
    }
    var places = table.lines.map { "line \($0)" }
    if isClosed, points.count > Track.leastPoints,
      repeatsFirst(points.map { Point(x: $0.x, y: $0.y) })
    {
      points.removeLast()
      places.removeLast()
      notes.append("the last point repeats the first and is left out")
    }
    let shift = shift(of: points)
    if shift != Point(x: 0, y: 0) {
      for index in points.indices {
        points[index].x -= shift.x
        points[index].y -= shift.y
      }
      notes.append("coordinates are taken from (\(shift.x), \(shift.y)) m")
    }
    notes += oddGaps(points, places, isClosed: isClosed)
    let width = points.map { min($0.left, $0.right) }.min()!
    var race: TrackPath?
    if isClosed, let file = files.raceLine {
      race = try self.raceLine(file, width: max(width, 0.01), shift: shift)
      notes.append("race line: \(FilePath.name(of: file))")
    }
    let track = try Track(
      name: files.name, points: points, raceLine: race, mapPath: files.map, origin: shift,
      notes: notes, isClosed: isClosed, path: files.centerLine, places: places)
    if let race, let file = files.raceLine { try check(race, of: file, on: track) }
    return track
  }

  /// Where a centre line's four columns stand: as they are named, else in the usual order.
  private static func centerLineColumns(
    of table: NumberTable, _ path: String, notes: inout [String]
  ) throws(MapError) -> (x: Int, y: Int, right: Int, left: Int) {
    let names = ["x_m", "y_m", "w_tr_right_m", "w_tr_left_m"]
    let usual = names.joined(separator: ", ")
    let columns = table.columns(names)
    let known = columns.compactMap { $0 }
    // Half a heading says as little about the others as one that contradicts itself.
    guard known.isEmpty || Set(known) == [0, 1, 2, 3] else {
      throw .malformed(
        path: path, place: "heading", found: "other names among them",
        expected: "4 columns: \(usual)")
    }
    guard known.isEmpty else { return (known[0], known[1], known[2], known[3]) }
    if let heading = table.headings.last(where: { $0.count == 4 }) {
      notes.append("“\(heading.joined(separator: ", "))” is taken for \(usual)")
    }
    return (0, 1, 2, 3)
  }

  /// Distances between points that may be a mistake: a hole in the line, and ends that all but meet.
  private static func oddGaps(_ points: [TrackPoint], _ places: [String], isClosed: Bool)
    -> [String]
  {
    guard points.count >= Track.leastPoints else { return [] }
    let lengths = Outline.segments(points.map { Point(x: $0.x, y: $0.y) }).map(\.length)
    let between = isClosed ? lengths[...] : lengths.dropLast()
    let usual = between.sorted()[between.count / 2]
    let widest = between.indices.max { between[$0] < between[$1] }!
    var notes: [String] = []
    if between[widest] > 10 * usual {
      notes.append(
        "\(TrackCheck.short(between[widest])) m without a point after \(places[widest]), where most are "
          + "\(TrackCheck.short(usual)) m apart")
    }
    if !isClosed, let ends = lengths.last, ends <= 2 * usual {
      notes.append(
        "its ends are \(TrackCheck.short(ends)) m apart, as those of a circuit are; without open_road it is one"
      )
    }
    return notes
  }

  /// Race lines come to the edges and may cut a corner; one of another circuit is off the road, and one
  /// of another scale does not go round it.
  private static func check(_ line: TrackPath, of path: String, on track: Track) throws(MapError) {
    let (center, count) = (track.center, 200)
    var near = center.nearestSample(x: line[0].x, y: line[0].y)
    var last = center.project(x: line[0].x, y: line[0].y, from: &near).s
    var (outside, progress) = (0, 0.0)
    for index in 1...count {
      let point = line[index * line.count / count % line.count]
      near = center.nearestSample(x: point.x, y: point.y)
      let place = center.project(x: point.x, y: point.y, from: &near)
      let room = center.place(at: place.s)
      if place.offset > room.left || place.offset < -room.right { outside += 1 }
      progress += center.difference(from: last, to: place.s)
      last = place.s
    }
    func fail(_ found: String) -> MapError {
      .malformed(
        path: path, place: "race line", found: found, expected: "the race line of \(track.name)")
    }
    guard outside * 10 <= count else {
      throw fail("\(outside * 100 / count) % of it beside the road")
    }
    guard (progress / center.length - 1).magnitude < 0.1 else {
      throw fail(
        progress / center.length < -0.9
          ? "a line that is driven the other way" : "a line that does not go round the circuit once"
      )
    }
  }

  /// Geographic coordinates (UTM) are too large for single precision: they are moved to the first
  /// point.
  private static func shift(of points: [TrackPoint]) -> Point {
    let isFar = points.contains { max($0.x.magnitude, $0.y.magnitude) > 20_000 }
    return isFar ? Point(x: points[0].x.rounded(), y: points[0].y.rounded()) : Point(x: 0, y: 0)
  }

  /// - Parameter width: the narrowest room beside the centre line, m.
  private static func raceLine(_ path: String, width: Double, shift: Point) throws(MapError)
    -> TrackPath
  {
    let table = try NumberTable(
      try FileBytes.read(path), path: path, columns: 2...12,
      meaning: "x_m, y_m or s_m; x_m; y_m; psi_rad; kappa_radpm; vx_mps; ax_mps2")
    let isWide = table.rows[0].count > 2
    let columns = table.columns(["x_m", "y_m"])
    let (x, y) = (columns[0] ?? (isWide ? 1 : 0), columns[1] ?? (isWide ? 2 : 1))
    for (row, line) in zip(table.rows, table.lines) where row.count <= max(x, y) {
      throw .malformed(
        path: path, place: "line \(line)", found: "\(row.count) columns",
        expected: "at least \(max(x, y) + 1)")
    }
    var points = table.rows.map { Point(x: $0[x] - shift.x, y: $0[y] - shift.y) }
    var places = table.lines.map { "line \($0)" }
    if points.count > Track.leastPoints, repeatsFirst(points) {
      points.removeLast()
      places.removeLast()
    }
    return try Track.line(points, width: width, path: path, places: places)
  }

  private static func repeatsFirst(_ points: [Point]) -> Bool {
    Segment(from: points[0], to: points[points.count - 1]).length < Track.leastSpacing
  }
}

/// The files of one circuit.
private struct TrackFiles {
  let name, centerLine: String
  let raceLine, map: String?

  init(_ path: String, raceLine given: String?) throws(MapError) {
    let place = Self.trimmed(path)
    if let centerLine = Self.inFolder(place) {
      name = FilePath.name(of: place)
      self.centerLine = centerLine
    } else if FileBytes.isFolder(place) {
      throw .malformed(
        path: place, place: "folder",
        found: "no file \(FilePath.name(of: place))_centerline.csv",
        expected: "a folder that is named like its track, or a file")
    } else if ["yaml", "yml"].contains(FilePath.fileExtension(of: place)) {
      guard FileBytes.exists(place) else { throw .missingFile(path: place) }
      let stem = FilePath.stem(of: place)
      name = stem.hasSuffix("_map") ? String(stem.dropLast(4)) : stem
      let line = FilePath.resolve(name + "_centerline.csv", besides: place)
      guard FileBytes.exists(line) else {
        throw .malformed(
          path: place, place: "centre line", found: "no file \(line)",
          expected: "a centre line beside the map")
      }
      centerLine = line
    } else {
      let stem = FilePath.stem(of: place)
      name = stem.hasSuffix("_centerline") ? String(stem.dropLast(11)) : stem
      centerLine = place
    }
    let name = name
    let line = centerLine
    func beside(_ other: String) -> String? {
      let file = FilePath.resolve(other, besides: line)
      return FileBytes.exists(file) ? file : nil
    }
    map = beside(name + "_map.yaml")
    let isInTracks = FilePath.name(of: FilePath.folder(of: line)) == "tracks"
    raceLine =
      given ?? beside(name + "_raceline.csv")
      ?? (isInTracks ? beside("../racelines/\(name).csv") : nil)
  }

  /// The centre line in a folder that is named like its track.
  private static func inFolder(_ path: String) -> String? {
    let file = path + "/" + FilePath.name(of: path) + "_centerline.csv"
    return FileBytes.exists(file) ? file : nil
  }

  private static func trimmed(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }
}
