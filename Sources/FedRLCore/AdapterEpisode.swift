public import FedRLNumerics

/// The running episode of one copy in a ``BatchAdapter``.
@usableFromInline
struct AdapterEpisode {
  @usableFromInline var seeds = RandomStream(seed: 0).seeds("episode", 0)
  /// e: how many episodes of this copy came before.
  @usableFromInline var index: UInt64 = 0
  @usableFromInline var seed: UInt64 = 0
  @usableFromInline var steps = 0
  /// `[steps, width]`, physical units; empty where the environment has snapshots.
  @usableFromInline var actions: [Float] = []

  @usableFromInline init() {}

  /// Forgets the last episode and takes the seed that `index` names.
  @usableFromInline
  mutating func begin() {
    seed = seeds[index]
    steps = 0
    actions.removeAll(keepingCapacity: true)
  }
}

/// How a snapshot environment is written and read, where its conformance is known.
@usableFromInline
struct SnapshotCoding<E: Environment & ~Copyable> {
  let encode: (borrowing E, inout StateEncoder) -> Void
  let decode: (inout E, inout StateDecoder) throws -> Void

  init() where E: SnapshotEnvironment {
    encode = { environment, encoder in environment.encodeState(into: &encoder) }
    decode = { environment, decoder in try environment.decodeState(from: &decoder) }
  }
}
