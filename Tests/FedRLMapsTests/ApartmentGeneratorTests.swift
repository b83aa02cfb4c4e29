import FedRLMaps
import FedRLNumerics
import FedRLTestSupport
import Foundation
import Testing

@Suite struct ApartmentGeneratorTests {
  /// Where the shipped homes lie.
  private static let homes =
    SharedData.packageRoot.appendingPathComponent("Environments/Vacuum/Homes").path

  @Test func `a shipped home is written again to the same bytes`() throws {
    let folder = try TemporaryFolder()
    for number in [1, 8, 24] {
      try ApartmentGenerator.writeHome(number, to: folder.url.path)
      let name = ApartmentGenerator.shippedName(number)
      for file in ["\(name).yaml", "\(name).png", "\(name)-carpet.png"] {
        let made = try Data(contentsOf: folder.url.appendingPathComponent(file))
        let shipped = try Data(contentsOf: URL(fileURLWithPath: Self.homes + "/" + file))
        #expect(made == shipped, "\(file)")
      }
    }
  }

  @Test(arguments: 1...ApartmentGenerator.shippedCount)
  func `a shipped home loads and a robot reaches nearly all of it from the dock`(number: Int) throws
  {
    let path = Self.homes + "/" + ApartmentGenerator.shippedName(number) + ".yaml"
    let home = try MapFile.load(path)
    #expect(home.notes.isEmpty && home.grid.resolution == 0.05)
    #expect((15...110).contains(home.grid.freeArea), "\(home.grid.freeArea) m²")
    try checkHome(home)
  }

  @Test func `apartments of any size and clutter are fit to live in`() throws {
    for index in 0..<40 {
      var random = RandomStream(seed: 5).split("any", UInt64(index))
      let generator = ApartmentGenerator(
        area: random.uniform(30, 110), clutter: random.uniform())
      let home = generator.makeHome(name: "any", random: random)
      try checkHome(home)
      #expect(home == generator.makeHome(name: "any", random: random))
    }
  }

  private func checkHome(_ home: HomeMap) throws {
    let grid = home.grid
    let dock = try #require(home.dock)
    let carpet = try #require(home.carpet)
    for index in 0..<grid.count where carpet[index] { #expect(grid.cells[index] != 2) }
    let field = grid.distanceField()
    let parts = grid.components { field[$0] >= 0.164 }
    let cell = try #require(grid.cell(at: dock.position))
    let part = parts.labels[cell.y * grid.width + cell.x]
    #expect(part >= 0, "the dock is not clear")
    guard part >= 0 else { return }
    let share = Double(parts.sizes[Int(part)]) / Double(parts.sizes.reduce(0, +))
    #expect(share > 0.97, "\(home.name): \(share)")
    // The way out is free.
    let front = Point(x: dock.x + 0.6 * cos(dock.yaw), y: dock.y + 0.6 * sin(dock.yaw))
    let clear = try #require(grid.cell(at: front))
    #expect(field[clear.y * grid.width + clear.x] > 0.2)
    // No way leads out of the apartment.
    for x in 0..<grid.width { #expect(!grid.isFree(x, 0) && !grid.isFree(x, grid.height - 1)) }
    for y in 0..<grid.height { #expect(!grid.isFree(0, y) && !grid.isFree(grid.width - 1, y)) }
  }
}
