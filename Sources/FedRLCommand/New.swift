import ArgumentParser
import FedRLReporting
import FedRLScenario
import Foundation

/// `fedrl new`: begins something of an author's own.
struct New: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Begin a package with an environment of your own.",
    subcommands: [NewEnvironment.self])
}

/// `fedrl new environment`: a Swift package that builds, tests and trains as created.
struct NewEnvironment: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "environment",
    abstract: "Begin a Swift package with an environment of your own.",
    discussion: """
      The package holds an environment (a cart on a rail, to be replaced), a test that checks it, a \
      scenario that trains a fleet in it, and an executable with the whole fedrl command.

      EXAMPLES:
        fedrl new environment lawn-mower
        cd lawn-mower && swift run -c release lawn-mower train Scenarios/lawn-mower.toml
        fedrl new environment harvester --out robots/harvester --fedrl https://example.com/fedrl.git
      """)

  @Argument(help: "Small letters, digits and hyphens, such as lawn-mower.")
  var name: String
  @Option(help: ArgumentHelp("The package's folder; NAME by default.", valueName: "dir"))
  var out: String?
  @Option(
    help: ArgumentHelp(
      "Where the package finds fedrl: a folder, or a git address; by default the folder that this "
        + "program was built in.", valueName: "where"))
  var fedrl: String?
  @Flag(help: "Overwrite files that are there.")
  var force = false

  func run() throws {
    let name = try EnvironmentName(name)
    if FedRL.registry.environment(named: name.text) != nil {
      throw BadInput("\(name.text): fedrl has an environment of this name; choose another")
    }
    let template = PackageTemplate(name: name, dependency: try dependency())
    let folder = out ?? name.text
    if folder.isEmpty { throw BadInput("--out: expected a folder's name, got nothing") }
    let files = template.files
    try OutputFolder.prepare(
      folder, for: files.map(\.path), of: "a package", force: force)
    for file in files {
      let path = "\(folder)/\(file.path)"
      try FileManager.default.createDirectory(
        atPath: FileSystem.parent(of: path), withIntermediateDirectories: true)
      try file.text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    print(
      """
      wrote the package \(folder):
      \(files.map { "  " + $0.path }.joined(separator: "\n"))

      Next:
        cd \(folder)
        swift test -c release
        swift run -c release \(name.text) train Scenarios/\(name.text).toml

      The first build takes some minutes, because it builds fedrl too.
      """)
  }

  /// The line of Package.swift.
  private func dependency() throws -> String {
    if let fedrl, fedrl.contains("://") || fedrl.hasPrefix("git@") {
      return ".package(url: \(swiftText(fedrl)), branch: \"main\")"
    }
    if let fedrl {
      let path = URL(fileURLWithPath: fedrl).standardizedFileURL.path
      guard Self.isFedRL(path) else {
        throw BadInput("--fedrl \(fedrl): expected fedrl's folder, found no Package.swift of fedrl")
      }
      return ".package(name: \"fedrl\", path: \(swiftText(path)))"
    }
    guard let folder = Self.ownFolder() else {
      throw BadInput(
        "this program is not in a folder of fedrl; --fedrl says where the package finds it")
    }
    return ".package(name: \"fedrl\", path: \(swiftText(folder)))"
  }

  private static func ownFolder() -> String? {
    guard
      var folder = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    else { return nil }
    while folder.count > 1 {
      folder = FileSystem.parent(of: folder)
      if isFedRL(folder) { return folder }
    }
    return nil
  }

  private static func isFedRL(_ folder: String) -> Bool {
    let manifest = try? String(contentsOfFile: folder + "/Package.swift", encoding: .utf8)
    return manifest?.contains("name: \"fedrl\",\n  products:") ?? false
  }
}

/// A text as Swift source writes it.
private func swiftText(_ text: String) -> String {
  "\""
    + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
    + "\""
}

/// The name of an environment and what follows from it.
struct EnvironmentName {
  /// `lawn-mower`
  let text: String
  /// `LawnMower`
  let camel: String

  init(_ text: String) throws {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let isWord = parts.allSatisfy { part in
      !part.isEmpty && part.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) }
    }
    guard isWord, let first = text.utf8.first, (97...122).contains(first), text.utf8.count <= 60
    else {
      throw BadInput(
        "expected a name of small letters, digits and single hyphens that begins with a letter and has "
          + "at most 60 of them, got \"\(text)\"")
    }
    if ["fedrl", "test", "build", "tests"].contains(text) {
      throw BadInput(
        "\(text): a Swift package cannot have an executable of this name; choose another")
    }
    self.text = text
    camel = parts.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  var module: String { camel + "Environment" }
  var type: String { camel + "World" }
}
