// swift-tools-version: 6.2
import PackageDescription

// The layers of the system, bottom to top; arrows point down only. `Scripts/check-layers` holds the
// source files to what is written here.

let strict = Context.environment["FEDRL_STRICT"] != nil

let swiftSettings: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + (strict ? [.treatAllWarnings(as: .error)] : [])

func module(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, exclude: [String] = [],
  resources: [Resource]? = nil
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path, exclude: exclude, resources: resources,
    swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name), "FedRLTestSupport"] + dependencies,
    swiftSettings: swiftSettings)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "fedrl",
  products: [
    .executable(name: "fedrl", targets: ["fedrl"]),
    // What an author's environment and executable import.
    .library(name: "FedRLCore", targets: ["FedRLCore", "FedRLNumerics"]),
    .library(name: "FedRLCommand", targets: ["FedRLCommand", "FedRLScenario", "FedRLCore"]),
    // What the benchmarks measure, layer by layer.
    .library(
      name: "FedRLLayers",
      targets: [
        "FedRLNumerics", "FedRLCore", "FedRLClassicControl", "FedRLVacuum", "FedRLDrone",
        "FedRLVehicle", "FedRLReferenceWorlds", "FedRLGymnasium", "FedRLNetworks", "FedRLPPO",
        "FedRLDQN",
        "FedRLFederation",
        "FedRLSimulation", "FedRLScenario", "FedRLReporting", "CAllocationCounter",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Layer 0: numbers, and the doors to foreign libraries.
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .target(name: "CFedRLKernels"),
    module("FedRLNumerics", ["COpenBLAS", "COpenSSL", "CFedRLKernels"]),
    .target(name: "CBox2D", linkerSettings: [.linkedLibrary("box2d")]),
    module("FedRLBox2D", ["CBox2D"]),

    // Layer 1: what an environment, a learner and a map are.
    module("FedRLCore", ["FedRLNumerics"]),
    module("FedRLMaps", ["FedRLNumerics", "CPNG", "Yams"]),

    // Layer 2: three columns that do not know each other.
    module(
      "FedRLClassicControl", ["FedRLCore", "FedRLNumerics"], path: "Environments/ClassicControl",
      exclude: ["README.md"]),
    module(
      "FedRLVacuum", ["FedRLCore", "FedRLMaps", "FedRLNumerics"], path: "Environments/Vacuum",
      exclude: ["README.md", "Homes", "Pictures"]),
    module(
      "FedRLDrone", ["FedRLBox2D", "FedRLCore", "FedRLMaps", "FedRLNumerics"],
      path: "Environments/Drone", exclude: ["README.md", "Pictures"]),
    module(
      "FedRLVehicle", ["FedRLBox2D", "FedRLCore", "FedRLMaps", "FedRLNumerics"],
      path: "Environments/Vehicle", exclude: ["README.md", "Tracks", "Pictures"]),
    module(
      "FedRLReferenceWorlds", ["FedRLBox2D", "FedRLCore", "FedRLNumerics"],
      path: "Environments/ReferenceWorlds", exclude: ["README.md"]),
    module(
      "FedRLGymnasium", ["FedRLCore", "FedRLNumerics"], path: "Environments/Gymnasium",
      exclude: ["README.md"], resources: [.embedInCode("worker.py")]),
    module(
      "FedRLNetworks", ["FedRLCore", "FedRLNumerics"], path: "Policies/Networks",
      exclude: ["README.md"]),
    module(
      "FedRLPPO", ["FedRLCore", "FedRLNetworks", "FedRLNumerics"], path: "Policies/PPO",
      exclude: ["README.md"]),
    module(
      "FedRLDQN", ["FedRLCore", "FedRLNetworks", "FedRLNumerics"], path: "Policies/DQN",
      exclude: ["README.md"]),
    module("FedRLFederation", ["FedRLNumerics"]),

    // Layer 3: fleet time, devices, links, workers.
    module("FedRLSimulation", ["FedRLCore", "FedRLFederation", "FedRLNumerics"]),

    // Layer 4: a scenario becomes a run; a run becomes files and pictures.
    module(
      "FedRLScenario",
      [
        "FedRLCore", "FedRLFederation", "FedRLNumerics", "FedRLSimulation",
        .product(name: "TOMLKit", package: "TOMLKit"),
      ]),
    module(
      "FedRLReporting", ["FedRLCore", "FedRLFederation", "FedRLNumerics", "FedRLSimulation"]),

    // Layer 5: the command, as a library that takes a registry.
    module(
      "FedRLCommand",
      [
        "FedRLClassicControl", "FedRLCore", "FedRLDQN", "FedRLDrone", "FedRLFederation",
        "FedRLGymnasium", "FedRLMaps", "FedRLNetworks", "FedRLNumerics", "FedRLPPO",
        "FedRLReferenceWorlds", "FedRLReporting",
        "FedRLScenario", "FedRLSimulation", "FedRLVacuum", "FedRLVehicle", argumentParser,
      ]),
    .executableTarget(name: "fedrl", dependencies: ["FedRLCommand"], swiftSettings: swiftSettings),

    .target(
      name: "FedRLTestSupport", dependencies: ["FedRLCore", "FedRLNumerics"],
      path: "Tests/FedRLTestSupport", swiftSettings: swiftSettings),
    .target(name: "CAllocationCounter", path: "Tests/AllocationCounter"),
    .testTarget(
      name: "AllocationTests",
      dependencies: [
        "CAllocationCounter", "FedRLClassicControl", "FedRLCore", "FedRLDrone", "FedRLNetworks",
        "FedRLNumerics", "FedRLPPO", "FedRLDQN", "FedRLReferenceWorlds", "FedRLVacuum",
        "FedRLVehicle",
      ], swiftSettings: swiftSettings),
    tests("FedRLNumerics", []),
    tests("FedRLCore", ["FedRLNumerics"]),
    tests("FedRLMaps", ["FedRLNumerics"]),
    tests("FedRLClassicControl", ["FedRLCore", "FedRLNumerics"]),
    tests("FedRLBox2D", ["CAllocationCounter"]),
    tests("FedRLVacuum", ["FedRLCore", "FedRLMaps", "FedRLNumerics"]),
    tests(
      "FedRLDrone",
      ["CAllocationCounter", "FedRLBox2D", "FedRLCore", "FedRLMaps", "FedRLNumerics"]),
    tests("FedRLVehicle", ["FedRLBox2D", "FedRLCore", "FedRLMaps", "FedRLNumerics"]),
    tests("FedRLReferenceWorlds", ["FedRLBox2D", "FedRLCore", "FedRLNumerics"]),
    tests("FedRLGymnasium", ["FedRLCore", "FedRLNumerics"]),
    tests("FedRLNetworks", ["FedRLCore", "FedRLNumerics"]),
    tests("FedRLPPO", ["FedRLClassicControl", "FedRLCore", "FedRLNetworks", "FedRLNumerics"]),
    tests(
      "FedRLDQN", ["FedRLClassicControl", "FedRLCore", "FedRLNetworks", "FedRLNumerics"]),
    tests("FedRLFederation", ["FedRLNumerics"]),
    tests("FedRLSimulation", ["FedRLCore", "FedRLFederation", "FedRLNumerics"]),
    tests("FedRLScenario", ["FedRLCore", "FedRLFederation", "FedRLNumerics", "FedRLSimulation"]),
    tests("FedRLReporting", ["FedRLCore", "FedRLFederation", "FedRLNumerics", "FedRLSimulation"]),
    tests(
      "FedRLCommand",
      [
        "CAllocationCounter", "FedRLClassicControl", "FedRLCore", "FedRLNumerics", "FedRLReporting",
        "FedRLScenario", "FedRLSimulation", "FedRLVacuum",
      ]),
  ],
  cxxLanguageStandard: .cxx17
)

// The benchmarks are a package of their own (Tests/Benchmarks), so that building fedrl never builds
// what only measures it. The tests compile them too, so that they keep up with what they measure.
if strict {
  package.targets.append(
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "CAllocationCounter", "FedRLClassicControl", "FedRLCommand", "FedRLCore", "FedRLDrone",
        "FedRLFederation", "FedRLNetworks", "FedRLNumerics", "FedRLPPO", "FedRLReferenceWorlds",
        "FedRLReporting", "FedRLScenario", "FedRLSimulation", "FedRLVacuum", "FedRLVehicle",
        "FedRLDQN", "FedRLGymnasium",
      ],
      path: "Tests/Benchmarks/Sources", swiftSettings: swiftSettings))
}
