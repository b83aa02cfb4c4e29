import FedRLMaps
import FedRLNumerics
import FedRLTestSupport
import Foundation
import Testing

@Suite struct TrackTests {
  private let oval = TrackGenerator.oval(name: "oval", straight: 20, radius: 5, width: 2.2)

  // MARK: Geometry

  @Test func anOvalHasTheLengthAndTheBendsOfItsParts() {
    let path = oval.center
    expectClose(path.length, 40 + 10 * Double.pi, relative: 2e-4)
    // Starts in the middle of a straight; the bend's middle is 10 + 2.5 π ahead.
    expectClose(path.curvature(at: 0), 0, absolute: 1e-3)
    // Points 0.5 m apart, rounded to a tenth of a millimetre.
    expectClose(path.curvature(at: 10 + 2.5 * Double.pi), 0.2, relative: 1e-2)
    expectClose(path.curvature(at: path.length / 2), 0, absolute: 1e-3)
    let start = path.place(at: 0)
    expectClose([start.x, start.y, start.tangentX, start.tangentY], [0, -5, 1, 0], absolute: 1e-3)
    let far = path.place(at: path.length / 2)
    expectClose([far.x, far.y, far.tangentX, far.tangentY], [0, 5, -1, 0], absolute: 2e-3)
  }

  @Test func aCircleIsOneToTheFourthOrder() throws {
    let points = (0..<40).map { index -> TrackPoint in
      let angle = 2 * Double.pi * Double(index) / 40
      return TrackPoint(x: 10 * cos(angle), y: 10 * sin(angle), right: 1, left: 1.5)
    }
    let track = try Track(name: "circle", points: points)
    expectClose(track.length, 20 * .pi, relative: 1e-5)
    for s in stride(from: 0.0, to: track.length, by: 0.37) {
      let place = track.center.place(at: s)
      expectClose(place.curvature, 0.1, relative: 1e-2)
      expectClose((place.x * place.x + place.y * place.y).squareRoot(), 10, absolute: 1e-4)
      expectClose([place.left, place.right], [1.5, 1], absolute: 1e-12)
    }
  }

  @Test func projectionsGiveBackWhereAPointWasPut() {
    let random = RandomStream(seed: 3)
    let tracks = [oval, TrackGenerator(length: 120).makeTrack(name: "c", random: random)]
    for track in tracks {
      let path = track.center
      var sample = 0
      for s in stride(from: 0.013, to: path.length, by: 0.31) {
        for offset in [-1.0, -0.4, 0, 0.2, 1.05] {
          let place = path.place(at: s)
          let (x, y) = (
            place.x - place.tangentY * offset, place.y + place.tangentX * offset
          )
          let found = path.project(x: x, y: y, from: &sample)
          expectClose(path.difference(from: s, to: found.s), 0, absolute: 2e-3, "s \(s), \(offset)")
          expectClose(found.offset, offset, absolute: 1e-3, "s \(s)")
          let searched = path.project(x: x, y: y)
          expectClose(searched.offset, found.offset, absolute: 1e-9)
        }
      }
    }
  }

  @Test func anOpenPathEndsAtItsEnds() {
    // A quarter of a circle of radius 20, left about (0, 20).
    let points = (0...40).map { index -> Point in
      let angle = Double(index) / 40 * .pi / 2
      return Point(x: 20 * sin(angle), y: 20 - 20 * cos(angle))
    }
    let path = TrackPath(through: points, spacing: 0.1, isClosed: false)
    expectClose(path.length, 10 * .pi, absolute: 1e-3)
    let end = path.place(at: path.length)
    expectClose(end.x, 20, absolute: 1e-9)
    expectClose(end.y, 20, absolute: 1e-9)
    #expect(path.place(at: path.length + 5) == end)
    #expect(path.place(at: -1) == path.place(at: 0))
    expectClose(path.curvature(at: path.length / 2), 0.05, absolute: 1e-4)
    #expect(path.difference(from: 1, to: 30) == 29)
    // Beyond the ends a point belongs to them.
    #expect(path.project(x: -3, y: 1).s == 0)
    expectClose(path.project(x: 21, y: 30).s, path.length, absolute: 1e-9)
    var sample = path.nearestSample(x: 20, y: 20)
    expectClose(path.project(x: 20, y: 25, from: &sample).s, path.length, absolute: 1e-9)
    #expect(sample == path.count - 1)
  }

  @Test func theOutlineOfAnOpenRoadGoesAroundIt() throws {
    let road = TrackGenerator.straight(name: "straight", length: 50, width: 2)
    for beyond in [0, 0.5] {
      let edges = try road.edges(beyond: beyond)
      #expect(edges.count == 1)
      // A rectangle: its corners and nothing off its sides, counter-clockwise.
      let outline = edges[0]
      for corner in [(-beyond, -1 - beyond), (50 + beyond, 1 + beyond)] {
        #expect(outline.contains { $0.x == corner.0 && $0.y == corner.1 }, "\(outline)")
      }
      let area = zip(outline, outline.dropFirst() + [outline[0]]).reduce(0) {
        $0 + ($1.0.x * $1.1.y - $1.1.x * $1.0.y) / 2
      }
      expectClose(area, (50 + 2 * beyond) * (2 + 2 * beyond), absolute: 1e-9)
    }
    // A road back beside itself overlaps.
    let back = (0...40).map { index -> TrackPoint in
      let s = Double(index)
      return s < 20
        ? TrackPoint(x: s, y: 0, right: 1, left: 1)
        : TrackPoint(x: 40 - s, y: 1.2, right: 1, left: 1)
    }
    let folded = try Track(name: "folded", points: back, isClosed: false)
    #expect(throws: MapError.self) { try folded.edges() }
  }

  @Test func aHintHoldsAPointToItsOwnStretchOfRoad() {
    // Two straights 10 m apart: from the hint, the point stays on the lower one.
    let path = oval.center
    var sample = path.nearestSample(x: 0, y: -5)
    let found = path.project(x: 0, y: 1, from: &sample)
    expectClose(found.offset, 6, absolute: 1e-3)
    expectClose(path.project(x: 0, y: 1).offset, 4, absolute: 1e-3)
  }

  @Test func lengthsAreTakenAroundTheLine() {
    let path = oval.center
    #expect(path.wrapped(-1) == path.length - 1)
    expectClose(path.wrapped(2 * path.length + 3), 3, absolute: 1e-9)
    #expect(path.wrapped(path.length) == 0)
    expectClose(path.difference(from: path.length - 1, to: 2), 3, absolute: 1e-9)
    expectClose(path.difference(from: 2, to: path.length - 1), -3, absolute: 1e-9)
  }

  /// There along one line and back along another, nearer than the road is wide.
  @Test(arguments: [0.6, 1.0, 1.6, 2.1, 2.4])
  func roadsBesideEachOtherMustNotOverlap(apart: Double) throws {
    let there = (0...30).map { Point(x: Double($0), y: 0) }
    let back = (0...30).map { Point(x: Double(30 - $0), y: apart) }
    let points = (there + back).map { TrackPoint(x: $0.x, y: $0.y, right: 1.1, left: 1.1) }
    let track = try Track(name: "there and back", points: points)
    guard apart < 2.2 else {
      #expect(try track.edges().count == 2)
      return
    }
    let error = #expect(throws: MapError.self) { try track.edges() }
    #expect(error?.description.contains("do not overlap") == true, "\(apart)")
  }

  // MARK: Edges

  @Test func aRingNarrowerThanItsRoadIsRefused() throws {
    func ring(radius: Double) throws -> Track {
      try Track(
        name: "ring",
        points: (0..<60).map {
          let angle = 2 * Double.pi * Double($0) / 60
          return TrackPoint(x: radius * cos(angle), y: radius * sin(angle), right: 3.5, left: 3.5)
        })
    }
    let error = #expect(throws: MapError.self) { try ring(radius: 3).edge(.left) }
    #expect(error?.description.contains("the middle of the bend") == true)
    #expect(try ring(radius: 3).edge(.right).count > 10)
    #expect(try ring(radius: 3.8).edge(.left).count > 10)
  }

  @Test func edgesLieBesideTheLineAndNeverCross() throws {
    for seed in 1...6 as ClosedRange<UInt64> {
      let track = TrackGenerator(length: 50 + 20 * Double(seed)).makeTrack(
        name: "c", random: RandomStream(seed: seed))
      let (left, right) = (try track.edge(.left), try track.edge(.right))
      #expect(Track.firstCrossing(left, right) == nil)
      for (edge, sign) in [(left, 1.0), (right, -1)] {
        for point in edge {
          expectClose(
            track.center.project(x: point.x, y: point.y).offset, sign * 1.1, absolute: 2e-3)
        }
        // And between its corners.
        for (a, b) in zip(edge, edge.dropFirst()) {
          let middle = track.center.project(x: (a.x + b.x) / 2, y: (a.y + b.y) / 2)
          expectClose(middle.offset, sign * 1.1, absolute: 8e-3)
        }
      }
    }
  }

  @Test func aBendTighterThanTheRoadIsWideGetsACorner() throws {
    // A square of 20 m whose corners have a radius of 0.6 m, on a road of 1.1 m to each side: the
    // inner edge is a square of 17.8 m, the outer one has corners of 1.7 m.
    var points: [TrackPoint] = []
    for side in 0..<4 {
      let turn = Double(side) * .pi / 2
      func add(_ x: Double, _ y: Double) {
        points.append(
          TrackPoint(
            x: cos(turn) * x - sin(turn) * y, y: sin(turn) * x + cos(turn) * y, right: 1.1,
            left: 1.1))
      }
      for step in 0..<47 { add(-9.4 + 0.4 * Double(step), -10) }
      for step in 0..<6 {
        let angle = Double(step) * .pi / 12
        add(9.4 + 0.6 * sin(angle), -9.4 - 0.6 * cos(angle))
      }
    }
    let track = try Track(name: "square", points: points)
    func around(_ points: [Point]) -> Double {
      points.indices.reduce(0) {
        $0 + Segment(from: points[$1], to: points[($1 + 1) % points.count]).length
      }
    }
    let inner = try track.edge(.left)
    expectClose(around(inner), 4 * 17.8, relative: 5e-3)
    expectClose(around(try track.edge(.right)), 4 * 18.8 + 2 * .pi * 1.7, relative: 5e-3)
    for x in [-8.9, 8.9] {
      for y in [-8.9, 8.9] {
        let nearest = inner.map { Segment(from: $0, to: Point(x: x, y: y)).length }.min()!
        #expect(nearest < 0.05, "no corner near (\(x), \(y))")
      }
    }
  }

  // MARK: Generators

  @Test func generatedCircuitsDependOnTheirSeedAndAreNotTooTight() {
    let generator = TrackGenerator(length: 90, width: 1.8)
    let first = generator.makeTrack(name: "c", random: RandomStream(seed: 1))
    let again = generator.makeTrack(name: "c", random: RandomStream(seed: 1))
    let other = generator.makeTrack(name: "c", random: RandomStream(seed: 2))
    #expect(first.points == again.points)
    #expect(first.points != other.points)
    for track in [first, other] {
      expectClose(track.length, 90, relative: 5e-3)
      let bends = (0..<track.center.count).map { track.center[$0].curvature.magnitude }
      // Rounding to a tenth of a millimetre and the spline between points bend a little more.
      #expect(bends.max()! < 1.1 / generator.tightestRadius)
    }
  }

  @Test func theShippedCircuitsAreWhatTheGeneratorMakes() throws {
    let folder = SharedData.packageRoot.appendingPathComponent("Environments/Vehicle/Tracks")
    let tracks = TrackGenerator.shippedTracks()
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasSuffix(".csv")
    }
    #expect(files.sorted() == tracks.map { $0.name + ".csv" }.sorted())
    let temporary = try TemporaryFolder()
    for track in tracks {
      try TrackWriter.write(track, to: temporary.path("t.csv"))
      let made = try Data(contentsOf: temporary.url.appendingPathComponent("t.csv"))
      let shipped = try Data(contentsOf: folder.appendingPathComponent(track.name + ".csv"))
      #expect(made == shipped, "\(track.name)")
      let read = try TrackFile.load(folder.appendingPathComponent(track.name + ".csv").path)
      #expect(read.points == track.points)
      #expect((59...201).contains(read.length))
    }
  }

  // MARK: Real circuits

  /// Lengths that the circuits' owners publish; centre lines are cut a little shorter, Zandvoort's before
  /// it was rebuilt a little longer.
  @Test(
    arguments: [
      ("Austin", 5.513), ("BrandsHatch", 3.908), ("Catalunya", 4.655), ("Hockenheim", 4.574),
      ("IMS", 4.023), ("Melbourne", 5.303), ("Monza", 5.793), ("Norisring", 2.300),
      ("Oschersleben", 3.696), ("Sakhir", 5.412), ("Silverstone", 5.891), ("Spa", 7.004),
      ("Spielberg", 4.318), ("Zandvoort", 4.307),
    ] as [(String, Double)])
  func closedLengthsAreThoseOfTheRealCircuits(name: String, kilometres: Double) throws {
    guard let path = SharedData.path("tracks-tum/tracks/\(name).csv") else { return }
    expectClose(try TrackFile.load(path).length / 1000, kilometres, relative: 0.0025, name)
  }

  /// Two bulbs, the larger of radius 12 m, joined by a neck that is `gap` wide each way of its middle, left-hand
  /// room 2 m. A fold of an edge is cut away; the smaller bulb, cut off by edges that overlap in the neck, is
  /// none.
  @Test(arguments: [(2.4, 1.9, false), (3.5, 2.6, true)]) func bulbsBehindANeckAreNoFolds(
    small: Double, gap: Double, isRoad: Bool
  ) throws {
    let (large, bend) = (12.0, 1.5)
    let height = gap + bend
    let foot = ((small + bend) * (small + bend) - height * height).squareRoot()
    let apart = foot + ((large + bend) * (large + bend) - height * height).squareRoot()
    var points: [TrackPoint] = []
    func arc(_ x: Double, _ y: Double, _ radius: Double, _ from: Double, _ to: Double) {
      let count = max(Int((to - from).magnitude * radius / 0.2), 2)
      for index in 0..<count {
        let angle = from + (to - from) * Double(index) / Double(count)
        points.append(
          TrackPoint(x: x + radius * cos(angle), y: y + radius * sin(angle), right: 1, left: 2))
      }
    }
    let (near, far) = (atan2(height, foot), atan2(height, foot - apart))
    arc(apart, 0, large, -far, far)
    arc(foot, height, bend, far - .pi, near - .pi)
    arc(0, 0, small, near, 2 * .pi - near)
    arc(foot, -height, bend, .pi - near, .pi - far)
    let track = try Track(name: "bulbs", points: points)
    if isRoad {
      _ = try track.edges()
    } else {
      #expect(throws: MapError.self) { try track.edges() }
    }
  }

  @Test func lengthsToTenMetresAreThoseOfMonzaAndSpa() throws {
    for (name, kilometres) in [("Monza", 5.79), ("Spa", 7.00)] {
      guard let path = SharedData.path("tracks-tum/tracks/\(name).csv") else { continue }
      expectClose(try TrackFile.load(path).length / 1000, kilometres, absolute: 0.005, name)
    }
  }

  @Test func everyRealCircuitIsReadWithItsRaceLineAndItsEdgesStayApart() throws {
    var paths: [String] = []
    for name in try SharedData.names(in: "tracks-tum/tracks") ?? [] {
      paths.append(SharedData.path("tracks-tum/tracks/\(name)")!)
    }
    for name in try SharedData.names(in: "tracks-f1tenth") ?? [] where !name.contains(".") {
      let folder = SharedData.path("tracks-f1tenth/\(name)")!
      paths += [
        folder, folder + "/", "\(folder)/\(name)_map.yaml", "\(folder)/\(name)_centerline.csv",
      ]
    }
    for path in paths {
      let track = try TrackFile.load(path)
      #expect(track.raceLine != nil, "\(path)")
      #expect((track.mapPath != nil) == path.contains("f1tenth"))
      let (left, right) = (try track.edge(.left), try track.edge(.right))
      #expect(Track.firstCrossing(left, right) == nil, "\(path)")
    }
  }
}
