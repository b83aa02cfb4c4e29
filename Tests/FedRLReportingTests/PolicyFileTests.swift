import FedRLCore
import FedRLNumerics
import FedRLReporting
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct PolicyFileTests {
  static let layout = {
    var layout = ParameterLayout()
    layout.append("actor.0.weight", shape: [2, 3], part: .actor)
    layout.append("actor.0.bias", shape: [2], part: .actor)
    layout.append("critic.0.weight", shape: [1, 3], part: .critic)
    return layout
  }()

  static let specification = EnvironmentSpecification(
    name: "toy",
    observations: BoxSpace(shape: [3], low: -1, high: 1, name: "lidar \"é\""),
    actions: .box(
      BoxSpace(shape: [2], low: [-0.3, -1.9], high: [0.3, 1.9], names: ["speed", "turn"])),
    controlPeriodSeconds: 0.2, maximumEpisodeSteps: 100)

  static func policy() -> PolicyFile {
    var random = RandomStream(seed: 7)
    let parameters = ParameterVector(
      layout: layout, values: (0..<layout.count).map { _ in Float(random.normal()) })
    return PolicyFile(
      parameters: parameters,
      observationMoments: Moments(count: 10, mean: [0.1, 2, -3], m2: [10, 0, 2.5]),
      specification: specification, metadata: ["activation": "tanh", "hidden": "[2]"])
  }

  @Test func aPolicyIsReadBackToTheBit() throws {
    let folder = TemporaryFolder()
    let policy = Self.policy()
    try policy.write(to: folder.file("p.safetensors"))
    #expect(try PolicyFile.read(folder.file("p.safetensors"), layout: Self.layout) == policy)
    #expect(try PolicyFile.read(folder.file("p.safetensors")) == policy)
    #expect(policy.observationNames == ["lidar \"é\".0", "lidar \"é\".1", "lidar \"é\".2"])
  }

  @Test func theHeaderFollowsTheFormat() throws {
    let bytes = Self.policy().encoded()
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(length % 8 == 0)
    #expect(bytes[8] == UInt8(ascii: "{"))
    let header = try JSONValue(parsing: Array(bytes[8..<(8 + length)]))
    #expect(header["actor.0.bias"]?["data_offsets"] == [24, 32])
    #expect(header["normalizer.std"]?["data_offsets"] == [56, 68])
    #expect(bytes.count == 8 + length + 4 * (11 + 6 + 4))
  }

  @Test func theNormaliserIsInTheUnitsARobotUses() throws {
    let file = try SafeTensors(decoding: Self.policy().encoded())
    #expect(file["normalizer.mean"]?.values == [0.1, 2, -3])
    #expect(file["normalizer.std"]?.values == [1, 1e-4, 0.5])
    #expect(file["action.low"]?.values == [-0.3, -1.9])
  }

  @Test func anotherNetworksPolicyIsRefusedByTensor() throws {
    let folder = TemporaryFolder()
    let path = folder.file("p")
    try Self.policy().write(to: path)
    var wider = ParameterLayout()
    wider.append("actor.0.weight", shape: [2, 4], part: .actor)
    #expect(
      throws: PolicyFileError.shape(
        path: path, tensor: "actor.0.weight", got: [2, 3], expected: [2, 4])
    ) { try PolicyFile.read(path, layout: wider) }
    var fewer = ParameterLayout()
    fewer.append("actor.0.weight", shape: [2, 3], part: .actor)
    #expect(
      throws: PolicyFileError.unexpectedTensor(path: path, tensor: "actor.0.bias", got: [2])
    ) { try PolicyFile.read(path, layout: fewer) }
    var more = Self.layout
    more.append("actor.1.weight", shape: [2, 2], part: .actor)
    #expect(
      throws: PolicyFileError.missingTensor(
        path: path, tensor: "actor.1.weight", expected: [2, 2])
    ) { try PolicyFile.read(path, layout: more) }
  }

  @Test func changedWeightsAreNoticed() throws {
    let folder = TemporaryFolder()
    var bytes = Self.policy().encoded()
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    bytes[8 + length] ^= 1
    try AtomicFile.write(bytes, to: folder.file("p"))
    #expect(throws: PolicyFileError.self) { try PolicyFile.read(folder.file("p")) }
  }

  @Test func noShortenedFileIsRead() throws {
    let bytes = Self.policy().encoded()
    for length in 0..<bytes.count {
      #expect(throws: SafeTensors.Failure.self) {
        try SafeTensors(decoding: Array(bytes[..<length]))
      }
    }
  }

  /// Bytes of a file with this header and so many bytes of data.
  static func file(_ header: String, data: Int, length: UInt64? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) {
      bytes.append(contentsOf: $0)
    }
    return bytes + Array(header.utf8) + [UInt8](repeating: 0, count: data)
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 8),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[4,0]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      8
    ),
    (#"{"__metadata__":{"a":1}}"#, 0), ("[]", 0), ("{", 0),
  ])
  func aHostileHeaderIsRefused(header: String, data: Int) {
    #expect(throws: SafeTensors.Failure.self) {
      try SafeTensors(decoding: Self.file(header, data: data))
    }
  }

  @Test func aHostileHeaderLengthIsRefused() {
    for length in [UInt64.max, 1 << 63, 3, 100] {
      #expect(throws: SafeTensors.Failure.self) {
        try SafeTensors(decoding: Self.file("{}", data: 0, length: length))
      }
    }
  }

  @Test func aWeightThatIsNoNumberIsRefused() throws {
    let folder = TemporaryFolder()
    var parameters = ParameterVector(layout: Self.layout)
    parameters.values[7] = .nan
    let policy = PolicyFile(
      parameters: parameters, observationMoments: nil, specification: Self.specification,
      metadata: [:])
    try policy.write(to: folder.file("p"))
    #expect(
      throws: PolicyFileError.notFinite(path: folder.file("p"), tensor: "actor.0.bias", index: 1)
    ) { try PolicyFile.read(folder.file("p"), layout: Self.layout) }
  }

  @Test func thePublicPackageReadsAndWritesTheSame() throws {
    let python = getenv("FEDRL_PYTHON").map { String(cString: $0) } ?? "python3"
    guard run("\(python) -c 'import numpy, safetensors.numpy' 2>/dev/null") == 0 else {
      print("skipped: no Python with the safetensors package (FEDRL_PYTHON names one)")
      return
    }
    let folder = TemporaryFolder()
    let policy = Self.policy()
    try policy.write(to: folder.file("ours"))
    let script = """
      import hashlib, json, sys
      import numpy as np
      from safetensors import safe_open
      from safetensors.numpy import load_file, save_file
      t = load_file(sys.argv[1])
      m = safe_open(sys.argv[1], framework="np").metadata()
      weights = np.concatenate([t[n].ravel() for n in json.loads(m["parts"])]).astype("<f4")
      assert hashlib.sha256(weights.tobytes()).hexdigest() == m["weights_sha256"]
      assert t["actor.0.weight"].shape == (2, 3) and t["normalizer.std"].dtype == np.float32
      assert json.loads(m["observation_names"])[0] == 'lidar "\u{e9}".0', m
      save_file(t, sys.argv[2], m)
      """
    try AtomicFile.write(script, to: folder.file("check.py"))
    let status = run(
      "\(python) \(folder.file("check.py")) \(folder.file("ours")) \(folder.file("theirs"))")
    #expect(status == 0)
    #expect(try PolicyFile.read(folder.file("theirs"), layout: Self.layout) == policy)
  }
}
