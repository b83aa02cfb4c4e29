import FedRLMaps
import Foundation
import Testing

/// A folder that lives as long as the test that made it.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "fedrl-maps-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: url.appendingPathComponent(name))
    return path(name)
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }
}

/// The error that reading a map gives.
func mapError(_ path: String, _ options: MapOptions = MapOptions()) -> MapError? {
  do throws(MapError) {
    _ = try MapFile.load(path, options: options)
    return nil
  } catch {
    return error
  }
}

/// A binary PGM of 8 bits.
func pgm(_ width: Int, _ height: Int, _ pixels: [UInt8], comment: String = "") -> [UInt8] {
  Array("P5\n\(comment)\(width) \(height)\n255\n".utf8) + pixels
}

/// A grid drawn with characters, uppermost row first: `.` free, `#` occupied, `?` unknown.
func drawn(_ rows: String..., resolution: Double = 1) -> OccupancyGrid {
  let codes: [Character: UInt8] = [".": 0, "#": 1, "?": 2]
  return OccupancyGrid(
    width: rows[0].count, height: rows.count, resolution: resolution,
    cells: rows.reversed().flatMap { $0.map { codes[$0]! } })
}
