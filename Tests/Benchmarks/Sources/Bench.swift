import FedRLSimulation
import Glibc

/// Measures figures and hands them to a report.
final class Bench {
  let options: Options
  private let report: Report

  init(options: Options, report: Report) {
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
      try add(
        name, unit, threads, values, share: share / Double(options.repetitions), note)
    }
  }

  /// Amounts per second of one repetition on this thread.
  static func rate(seconds: Double = 0.4, _ work: Work) rethrows -> Double {
    let clock = Stopwatch()
    var done = 0.0
    repeat { done += try work() } while clock.seconds < seconds
    return done / clock.seconds
  }

  private static func repeats(_ row: Row, seconds: Double) throws {
    row.done = 0
    let clock = Stopwatch()
    repeat { row.done += try row.work() } while clock.seconds < seconds
  }

  /// Values that `body` works out itself, once per repetition.
  /// - Parameter isOwnWork: whether this process does the work, so that its processor time says
  ///   something.
  func values(
    _ name: String, _ unit: String, threads: Int = 1, repetitions: Int? = nil,
    isOwnWork: Bool = true, note: String = "",
    _ body: () throws -> Double
  ) throws {
    let clock = Stopwatch()
    let count = repetitions ?? options.repetitions
    let values = try (0..<count).map { _ in try body() }
    let share = clock.processorSeconds / clock.seconds / Double(threads)
    try add(name, unit, threads, values, share: isOwnWork ? share : nil, note)
  }

  /// The same work here and in another library, in turns, and how many times as fast it is here.
  /// - Parameters:
  ///   - peer: a work of `peers.py` with its arguments, measured in the same unit.
  ///   - ours: one repetition; its number serves as a seed. `nil`: it did not reach its goal.
  func versus(
    _ name: String, _ unit: String, threads: Int = 1, repetitions: Int? = nil, peer: [String],
    _ ours: (_ repetition: Int) throws -> Double?
  ) throws {
    guard let python = options.python(for: peer) else {
      report.skip(
        "\(name) against \(peer.joined(separator: " "))", why: "there is no Python for it")
      return
    }
    let count = repetitions ?? options.repetitions
    var mine: [Double] = []
    var theirs: [Double] = []
    var pairs: [(Double, Double)] = []
    let library: String
    do {
      let other = try Peer(python: python, work: peer)
      library = other.library
      for repetition in 0..<count {
        let first = try ours(repetition)
        let second = try other.run(repetition)
        if let first { mine.append(first) }
        if let second { theirs.append(second) }
        if let first, let second { pairs.append((first, second)) }
      }
    } catch let missing as Peer.Missing {
      report.skip("\(name) against \(peer.joined(separator: " "))", why: missing.description)
      return
    }
    func row(_ who: String, _ unit: String, _ values: [Double], note: String = "") throws {
      if values.isEmpty { return report.skip("\(name): \(who)", why: "no run reached the goal") }
      try report.add(
        Figure(
          name: "\(name): \(who)", unit: unit, threads: threads, values: values,
          processorShare: nil,
          note: values.count == count ? note : "\(values.count) of \(count) reached it"))
    }
    try row("fedrl", unit, mine)
    let peerName = String(library.prefix { $0 != " " })
    try row(peerName, unit, theirs, note: library)
    let isBetterWhenMore = Figure.isBetterWhenMore(unit)
    try row(
      "times \(peerName)'s", "×",
      pairs.map { isBetterWhenMore ? $0 / $1 : $1 / $0 })
  }

  /// Seconds of one call of `body`, on average over `repeats`.
  static func seconds(_ repeats: Int = 1, _ body: () throws -> Void) rethrows -> Double {
    let clock = Stopwatch()
    for _ in 0..<repeats { try body() }
    return clock.seconds / Double(repeats)
  }

  /// Says that something was not measured.
  func skip(_ name: String, why: String) { report.skip(name, why: why) }

  private func add(
    _ name: String, _ unit: String, _ threads: Int, _ values: [Double], share: Double?,
    _ note: String
  ) throws {
    try report.add(
      Figure(
        name: name, unit: unit, threads: threads, values: values,
        processorShare: share, note: note))
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
