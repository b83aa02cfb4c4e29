public import FedRLNumerics
private import Foundation
private import Synchronization

#if canImport(Glibc)
  private import Glibc
#endif

/// Threads that share out numbered pieces of work, each piece to whichever worker is free.
///
/// Results must not depend on the pool: pieces are independent, write only to their own place, and
/// draw random numbers from streams named by their index.
public final class WorkerPool: Sendable {
  /// Number of workers, the calling thread among them.
  public let count: Int

  /// - Parameter count: at least 1.
  public init(count: Int) {
    precondition(count > 0, "a pool of \(count) workers")
    self.count = count
  }

  /// The machine's processors that this process may use.
  public static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

  /// Runs `body(worker, index)` for every index in `order`, and returns when all are done.
  ///
  /// - Parameters:
  ///   - order: indices in the order in which they are started; put long ones first.
  ///   - body: called with a worker's number in `0..<count`, to which no other thread has access
  ///     meanwhile, and an index.
  /// - Throws: the error of the piece that stands first in `order` among those that failed, so that
  ///   what is reported does not depend on timing; pieces not yet started are then left out.
  public func run(_ order: [Int], _ body: (_ worker: Int, _ index: Int) throws -> Void) throws {
    let next = Atomic<Int>(0)
    let failures = Mutex<[(position: Int, error: any Error)]>([])
    // The closure outlives no thread: all are joined before this function returns.
    try withoutActuallyEscaping(body) { body in
      let work = UncheckedWork(body: body)
      let loop: @Sendable (Int) -> Void = { worker in
        while true {
          let position = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard position < order.count else { return }
          do {
            try work.body(worker, order[position])
          } catch {
            failures.withLock { $0.append((position, error)) }
            next.store(order.count, ordering: .relaxed)
          }
        }
      }
      let helpers = (1..<max(min(count, order.count), 1)).map { worker in
        PoolThread { loop(worker) }
      }
      loop(0)
      for helper in helpers { helper.join() }
      if let first = failures.withLock({ $0.min { $0.position < $1.position } }) {
        throw first.error
      }
    }
  }

  /// These workers, for loops whose pieces cannot fail.
  public var loop: ParallelLoop {
    ParallelLoop { pieces, body in
      do {
        try self.run(pieces: pieces) { _, piece in body(piece) }
      } catch {
        preconditionFailure("a loop's body does not throw: \(error)")
      }
    }
  }

  /// `run` over `0..<pieces`, in order.
  public func run(pieces: Int, _ body: (_ worker: Int, _ index: Int) throws -> Void) throws {
    try run(Array(0..<pieces), body)
  }
}

/// Carries the body to the threads of one call.
private struct UncheckedWork: @unchecked Sendable {
  // Sendable: pieces touch only what belongs to their index or their worker, as `run` demands.
  let body: (Int, Int) throws -> Void
}

/// A thread that is joined, after which nothing of its body is referred to any more.
private struct PoolThread {
  private let handle: pthread_t

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  init(_ run: @escaping @Sendable () -> Void) {
    var handle = pthread_t()
    let status = pthread_create(
      &handle, nil,
      { pointer in
        Unmanaged<Body>.fromOpaque(pointer!).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(Body(run)).toOpaque())
    precondition(status == 0, "a worker thread could not be started: error \(status)")
    self.handle = handle
  }

  func join() { pthread_join(handle, nil) }
}
