import FedRLNumerics
import Testing

@Suite struct ParameterTests {
  private var layout: ParameterLayout {
    var layout = ParameterLayout()
    layout.append("actor.0.weight", shape: [3, 2], part: .actor)
    layout.append("actor.0.bias", shape: [3], part: .actor)
    layout.append("critic.0.weight", shape: [1, 3], part: .critic)
    return layout
  }

  @Test func segmentsLieInOrderWithoutGaps() {
    let layout = layout
    #expect(layout.segments.map(\.offset) == [0, 6, 9])
    #expect(layout.segments.map(\.count) == [6, 3, 3])
    #expect(layout.segments.map(\.range) == [0..<6, 6..<9, 9..<12])
    #expect(layout.count == 12)
    #expect(layout["actor.0.bias"]?.part == .actor && layout["actor.1.bias"] == nil)
  }

  @Test func appendingGivesTheSegmentsIndex() {
    var layout = layout
    #expect(layout.append("critic.0.bias", shape: [1], part: .critic) == 3)
  }

  @Test func aVectorGivesItsSegmentsByName() {
    let vector = ParameterVector(layout: layout, values: (0..<12).map(Float.init))
    #expect(vector["actor.0.bias"].map(Array.init) == [6, 7, 8])
    #expect(vector["nothing"] == nil)
    #expect(ParameterVector(layout: layout).values == [Float](repeating: 0, count: 12))
  }

  @Test func theFirstValueThatIsNotFiniteIsFound() {
    var vector = ParameterVector(layout: layout)
    #expect(vector.firstNonFinite == nil)
    vector.values[7] = .nan
    #expect(vector.firstNonFinite == 7)
    vector.values[3] = -.infinity
    #expect(vector.firstNonFinite == 3)
  }

  @Test func aCopyIsNotChangedWithItsOriginal() {
    var vector = ParameterVector(layout: layout)
    let snapshot = vector
    vector.values[0] = 1
    #expect(snapshot.values[0] == 0 && snapshot != vector)
  }

  @Test func mistakesOfTheCallerStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      var layout = ParameterLayout()
      layout.append("a", shape: [1], part: .actor)
      layout.append("a", shape: [2], part: .actor)
    }
    await #expect(processExitsWith: .failure) {
      var layout = ParameterLayout()
      layout.append("a", shape: [2, 0], part: .actor)
    }
    await #expect(processExitsWith: .failure) {
      _ = ParameterVector(layout: ParameterLayout(), values: [1])
    }
  }

  @Test func aBufferStartsAtZeroAlignedAndKeepsWhatIsWritten() {
    for count in [0, 1, 17, 1000] {
      let buffer = FloatBuffer(count: count)
      #expect(buffer.count == count && buffer.buffer.count == count)
      #expect(Int(bitPattern: buffer.pointer) % 64 == 0)
      #expect(buffer.buffer.allSatisfy { $0 == 0 })
      buffer.fill(2)
      if count > 0 { buffer[count - 1] = 5 }
      #expect(buffer.buffer.dropLast().allSatisfy { $0 == 2 })
      #expect(count == 0 || buffer[count - 1] == 5)
    }
  }

  @Test func aBufferIsNotReadBeyondItsEnd() async {
    await #expect(processExitsWith: .failure) {
      let buffer = FloatBuffer(count: 4)
      print(buffer[4])
    }
  }
}
