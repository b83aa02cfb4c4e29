import FedRLMaps
import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Track files as people write them, and as they should not.
@Suite struct TrackFileTests {
  /// A square of 40 m with points every 10 m.
  private static let corners: [(Double, Double)] = [
    (0, 0), (10, 0), (20, 0), (20, 10), (20, 20), (10, 20), (0, 20), (0, 10),
  ]
  private static let rows = corners.map { "\($0.0),\($0.1),1.5,2.5" }

  private func text(_ rows: [String] = rows, heading: String = "# x_m,y_m,w_tr_right_m,w_tr_left_m")
    -> String
  {
    ([heading] + rows).joined(separator: "\n") + "\n"
  }

  private func error(_ path: String) -> String {
    do {
      _ = try TrackFile.load(path)
      return "none"
    } catch {
      return error.description
    }
  }

  @Test func rowsAreReadWithTheirWidths() throws {
    let folder = try TemporaryFolder()
    let track = try TrackFile.load(try folder.write("square.csv", text()))
    #expect(track.name == "square")
    #expect(track.points.count == 8)
    #expect(track.points[1] == TrackPoint(x: 10, y: 0, right: 1.5, left: 2.5))
    #expect(track.raceLine == nil && track.mapPath == nil && track.notes == [])
  }

  @Test func columnsAreReadByTheirNames() throws {
    let folder = try TemporaryFolder()
    let turned = Self.corners.map { "1.5,2.5,\($0.0),\($0.1)" }
    let track = try TrackFile.load(
      try folder.write(
        "turned.csv", text(turned, heading: "w_tr_right_m,w_tr_left_m,x_m,y_m")))
    #expect(track.points[1] == TrackPoint(x: 10, y: 0, right: 1.5, left: 2.5))
    for (heading, isRead) in [
      ("# a square", true), ("# x,y,right,left", true), ("# x_m,y_m,right,left", false),
      ("# x_m y_m w_tr_right_m w_tr_left_m", true), ("# x_m\ty_m\tw_left_m\tw_right_m", false),
      ("# s_m,x_m,y_m,w_tr_right_m,w_tr_left_m", false),
      ("# y_m,x,w_tr_right_m,w_tr_left_m", false),
    ] {
      let found = error(try folder.write("square.csv", text(heading: heading)))
      #expect((found == "none") == isRead, "\(heading): \(found)")
      #expect(isRead || found.contains("heading: expected 4 columns: x_m, y_m,"))
    }
  }

  @Test func otherCommentsDoNotHideTheHeading() throws {
    let folder = try TemporaryFolder()
    let left = text(heading: "# x_m,y_m,w_tr_left_m,w_tr_right_m\n# Monza, 2024\n#")
    let track = try TrackFile.load(try folder.write("square.csv", left))
    #expect(track.points[1] == TrackPoint(x: 10, y: 0, right: 2.5, left: 1.5))
    #expect(track.notes == [])
    let unknown = try TrackFile.load(
      try folder.write("square.csv", text(heading: "x,y,w_left,w_right")))
    #expect(unknown.points[1] == TrackPoint(x: 10, y: 0, right: 1.5, left: 2.5))
    #expect(
      unknown.notes == ["“x, y, w_left, w_right” is taken for x_m, y_m, w_tr_right_m, w_tr_left_m"])
  }

  @Test(arguments: [(0.05, "does not go round the circuit once"), (-1, "driven the other way")])
  func aRaceLineGoesRoundAsTheCircuitDoes(scale: Double, expected: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("square.csv", text())
    // Of a twentieth of the size it lies on the road, in one corner.
    let points = scale < 0 ? Self.corners.reversed() : Self.corners
    let size = scale.magnitude
    let race = points.map { "\($0.0 * size),\($0.1 * size)" }.joined(separator: "\n")
    let line = try folder.write("race.csv", "# x_m,y_m\n" + race + "\n")
    #expect {
      _ = try TrackFile.load(path, raceLine: line)
    } throws: { "\($0)".contains(expected) }
  }

  @Test func aHoleAndARoadWhoseEndsMeetAreNoted() throws {
    let folder = try TemporaryFolder()
    let square = try folder.write("square.csv", text())
    #expect(
      try TrackFile.load(square, isClosed: false).notes
        == ["its ends are 10.0 m apart, as those of a circuit are; without open_road it is one"])
    let far = (0..<20).map { "\($0 < 10 ? $0 : $0 + 15),0,1,1" }
    let road = try folder.write("far.csv", text(far))
    #expect(
      try TrackFile.load(road, isClosed: false).notes
        == ["16.0 m without a point after line 11, where most are 1.0 m apart"])
  }

  @Test func spacesBlankLinesWindowsEndsHeadingsAndSemicolonsAreTaken() throws {
    let folder = try TemporaryFolder()
    let expected = try TrackFile.load(try folder.write("a.csv", text())).points
    let variants = [
      "\u{FEFF}" + text(), text().replacing("\n", with: "\r\n"),
      text().replacing(",", with: " ;\t"),
      text(heading: "x_m, y_m, w_tr_right_m, w_tr_left_m"), "# made by hand\n\n" + text() + "\n\n",
    ]
    for (number, variant) in variants.enumerated() {
      let path = try folder.write("variant \(number).csv", variant)
      #expect(try TrackFile.load(path).points == expected, "variant \(number)")
    }
    let swapped = Self.corners.map { "\($0.0),\($0.1),2.5,1.5" }
    let path = try folder.write(
      "swapped.csv", text(swapped, heading: "# x_m,y_m,w_tr_left_m,w_tr_right_m"))
    #expect(try TrackFile.load(path).points == expected)
  }

  @Test func whatIsNoRoadOfThisWorldIsRefused() throws {
    let folder = try TemporaryFolder()
    var far = Self.rows
    far[2] = "1e300,0,1.5,2.5"
    #expect(error(try folder.write("far.csv", text(far))).contains("line 4: x_m: expected at most"))
    let wide = Self.rows.map { $0.replacing("2.5", with: "1e9") }
    #expect(error(try folder.write("wide.csv", text(wide))).contains("w_tr_left_m"))
    #expect(mkfifo(folder.path("pipe.csv"), 0o600) == 0)
    #expect(error(folder.path("pipe.csv")).contains("not a regular file"))
    try FileManager.default.createDirectory(
      atPath: folder.path("Nowhere"), withIntermediateDirectories: true)
    #expect(error(folder.path("Nowhere")).contains("no file Nowhere_centerline.csv"))
  }

  @Test func aRaceLineOfAnotherCircuitIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("own.csv", text())
    let inner = Self.corners.map { "\($0.0 * 0.95 + 0.5),\($0.1 * 0.95 + 0.5)" }
    let fits = try folder.write("fits.csv", (["# x_m,y_m"] + inner).joined(separator: "\n"))
    #expect(try TrackFile.load(path, raceLine: fits).raceLine != nil)
    let beside = Self.corners.map { "\($0.0 + 100),\($0.1)" }
    let other = try folder.write("other.csv", (["# x_m,y_m"] + beside).joined(separator: "\n"))
    #expect(throws: MapError.self) { try TrackFile.load(path, raceLine: other) }
  }

  @Test func aRepeatedLastPointIsLeftOut() throws {
    let folder = try TemporaryFolder()
    let track = try TrackFile.load(
      try folder.write("closed.csv", text(Self.rows + [Self.rows[0]])))
    #expect(track.points.count == 8)
    #expect(track.notes == ["the last point repeats the first and is left out"])
  }

  @Test func geographicCoordinatesAreMovedToTheTrack() throws {
    let folder = try TemporaryFolder()
    let far = Self.corners.map { "\(691_000.25 + $0.0),\(5_334_000.5 + $0.1),1.5,2.5" }
    let track = try TrackFile.load(try folder.write("munich.csv", text(far)))
    #expect(track.points[1] == TrackPoint(x: 10.25, y: 0.5 - 1, right: 1.5, left: 2.5))
    #expect(track.notes == ["coordinates are taken from (691000.0, 5334001.0) m"])
  }

  @Test func aFolderWithASpaceHoldsATrackWithItsRaceLine() throws {
    let folder = try TemporaryFolder()
    let name = "Mexico City"
    let place = folder.url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try folder.write("\(name)/\(name)_centerline.csv", text())
    let race = Self.corners.enumerated().map { index, point in
      "\(index);\(point.0 * 0.9 + 1);\(point.1 * 0.9 + 1);0;0;8;0"
    }
    try folder.write(
      "\(name)/\(name)_raceline.csv",
      "# 1\n# 2\n# s_m; x_m; y_m; psi_rad; kappa_radpm; vx_mps; ax_mps2\n"
        + race.joined(separator: "\n"))
    let track = try TrackFile.load(place.path)
    #expect(track.name == name)
    let start = try #require(track.raceLine?.place(at: 0))
    #expect((start.x - 1).magnitude < 1e-9 && (start.y - 1).magnitude < 1e-9)
    #expect(track.notes == ["race line: Mexico City_raceline.csv"])
  }

  @Test func whatIsWrongIsSaidWithFileAndLine() throws {
    let folder = try TemporaryFolder()
    func changed(_ line: Int, _ row: String) -> String {
      var rows = Self.rows
      rows[line - 2] = row
      return text(rows)
    }
    let crossing = [(0, 0), (20, 20), (20, 0), (0, 20), (-10, 10)]
    let cases: [(text: String, expected: String)] = [
      (
        changed(4, "20,0,1.5"),
        "line 4: expected 4 columns: x_m, y_m, w_tr_right_m, w_tr_left_m, found 3 columns"
      ),
      (
        changed(3, "10,0"),
        "line 3: expected 4 columns: x_m, y_m, w_tr_right_m, w_tr_left_m, found 2 columns"
      ),
      (changed(5, "20,nan,1.5,2.5"), "line 5: expected a finite number, found “nan”"),
      (changed(5, "20,ten,1.5,2.5"), "line 5: expected a finite number, found “ten”"),
      (changed(5, "20,,1.5,2.5"), "line 5: expected a finite number, found “”"),
      (
        changed(5, "20;20,5;1,5;2,5"),
        "line 5: expected numbers with a decimal point, found “20,5”"
      ),
      ("1,5;2,5;1,5;1,5\n", "line 1: expected numbers with a decimal point, found “1,5”"),
      (
        changed(6, "20,20,0,2.5"),
        "line 6: w_tr_right_m: expected a width of more than 0 m and at most 1000000 m, got 0.0"
      ),
      (
        changed(6, "20,20,1,-2"),
        "line 6: w_tr_left_m: expected a width of more than 0 m and at most 1000000 m, got -2.0"
      ),
      (
        changed(3, "0,0,1.5,2.5"),
        "line 2 and line 3: expected points at least 0.001 m apart, found the point (0.0, 0.0) twice"
      ),
      (text(Array(Self.rows.prefix(3))), "the file ends too early: expected 4 points, found 3"),
      (
        text([]),
        "text: expected 4 columns: x_m, y_m, w_tr_right_m, w_tr_left_m, found no line of numbers"
      ),
      (
        text(crossing.map { "\($0.0),\($0.1),1,1" }),
        "line 2 and line 4: expected a line that does not cross itself, found a line that crosses itself at (10.0, 10.0) m"
      ),
      (
        text((0..<20).map { "\($0 * 5),\($0 % 2),1,1" }),
        "line 21: expected a closed line"
      ),
      ("\u{0}\u{1}", "expected"),
    ]
    for (number, trial) in cases.enumerated() {
      let path = try folder.write("bad-\(number).csv", trial.text)
      let found = error(path)
      #expect(found.hasPrefix(path + ": "), "\(found)")
      #expect(found.contains(trial.expected), "case \(number): \(found)")
    }
    #expect(error(folder.path("none.csv")) == "\(folder.path("none.csv")): there is no such file")
    #expect(error(folder.url.path).contains("folder"))
    let map = try folder.write("lonely_map.yaml", "image: a.png\n")
    #expect(error(map).contains("lonely_centerline.csv"))
  }

  @Test func aFaultyRaceLineIsNamedToo() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a_centerline.csv", text())
    let race = try folder.write("a_raceline.csv", "# x_m,y_m\n0,0\n1,nan\n")
    #expect(error(path) == "\(race): line 3: expected a finite number, found “nan”")
  }
}
