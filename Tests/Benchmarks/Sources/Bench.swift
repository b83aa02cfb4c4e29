import FedRLSimulation
import Glibc

/// Measures figures and hands them to a report.
final class Bench {
  let options: Options
  private let report: (Figure) -> Void

  init(options: Options, report: @escaping (Figure) -> Void) {
    self.options = options
    self.report = report
  }

  /// Work for one thread: does some of it and says how much.
  typealias Work = () throws -> Double

  private final class Row {
    let work: Work
    var done = 0.0
    init(_ work: @escaping Work) { self.work = work }
  }

  /// Amounts per second, on one thread and, if asked for, on all.
  /// - Parameter makeWork: called once per thread; what it gives owns all that it changes.
  func rate(
    _ name: String, _ unit: String, onAllThreads: Bool = false, note: String = "",
    _ makeWork: () throws -> Work
  ) throws {
    let counts = onAllThreads && options.threads > 1 ? [1, options.threads] : [1]
    for threads in counts {
      let pool = WorkerPool(count: threads)
      let rows = try (0..<threads).map { _ in Row(try makeWork()) }
      // Once without a clock: caches, first pages, the processor's clock.
      try pool.run(pieces: threads) { _, piece in _ = try Self.repeats(rows[piece], seconds: 0.1) }
      var values: [Double] = []
      var share = 0.0
      for _ in 0..<options.repetitions {
        let clock = Stopwatch()
        try pool.run(pieces: threads) { _, piece in try Self.repeats(rows[piece], seconds: 0.4) }
        values.append(rows.reduce(0) { $0 + $1.done } / clock.seconds)
        share += clock.processorSeconds / clock.seconds / Double(threads)
      }
      add(name, unit, threads, values, share: share, note)
    }
  }

  private static func repeats(_ row: Row, seconds: Double) throws {
    row.done = 0
    let clock = Stopwatch()
    repeat { row.done += try row.work() } while clock.seconds < seconds
  }

  /// Values that `body` works out itself, once per repetition.
  func values(
    _ name: String, _ unit: String, threads: Int = 1, note: String = "", _ body: () throws -> Double
  ) rethrows {
    let clock = Stopwatch()
    let values = try (0..<options.repetitions).map { _ in try body() }
    let share = clock.processorSeconds / clock.seconds
    add(name, unit, threads, values, share: share * Double(options.repetitions), note)
  }

  /// Seconds of one call of `body`, the fastest that `repeats` calls in a row average to.
  static func seconds(_ repeats: Int = 1, _ body: () throws -> Void) rethrows -> Double {
    let clock = Stopwatch()
    for _ in 0..<repeats { try body() }
    return clock.seconds / Double(repeats)
  }

  private func add(
    _ name: String, _ unit: String, _ threads: Int, _ values: [Double], share: Double,
    _ note: String
  ) {
    report(
      Figure(
        name: name, unit: unit, threads: threads, values: values,
        processorShare: share / Double(options.repetitions), note: note))
  }
}

/// Real time, and the processor time of this process, since it was made.
struct Stopwatch {
  private let start = Self.read(CLOCK_MONOTONIC)
  private let processorStart = Self.read(CLOCK_PROCESS_CPUTIME_ID)

  var seconds: Double { Self.read(CLOCK_MONOTONIC) - start }
  var processorSeconds: Double { Self.read(CLOCK_PROCESS_CPUTIME_ID) - processorStart }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
