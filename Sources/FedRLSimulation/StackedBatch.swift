import FedRLCore
import FedRLNumerics

/// Batches of one specification stepped as one: the worlds of a whole fleet for a single learner.
final class StackedBatch: BatchEnvironment {
  let specification: EnvironmentSpecification
  let count: Int
  private let parts: [any BatchEnvironment]
  /// First copy of each part, and the total.
  private let starts: [Int]

  /// - Parameter parts: at least one, all of the same spaces.
  init(_ parts: [any BatchEnvironment], specification: EnvironmentSpecification) {
    self.parts = parts
    self.specification = specification
    starts = parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    count = starts[parts.count]
  }

  var failure: (any Error)? { parts.lazy.compactMap(\.failure).first }

  func reset(random: RandomStream, into observations: inout MutableSpan<Float>) {
    for (index, part) in parts.enumerated() {
      withRows(of: index, in: &observations, width: specification.observations.count) {
        part.reset(
          random: index == 0 ? random : random.split("member", UInt64(index)), into: &$0)
      }
    }
  }

  func step(
    _ actions: Span<Float>, into observations: inout MutableSpan<Float>,
    rewards: inout MutableSpan<Float>, ends: inout MutableSpan<EpisodeEnd>,
    finalObservations: inout MutableSpan<Float>
  ) {
    let width = specification.observations.count
    let actionWidth = specification.actions.width
    for (index, part) in parts.enumerated() {
      let own = actions.extracting(
        (starts[index] * actionWidth)..<(starts[index + 1] * actionWidth))
      withRows(of: index, in: &observations, width: width) { observations in
        withRows(of: index, in: &rewards, width: 1) { rewards in
          withRows(of: index, in: &ends, width: 1) { ends in
            withRows(of: index, in: &finalObservations, width: width) { finals in
              part.step(
                own, into: &observations, rewards: &rewards, ends: &ends,
                finalObservations: &finals)
            }
          }
        }
      }
    }
  }

  /// Lends the rows of one part.
  private func withRows<Element: BitwiseCopyable>(
    of part: Int, in values: inout MutableSpan<Element>, width: Int,
    _ body: (inout MutableSpan<Element>) -> Void
  ) {
    precondition(values.count == count * width, "\(values.count) values for \(count) copies")
    let range = (starts[part] * width)..<(starts[part + 1] * width)
    values.withUnsafeMutableBufferPointer { buffer in
      var rows = MutableSpan(
        _unsafeStart: buffer.baseAddress! + range.lowerBound, count: range.count)
      body(&rows)
    }
  }

  /// The part that a copy is in, and its place there.
  private func place(of copy: Int) -> (part: Int, copy: Int) {
    precondition(copy >= 0 && copy < count, "copy \(copy) of \(count)")
    let part = starts.lastIndex { $0 <= copy }!
    return (part, copy - starts[part])
  }

  func writeFinalMetrics(ofCopy index: Int, into values: inout MutableSpan<Double>) {
    let place = place(of: index)
    parts[place.part].writeFinalMetrics(ofCopy: place.copy, into: &values)
  }

  func finalListMetric(_ list: Int, ofCopy index: Int) -> [Double] {
    let place = place(of: index)
    return parts[place.part].finalListMetric(list, ofCopy: place.copy)
  }

  func writeMetrics(ofCopy index: Int, into values: inout MutableSpan<Double>) {
    let place = place(of: index)
    parts[place.part].writeMetrics(ofCopy: place.copy, into: &values)
  }

  func writeActionMasks(into masks: inout MutableSpan<Float>) {
    for (index, part) in parts.enumerated() {
      withRows(of: index, in: &masks, width: specification.actions.policyOutputs) {
        part.writeActionMasks(into: &$0)
      }
    }
  }

  func draw(copy index: Int, into drawing: inout Drawing) {
    let place = place(of: index)
    parts[place.part].draw(copy: place.copy, into: &drawing)
  }

  var byteCount: Int { parts.reduce(0) { $0 + $1.byteCount } }

  func encodeState(into encoder: inout StateEncoder) {
    for part in parts { part.encodeState(into: &encoder) }
  }

  func decodeState(
    from decoder: inout StateDecoder, into observations: inout MutableSpan<Float>
  ) throws {
    for (index, part) in parts.enumerated() {
      var failure: (any Error)?
      withRows(of: index, in: &observations, width: specification.observations.count) {
        do {
          try part.decodeState(from: &decoder, into: &$0)
        } catch { failure = error }
      }
      if let failure { throw failure }
    }
  }
}
