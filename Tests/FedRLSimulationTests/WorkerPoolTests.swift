import FedRLSimulation
import Synchronization
import Testing

@Suite struct WorkerPoolTests {
  struct Fault: Error, Equatable { let piece: Int }

  @Test(arguments: [1, 2, 3, 16])
  func everyPieceRunsOnceOnAWorkerOfThePool(workers: Int) throws {
    let pool = WorkerPool(count: workers)
    let pieces = 100
    let runs = Mutex([Int](repeating: 0, count: pieces))
    let used = Mutex(Set<Int>())
    try pool.run(pieces: pieces) { worker, piece in
      runs.withLock { $0[piece] += 1 }
      used.withLock { _ = $0.insert(worker) }
    }
    #expect(runs.withLock { $0 } == [Int](repeating: 1, count: pieces))
    #expect(used.withLock { $0 }.isSubset(of: Set(0..<workers)))
  }

  @Test func onlyTheNamedPiecesRunInTheGivenOrder() throws {
    let order = [7, 2, 9, 0]
    let started = Mutex<[Int]>([])
    try WorkerPool(count: 1).run(order) { _, piece in started.withLock { $0.append(piece) } }
    #expect(started.withLock { $0 } == order)
  }

  @Test func morePiecesOrMoreWorkersOrNoPiecesAreAllTheSame() throws {
    for (workers, pieces) in [(8, 3), (8, 1), (8, 0), (1, 0)] {
      let done = Atomic<Int>(0)
      try WorkerPool(count: workers).run(pieces: pieces) { _, _ in
        done.wrappingAdd(1, ordering: .relaxed)
      }
      #expect(done.load(ordering: .relaxed) == pieces)
    }
  }

  @Test func aWorkersNumberIsNeverUsedByTwoPiecesAtATime() throws {
    let busy = Mutex(Set<Int>())
    let clashes = Atomic<Int>(0)
    try WorkerPool(count: 4).run(pieces: 200) { worker, piece in
      if !busy.withLock({ $0.insert(worker).inserted }) {
        clashes.wrappingAdd(1, ordering: .relaxed)
      }
      var sum = 0.0
      for index in 0..<(1000 * (piece % 7)) { sum += Double(index).squareRoot() }
      #expect(sum >= 0)
      _ = busy.withLock { $0.remove(worker) }
    }
    #expect(clashes.load(ordering: .relaxed) == 0)
  }

  /// Pieces 5 and 40 fail; 40 stands first in the order in the second run.
  @Test(arguments: [1, 2, 4, 8])
  func theErrorOfThePieceThatStandsFirstIsThrown(workers: Int) {
    let pool = WorkerPool(count: workers)
    for _ in 0..<50 {
      #expect(throws: Fault(piece: 5)) {
        try pool.run(pieces: 64) { _, piece in
          if piece == 5 || piece == 6 || piece == 40 { throw Fault(piece: piece) }
        }
      }
      #expect(throws: Fault(piece: 40)) {
        try pool.run([1, 40, 5, 2]) { _, piece in
          if piece == 5 || piece == 40 { throw Fault(piece: piece) }
        }
      }
    }
  }

  @Test func piecesAfterAFailureAreLeftOut() {
    let started = Atomic<Int>(0)
    #expect(throws: Fault(piece: 3)) {
      try WorkerPool(count: 1).run(pieces: 1000) { _, piece in
        started.wrappingAdd(1, ordering: .relaxed)
        if piece == 3 { throw Fault(piece: piece) }
      }
    }
    #expect(started.load(ordering: .relaxed) == 4)
  }
}
