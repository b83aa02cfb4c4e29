import FedRLMaps
import Foundation
import Testing

@Suite struct PNGImageTests {
  let folder: TemporaryFolder
  let options = MapOptions(resolution: 0.1)

  init() throws { folder = try TemporaryFolder() }

  private func cells(_ bytes: [UInt8], _ options: MapOptions? = nil) throws -> [UInt8] {
    let path = try folder.write("\(UUID().uuidString).png", bytes)
    return try MapFile.load(path, options: options ?? self.options).grid.cells
  }

  @Test func `every colour type and depth gives the same cells`() throws {
    let kinds = [
      PNGFixtures.grey8, PNGFixtures.grey16, PNGFixtures.rgb8, PNGFixtures.rgb16,
      PNGFixtures.rgba8, PNGFixtures.greyAlpha8, PNGFixtures.palette, PNGFixtures.gamma,
    ]
    for (index, kind) in kinds.enumerated() {
      #expect(try cells(kind) == [0, 1, 2, 2], "kind \(index)")
      // 205 is p = 0.19608: free at a threshold of 0.25, unknown at 0.196; 100 is 0.6078.
      let loose = MapOptions(resolution: 0.1, occupiedThreshold: 0.6, freeThreshold: 0.25)
      #expect(try cells(kind, loose) == [0, 1, 0, 1], "kind \(index)")
    }
    #expect(try cells(PNGFixtures.grey1) == [0, 1, 1, 0])
    #expect(try cells(PNGFixtures.grey2) == [0, 1, 2, 1])
  }

  @Test func `pixels that are not opaque are unknown except in raw mode`() throws {
    #expect(try cells(PNGFixtures.transparent) == [0, 2, 2, 1])
    #expect(try cells(PNGFixtures.greyTransparent) == [0, 2, 2, 1])
    #expect(try cells(PNGFixtures.paletteTransparent) == [0, 1, 0, 2])
    let scale = MapOptions(resolution: 0.1, mode: .scale)
    #expect(try cells(PNGFixtures.transparent, scale) == [0, 2, 2, 1])
    let raw = MapOptions(resolution: 0.1, mode: .raw)
    #expect(try cells(PNGFixtures.transparent, raw) == [2, 2, 0, 0])
  }

  @Test func `colours count by their brightness`() throws {
    // Red 76, green 149, blue 29, yellow 225: p = 0.70, 0.41, 0.89, 0.11.
    #expect(try cells(PNGFixtures.colours) == [1, 2, 1, 0])
  }

  @Test func `a PNG cut off anywhere is refused`() throws {
    let whole = PNGFixtures.rgba8
    for length in 8..<whole.count {
      let path = try folder.write("cut.png", Array(whole[0..<length]))
      let error = mapError(path, options)
      guard case .truncated(path, _, _, _) = error else {
        Issue.record("\(length) bytes: \(String(describing: error))")
        return
      }
    }
  }

  @Test func `a PNG with a flipped bit in its data is refused`() throws {
    for position in 16..<(PNGFixtures.grey8.count - 13) {
      var bytes = PNGFixtures.grey8
      bytes[position] ^= 0x10
      let path = try folder.write("flip.png", bytes)
      #expect(mapError(path, options) != nil, "byte \(position)")
    }
  }

  @Test func `an absurd PNG header is refused before decoding`() throws {
    var bytes = PNGFixtures.grey8
    bytes[16] = 0x7F
    let path = try folder.write("huge.png", bytes)
    guard case .tooLarge(path, _, _, _) = mapError(path, options) else {
      Issue.record("\(String(describing: mapError(path, options)))")
      return
    }
  }
}
