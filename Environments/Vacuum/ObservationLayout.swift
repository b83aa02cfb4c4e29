import FedRLCore
import FedRLNumerics

/// Where the parts of a diff-drive robot's observation lie in its row.
struct ObservationLayout: Sendable {
  static let windowSide = 9
  static let windowCount = 3 * windowSide * windowSide
  static let egoSide = 32
  static let egoScales = 4
  static let egoCount = egoScales * 3 * egoSide * egoSide

  let rays: Int
  /// Starts of the parts; −1 where a part is absent.
  let near, far, ego: Int
  let scalars: Int
  let guidance, infrared: Int
  let count: Int
  let space: BoxSpace

  init(_ settings: VacuumSettings) {
    var builder = Builder()
    rays = settings.lidarRays
    _ = builder.add((0..<settings.lidarRays).map { "lidar.\($0)" }, 0, 1)
    let channels = ["covered", "blocked", "unknown"]
    func window(_ name: String) -> [String] {
      channels.flatMap { channel in
        (0..<81).map { "\(name).\(channel).\($0 / 9).\($0 % 9)" }
      }
    }
    let isCompact = settings.observation == .compact
    near = isCompact ? builder.add(window("window"), 0, 1) : -1
    far = isCompact && settings.farWindow ? builder.add(window("far_window"), 0, 1) : -1
    if isCompact {
      ego = -1
    } else {
      let names = (0..<Self.egoScales).flatMap { scale in
        ["coverage", "obstacle", "frontier"].flatMap { channel in
          (0..<(Self.egoSide * Self.egoSide)).map {
            "ego.\(scale).\(channel).\($0 / Self.egoSide).\($0 % Self.egoSide)"
          }
        }
      }
      ego = builder.add(names, 0, 1)
    }
    scalars = builder.add(["speed", "yaw_rate"], -1, 1)
    _ = builder.add((0..<5).map { "bump.\($0)" } + (0..<4).map { "cliff.\($0)" }, 0, 1)
    _ = builder.add(["battery"], 0, 1)
    _ = builder.add(["dock.sine", "dock.cosine"], -1, 1)
    _ = builder.add(["dock.range", "time_left"], 0, 1)
    if settings.guidance {
      guidance = builder.add(["guidance.sine", "guidance.cosine"], -1, 1)
      _ = builder.add(["guidance.distance"], 0, 1)
    } else {
      guidance = -1
    }
    infrared =
      settings.infrared ? builder.add((0..<7).map { "infrared.\($0)" }, 0, 1) : -1
    count = builder.names.count
    func windowImage(_ offset: Int) -> ImagePlace {
      ImagePlace(offset: offset, channels: 3, height: 9, width: 9)
    }
    let egoImage = ImagePlace(
      offset: ego, channels: 3 * Self.egoScales, height: Self.egoSide, width: Self.egoSide)
    let images =
      [near, far].filter { $0 >= 0 }.map(windowImage) + (ego >= 0 ? [egoImage] : [])
    space = BoxSpace(
      shape: [builder.names.count], low: builder.low, high: builder.high, names: builder.names,
      images: images)
  }

  private struct Builder {
    var names: [String] = []
    var low: [Float] = []
    var high: [Float] = []

    /// - Returns: where the part starts.
    mutating func add(_ part: [String], _ lowest: Float, _ highest: Float) -> Int {
      let start = names.count
      names += part
      low += [Float](repeating: lowest, count: part.count)
      high += [Float](repeating: highest, count: part.count)
      return start
    }
  }
}
