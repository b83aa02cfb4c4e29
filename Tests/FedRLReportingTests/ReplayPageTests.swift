import FedRLCore
import FedRLReporting
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct ReplayPageTests {
  static let facts = [
    ReplayPage.Fact(name: "return", value: "412"), .init(name: "length", value: "10 min 00 s"),
    .init(name: "coverage_ratio", value: "0.431"), .init(name: "t90", value: "not reached"),
    .init(name: "path_length", value: "179 m"),
  ]

  static func page(frames: Int) -> (page: ReplayPage, last: Drawing) {
    var page = ReplayPage(title: "Vacuum <home 3> & friends", secondsPerFrame: 0.2)
    var last = Drawing()
    var episode = SyntheticEpisode()
    episode.play(frames: frames) {
      page.append($0)
      last = $0
    }
    return (page, last)
  }

  @Test func aLongEpisodeIsSmallAndNeedsNothingElse() throws {
    let html = Self.page(frames: 3000).page.html(facts: Self.facts)
    #expect(html.utf8.count < 3_000_000, "\(html.utf8.count) bytes")
    #expect(html.contains("<title>Vacuum &lt;home 3&gt; &amp; friends</title>"))
    for outside in ["http://", "https://", "src=", "@import", "url(//", "<link"] {
      #expect(!html.contains(outside), "\(outside)")
    }
    if let path = getenv("FEDRL_REPLAY_SAMPLE") {
      try AtomicFile.write(html, to: String(cString: path))
    }
  }

  @Test func aTitleCannotEndTheScript() {
    var page = ReplayPage(title: "</script><!--", secondsPerFrame: 1)
    page.append(Drawing())
    let html = page.html(facts: [.init(name: "</script>", value: "<b>")])
    #expect(html.components(of: "</script>") == 2)
    #expect(!html.contains("<!--"))
  }

  @Test func thePictureMovesWithItsBounds() {
    var drawing = Drawing()
    drawing.bounds = (0, 0, 20, 10)
    var page = ReplayPage(title: "", secondsPerFrame: 1)
    page.append(drawing)
    page.append(drawing)
    #expect(page.html().contains("\"window\":null"))
    drawing.bounds = (5, 1, 25, 11)
    page.append(drawing)
    #expect(page.html().contains("\"window\":\""))
  }

  @Test func aPictureThatJumpsOutOfSightStaysWhereItIs() {
    var drawing = Drawing()
    drawing.bounds = (0, 0, 1, 1)
    var page = ReplayPage(title: "", secondsPerFrame: 1)
    page.append(drawing)
    drawing.bounds = (1e20, 0, 1e20, .infinity)
    page.append(drawing)
    #expect(page.html().contains("\"window\":null"))
  }

  @Test func anUnchangedFrameCostsAByteAShape() {
    var drawing = Drawing()
    drawing.shapes = (0..<10).map { .circle(x: Float($0), y: 0, radius: 1, fill: Color(1, 0, 0)) }
    var one = ReplayPage(title: "", secondsPerFrame: 1)
    one.append(drawing)
    var many = one
    for _ in 0..<300 { many.append(drawing) }
    // A frame: its count and ten zeros, the trail's and the gauges' absence; four thirds of it.
    let growth = many.html().utf8.count - one.html().utf8.count
    #expect(growth >= 300 * 13 * 4 / 3 && growth < 300 * 13 * 4 / 3 + 20, "\(growth)")
  }

  @Test func aCoordinateThatIsNoNumberIsLeftOut() {
    var drawing = Drawing()
    drawing.shapes = [.circle(x: .nan, y: 0, radius: 1, fill: Color(1, 0, 0))]
    drawing.trail = SIMD2(.infinity, 0)
    drawing.gauges = [.init(name: "speed", value: .nan, range: 0...1, unit: "m/s")]
    var page = ReplayPage(title: "", secondsPerFrame: 1)
    page.append(drawing)
    #expect(page.html().contains("\"slots\":\"AA==\""))
  }

  @Test func anEpisodesFactsHaveUnits() {
    let specification = EnvironmentSpecification(
      name: "toy", observations: BoxSpace(shape: [1], low: 0, high: 1, name: "x"),
      actions: .discrete(count: 2), controlPeriodSeconds: 0.2, maximumEpisodeSteps: 10,
      metrics: MetricsWriterTests.metrics + [.init("path_m", unit: "m", higherIsBetter: nil, "")])
    let episode = EpisodeRecord(
      seed: 1, episodeReturn: -12.34, steps: 400, end: .truncated, metrics: [0.5, .nan, 31.25])
    #expect(
      ReplayPage.Fact.of(episode, specification: specification) == [
        .init(name: "return", value: "−12.3"),
        .init(name: "length", value: "1 min 20 s"), .init(name: "steps", value: "400"),
        .init(name: "end", value: "truncated"), .init(name: "coverage_ratio", value: "0.500"),
        .init(name: "t90", value: "not reached"), .init(name: "path", value: "31.3 m"),
      ])
  }

  /// What the browser's page says after it ran, at a time of the episode.
  static func document(_ path: String, at time: Double, in folder: TemporaryFolder) throws
    -> String?
  {
    guard run("command -v chromium > /dev/null") == 0 else { return nil }
    let status = run(
      "timeout 60 chromium --headless --no-sandbox --disable-gpu --virtual-time-budget=3000 "
        + "--user-data-dir=\(folder.file("profile")) --dump-dom 'file://\(path)#t=\(time)' "
        + "> \(folder.file("dom")) 2> /dev/null")
    return status == 0 ? try folder.text("dom") : nil
  }

  @Test func aBrowserDecodesTheLastFrame() throws {
    let folder = TemporaryFolder()
    let (page, last) = Self.page(frames: 451)
    try page.write(facts: Self.facts, to: folder.file("replay.html"))
    guard let document = try Self.document(folder.file("replay.html"), at: 90, in: folder) else {
      print("skipped: no chromium to play a replay in")
      return
    }
    #expect(document.contains("1:30.0 / 1:30.0"))
    let coverage = HumanNumber.fixed(Double(last.gauges[0].value) * 100, 1) + " %"
    #expect(document.contains("<span>\(coverage)</span>"), "\(coverage)")
    #expect(document.contains("id=\"problem\" role=\"alert\" hidden"))
  }
}

extension String {
  /// How often a text occurs.
  fileprivate func components(of text: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: text) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
