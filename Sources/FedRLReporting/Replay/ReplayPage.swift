public import FedRLCore

/// A recorded episode as one HTML page that plays it: no other file, no network.
///
/// Frames are encoded as they come and not kept, so that an episode costs a few hundred bytes a
/// frame. The page opens at a time given by its address, such as `replay.html#t=12.5`.
public struct ReplayPage: Sendable {
  /// A line beside the picture: what the episode scored.
  public struct Fact: Sendable, Equatable {
    public let name: String
    public let value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  private struct GaugeState: Sendable {
    let gauge: Drawing.Gauge
    var last = 0
  }

  private let title: String
  private let secondsPerFrame: Double
  private var bounds: (minX: Float, minY: Float, maxX: Float, maxY: Float) = (0, 0, 1, 1)
  private var background: ReplayEncoder
  private var foreground: ReplayEncoder
  private var gauges: [GaugeState] = []
  private var gaugeStream = ByteStream()
  private var trailStream = ByteStream()
  /// Where the picture's lower left corner is, from frame to frame.
  private var windowStream = ByteStream()
  private var lastWindow: (x: Int, y: Int) = (0, 0)
  /// Whether the picture moves with what it shows.
  private var follows = false
  private var lastTrail = [0, 0]
  /// Frames so far.
  public private(set) var frameCount = 0

  /// - Parameters:
  ///   - title: one line.
  ///   - secondsPerFrame: simulated time between two frames.
  public init(title: String, secondsPerFrame: Double) {
    precondition(secondsPerFrame > 0)
    self.title = title
    self.secondsPerFrame = secondsPerFrame
    background = ReplayEncoder(bounds: bounds)
    foreground = background
  }

  /// Adds a frame; background and size are those of the first one, and the window moves as its bounds do.
  /// - Complexity: O(shapes + cells of its layers).
  public mutating func append(_ drawing: Drawing) {
    if frameCount == 0 {
      bounds = drawing.bounds
      // A picture without extent cannot be scaled to a window.
      if !(bounds.maxX > bounds.minX) { bounds.maxX = bounds.minX + 1 }
      if !(bounds.maxY > bounds.minY) { bounds.maxY = bounds.minY + 1 }
      background = ReplayEncoder(bounds: bounds)
      foreground = background
      background.append(drawing.background)
    }
    foreground.append(drawing.shapes)
    appendTrail(drawing.trail)
    appendWindow(drawing)
    appendGauges(drawing.gauges)
    frameCount += 1
  }

  private mutating func appendTrail(_ point: SIMD2<Float>?) {
    guard let place = point.flatMap({ foreground.position($0.x, $0.y) }) else {
      return trailStream.append(0)
    }
    trailStream.append(1)
    for axis in 0..<2 { trailStream.append(signed: place[axis] - lastTrail[axis]) }
    lastTrail = place
  }

  private mutating func appendWindow(_ drawing: Drawing) {
    let quantum = foreground.quantum
    func steps(_ way: Float) -> Int {
      let steps = way / quantum
      return steps.magnitude < 1e9 ? Int(steps.rounded()) : 0
    }
    let place = (
      x: steps(drawing.bounds.minX - bounds.minX), y: steps(drawing.bounds.minY - bounds.minY)
    )
    follows = follows || place != (0, 0)
    windowStream.append(signed: place.x - lastWindow.x)
    windowStream.append(signed: place.y - lastWindow.y)
    lastWindow = place
  }

  /// Values travel in 10,000ths of their range.
  private mutating func appendGauges(_ values: [Drawing.Gauge]) {
    let finite = values.filter { $0.value.isFinite }
    gaugeStream.append(finite.count)
    for gauge in finite {
      var index = gauges.firstIndex { $0.gauge.name == gauge.name } ?? gauges.count
      if index == gauges.count { gauges.append(GaugeState(gauge: gauge)) }
      index = min(index, gauges.count - 1)
      let range = Self.scale(of: gauges[index].gauge)
      let share = (gauge.value - range.lowerBound) / (range.upperBound - range.lowerBound)
      let step = Int((min(max(share, -100), 100) * 10_000).rounded())
      gaugeStream.append(index)
      gaugeStream.append(signed: step - gauges[index].last)
      gauges[index].last = step
    }
  }

  private static func scale(of gauge: Drawing.Gauge) -> ClosedRange<Float> {
    let range = gauge.range
    let isUseful =
      range.lowerBound.isFinite && range.upperBound.isFinite && range.lowerBound < range.upperBound
    return isUseful ? range : 0...1
  }

  /// The page.
  /// - Parameter facts: in the order in which they are shown.
  public func html(facts: [Fact] = []) -> String {
    var document = ReplayTemplate.page
    // Inside a script element only `</` and `<!--` would end it early.
    let data = Self.replacing("<", with: "\\u003c", in: data(facts).text)
    for (mark, text) in [
      ("{{style}}", ReplayTemplate.style), ("{{script}}", ReplayTemplate.script),
      ("{{title}}", Self.escaped(title)), ("{{data}}", data),
    ] {
      document = Self.replacing(mark, with: text, in: document)
    }
    return document
  }

  /// Writes the page atomically.
  public func write(facts: [Fact] = [], to path: String) throws(FileError) {
    try AtomicFile.write(html(facts: facts), to: path)
  }

  /// Writes a page of the given frames.
  public static func write(
    title: String, facts: [Fact], frames: some Sequence<Drawing>, secondsPerFrame: Double,
    to path: String
  ) throws(FileError) {
    var page = ReplayPage(title: title, secondsPerFrame: secondsPerFrame)
    for frame in frames { page.append(frame) }
    try page.write(facts: facts, to: path)
  }

  private func data(_ facts: [Fact]) -> JSONValue {
    let scales = gauges.map { state -> JSONValue in
      let range = Self.scale(of: state.gauge)
      return [
        "name": .text(state.gauge.name), "unit": .text(state.gauge.unit),
        "low": ReplayEncoder.number(range.lowerBound),
        "high": ReplayEncoder.number(range.upperBound),
      ]
    }
    return [
      "window": follows ? .text(windowStream.base64) : .null,
      "title": .text(title),
      "facts": .list(facts.map { ["name": .text($0.name), "value": .text($0.value)] }),
      "secondsPerFrame": .number(secondsPerFrame), "frames": .integer(frameCount),
      "bounds": .list(
        [bounds.minX, bounds.minY, bounds.maxX, bounds.maxY].map(ReplayEncoder.number)),
      "quantum": .number(Double(foreground.quantum)),
      "background": Self.scene(background), "foreground": Self.scene(foreground),
      "gauges": .list(scales), "gaugeValues": .text(gaugeStream.base64),
      "trail": .text(trailStream.base64),
    ]
  }

  private static func scene(_ encoder: ReplayEncoder) -> JSONValue {
    [
      "styles": .list(encoder.styles), "layers": .list(encoder.layerDescriptions),
      "slots": .text(encoder.slots.base64), "cells": .text(encoder.cells.base64),
    ]
  }

  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// Replaces every occurrence in one pass over the bytes.
  private static func replacing(_ mark: String, with text: String, in document: String) -> String {
    let bytes = Array(document.utf8)
    let mark = Array(mark.utf8)
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + text.utf8.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == mark[0], bytes[index...].starts(with: mark) {
        out += text.utf8
        index += mark.count
      } else {
        out.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

extension ReplayPage.Fact {
  /// The return, length and measures of an episode, with their units.
  public static func of(_ episode: EpisodeRecord, specification: EnvironmentSpecification)
    -> [ReplayPage.Fact]
  {
    var facts = [
      ReplayPage.Fact(name: "return", value: HumanNumber.value(episode.episodeReturn)),
      ReplayPage.Fact(
        name: "length",
        value: HumanNumber.duration(Double(episode.steps) * specification.controlPeriodSeconds)),
      ReplayPage.Fact(name: "steps", value: "\(episode.steps)"),
      ReplayPage.Fact(name: "end", value: "\(episode.end)"),
    ]
    for (index, metric) in specification.metrics.enumerated() {
      let value = episode.metrics[safe: index].flatMap { $0.isNaN ? nil : $0 }
      facts.append(fact(metric, value.map(HumanNumber.value)))
    }
    for (index, metric) in specification.listMetrics.enumerated() {
      let values = (episode.lists[safe: index] ?? []).map { HumanNumber.value($0) }
      facts.append(fact(metric, values.isEmpty ? nil : values.joined(separator: ", ")))
    }
    return facts
  }

  /// The unit stands behind the value.
  private static func fact(_ metric: MetricDefinition, _ value: String?) -> ReplayPage.Fact {
    // "1" is no unit, and "1/100 m" stands in the name, as `…_per_100m`.
    let unit = metric.unit.hasPrefix("1") ? "" : " " + metric.unit
    let suffix = "_" + metric.unit
    let name =
      metric.name.hasSuffix(suffix) ? String(metric.name.dropLast(suffix.count)) : metric.name
    return .init(name: name, value: value.map { $0 + unit } ?? "not reached")
  }
}
