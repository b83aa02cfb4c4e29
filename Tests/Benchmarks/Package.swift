// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the main one never builds what only measures it.
let package = Package(
  name: "fedrl-benchmarks",
  dependencies: [.package(name: "fedrl", path: "../..")],
  targets: [
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        .product(name: "FedRLLayers", package: "fedrl"),
        .product(name: "FedRLCommand", package: "fedrl"),
      ],
      path: "Sources",
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ])
  ])
