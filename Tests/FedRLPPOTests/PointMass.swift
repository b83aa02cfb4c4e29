import FedRLCore
import FedRLNumerics

/// Push a point on a line to the origin: x″ = 4a, Δt = 0.1 s, 60 steps; reward −x² − 0.01 a².
final class PointMass: BatchEnvironment {
  struct Point { var position = 0.0, velocity = 0.0; var steps = 0; var episode: UInt64 = 0 }
  let specification = EnvironmentSpecification(
    name: "point-mass",
    observations: BoxSpace(shape: [2], low: -10, high: 10, name: "state"),
    actions: .box(BoxSpace(shape: [1], low: -4, high: 4, name: "force")),
    controlPeriodSeconds: 0.1, maximumEpisodeSteps: 60)
  let count: Int
  private var points: [Point]
  private var random = RandomStream(seed: 0)

  init(count: Int) {
    self.count = count
    points = [Point](repeating: Point(), count: count)
  }

  private func begin(_ copy: Int) {
    var stream = random.split("episode", UInt64(copy), points[copy].episode)
    points[copy] = Point(
      position: stream.uniform(-2, 2), velocity: stream.uniform(-1, 1), steps: 0,
      episode: points[copy].episode + 1)
  }

  private func write(_ copy: Int, _ observations: inout MutableSpan<Float>) {
    observations[2 * copy] = Float(points[copy].position)
    observations[2 * copy + 1] = Float(points[copy].velocity)
  }

  func reset(random: RandomStream, into observations: inout MutableSpan<Float>) {
    self.random = random
    for copy in 0..<count {
      points[copy].episode = 0
      begin(copy)
      write(copy, &observations)
    }
  }

  func step(
    _ actions: Span<Float>, into observations: inout MutableSpan<Float>,
    rewards: inout MutableSpan<Float>, ends: inout MutableSpan<EpisodeEnd>,
    finalObservations: inout MutableSpan<Float>
  ) {
    for copy in 0..<count {
      let force = 4 * Double(actions[copy])
      points[copy].velocity += 0.1 * force
      points[copy].position += 0.1 * points[copy].velocity
      points[copy].steps += 1
      let position = points[copy].position
      rewards[copy] = Float(-position * position - 0.01 * Double(actions[copy] * actions[copy]))
      ends[copy] = points[copy].steps == 60 ? .truncated : .none
      if ends[copy] != .none {
        write(copy, &finalObservations)
        begin(copy)
      }
      write(copy, &observations)
    }
  }

  func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(random)
    for point in points {
      encoder.encode(point.position)
      encoder.encode(point.velocity)
      encoder.encode(UInt64(point.steps))
      encoder.encode(point.episode)
    }
  }

  func decodeState(
    from decoder: inout StateDecoder, into observations: inout MutableSpan<Float>
  ) throws {
    random = try decoder.decode()
    for copy in 0..<count {
      points[copy].position = try decoder.decode()
      points[copy].velocity = try decoder.decode()
      points[copy].steps = Int(try decoder.decode(UInt64.self))
      points[copy].episode = try decoder.decode()
      write(copy, &observations)
    }
  }
}
