import CAllocationCounter
import FedRLCore
import FedRLFederation
import FedRLNumerics
import FedRLPPO
import FedRLSimulation
import FedRLVacuum

/// Sums, codecs, and a round's own cost.
func measureFederation(_ bench: Bench) throws {
  try measureSums(bench)
  try measureCodec(bench)
  try measureRounds(bench)
}

private func update(_ parameters: Int, seed: UInt64) -> ModelUpdate {
  var random = RandomStream(seed: seed)
  return ModelUpdate(
    metadata: UpdateMetadata(
      baseVersion: .initial, layoutDigest: LayoutDigest(value: 0), sampleCount: 1024,
      environmentSteps: 1024),
    delta: (0..<parameters).map { _ in Float(random.uniform(-0.01, 0.01)) })
}

/// A hundred updates of a million parameters each, as they arrived, into one exact sum and its mean.
struct Aggregation {
  static let parameters = 1_000_000
  static let gigabytes = 100 * 4 * Double(parameters) / 1e9
  private let updates: [ReceivedUpdate]

  init() throws {
    let codec = Float32Codec()
    updates = try (1...100).map {
      try ReceivedUpdate(codec.encode(update(Self.parameters, seed: $0)), codec: codec)
    }
  }

  func gigabytesPerSecond(_ loop: ParallelLoop) throws -> Double {
    let seconds = try Bench.seconds {
      var mean = WeightedMean(parameters: Self.parameters, weighting: .samples)
      for verdict in mean.add(updates, parallel: loop) { _ = try verdict.get() }
      _ = try mean.finish(parallel: loop)
    }
    return Self.gigabytes / seconds
  }
}

/// Of all bits, eight vectors at a time: the least that can be done with every byte.
private func exclusiveOr(_ numbers: [Float]) -> UInt64 {
  numbers.withUnsafeBytes { bytes in
    var sums = (
      SIMD8<UInt64>.zero, SIMD8<UInt64>.zero, SIMD8<UInt64>.zero, SIMD8<UInt64>.zero
    )
    func vector(_ offset: Int) -> SIMD8<UInt64> {
      bytes.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt64>.self)
    }
    for offset in stride(from: 0, through: bytes.count - 256, by: 256) {
      sums.0 ^= vector(offset)
      sums.1 ^= vector(offset + 64)
      sums.2 ^= vector(offset + 128)
      sums.3 ^= vector(offset + 192)
    }
    let all = sums.0 ^ sums.1 ^ sums.2 ^ sums.3
    return (0..<8).reduce(0) { $0 ^ all[$1] }
  }
}

/// The average, beside what merely reading as much memory takes.
private func measureSums(_ bench: Bench) throws {
  let sum = try Aggregation()
  let parameters = Aggregation.parameters
  let memory = (1...100).map { [Float](repeating: Float($0), count: parameters) }
  for threads in Set([1, bench.options.threads]).sorted() {
    let loop = WorkerPool(count: threads).loop
    let found = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 100)
    defer { found.deallocate() }
    _ = try sum.gigabytesPerSecond(loop)
    try bench.values(
      "memory read, 100 × 4 MB", "GB/s", threads: threads, note: "what this machine's memory gives"
    ) {
      Aggregation.gigabytes
        / Bench.seconds {
          loop(100) { piece in
            found[piece] = exclusiveOr(memory[piece])
          }
        }
    }
    try bench.values(
      "aggregation, 100 × 1 M float32", "GB/s", threads: threads,
      note: "of messages: exact sum, norms, checks, mean"
    ) { try sum.gigabytesPerSecond(loop) }
  }
}

private func measureCodec(_ bench: Bench) throws {
  let parameters = 50_000
  let plain = update(parameters, seed: 7)
  let codec = Float32Codec()
  let encoded = codec.encode(plain)
  var decoded = plain
  try bench.values("encode an update of 50 k parameters", "µs") {
    1e6 * Bench.seconds(1000) { _ = codec.encode(plain) }
  }
  try bench.values("decode an update of 50 k parameters", "µs") {
    1e6 * (try Bench.seconds(1000) { try codec.decode(encoded, into: &decoded) })
  }
}

/// A fleet of agents that train for no time at all.
func idleFleet(rounds: Int, parameters: Int, agents: Int) throws -> FederatedArm {
  let world = IdleWorld(observations: 4, actions: .twoNumbers)
  let device = try DeviceProfile.named("pi-4")
  let link = try LinkProfile.named("ethernet")
  let members = (0..<agents).map {
    MemberPlan(
      name: "idle/\($0)", group: "idle", kind: world, device: device, link: link,
      stepsPerRound: 256, hasDeviceBattery: false)
  }
  var federation = FederationConfiguration()
  federation.rounds = rounds
  return FederatedArm(
    plan: FleetPlan(
      members: members, learner: IdleLearner(parameters: parameters),
      specification: world.specification, federation: federation, seed: 1))
}

/// A thousand agents with 50,000 parameters each, and what a thousand rounds leave in memory.
private func measureRounds(_ bench: Bench) throws {
  for threads in Set([1, bench.options.threads]).sorted() {
    let simulation = try idleFleet(rounds: 2_000, parameters: 50_000, agents: 1000)
    let pool = WorkerPool(count: threads)
    func round() throws { _ = try simulation.runRound(pool: pool) { _ in } }
    try round()
    try bench.values(
      "round of 1,000 agents × 50 k parameters", "ms", threads: threads,
      note: "no training; models, updates, checks, sum, ledger"
    ) { 1e3 * (try Bench.seconds(5) { try round() }) }
    guard threads == bench.options.threads else { continue }
    try bench.values(
      "memory gained in 200 such rounds", "MB", threads: threads, repetitions: 5,
      note: "one after another: 1,000 rounds"
    ) {
      let before = fedrl_allocated_bytes()
      for _ in 0..<200 { try round() }
      return (Double(fedrl_allocated_bytes()) - Double(before)) / 1e6
    }
  }
}

/// How long training waits for a checkpoint of a fleet of vacuums.
func measureCheckpoints(_ bench: Bench) throws {
  let agents = 180
  var settings = Subjects.flagshipSettings
  settings.steps = 8
  settings.minibatch = 32
  settings.epochs = 1
  let homes = try (1...18).map { try Subjects.flagshipVacuum(home: $0) }
  let kind = PPOKind(settings, for: homes[0].specification)
  let device = try DeviceProfile.named("pi-4")
  let link = try LinkProfile.named("ethernet")
  let members = (0..<agents).map {
    MemberPlan(
      name: "vacuum/\($0)", group: "vacuum", kind: homes[$0 % homes.count], device: device,
      link: link, stepsPerRound: kind.stepQuantum, hasDeviceBattery: false)
  }
  let simulation = IndependentArm(
    plan: FleetPlan(
      members: members, learner: kind, specification: homes[0].specification,
      federation: FederationConfiguration(), seed: 1))
  let pool = WorkerPool(count: bench.options.threads)
  _ = try simulation.runRound(pool: pool) { _ in }
  let bytes = try simulation.encodeState(pool: pool).reduce(0) { $0 + $1.count }
  try bench.values(
    "pause for a checkpoint, per 1,000 vacuums", "ms", threads: pool.count,
    note: "\(bytes / agents / 1000) kB per independent agent"
  ) {
    1e3 * (try Bench.seconds { _ = try simulation.encodeState(pool: pool) }) * 1000
      / Double(agents)
  }
}
