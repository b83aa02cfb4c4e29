/// A colour with opacity, each component in 0...1.
public struct Color: Sendable, Equatable {
  public let red, green, blue, alpha: Float

  public init(_ red: Float, _ green: Float, _ blue: Float, _ alpha: Float = 1) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
  }
}

/// What an environment shows of itself: a list of shapes in world coordinates (metres, y up).
///
/// One replay player shows every environment. Fixed parts (walls, furniture) go to `background`,
/// which a player takes from the first frame only.
public struct Drawing: Sendable, Equatable {
  /// A grid of cells coloured by a palette: maps, coverage, what the robot knows.
  public struct Cells: Sendable, Equatable {
    /// Identifies the layer from frame to frame, and labels its switch in the player.
    public let name: String
    public let width, height: Int
    /// Lower-left corner of the lower-left cell.
    public let originX, originY: Float
    /// Metres.
    public let cellSize: Float
    /// Palette indices, row-major from the lower-left cell, `[height, width]`.
    public let values: [UInt8]
    /// One colour per index; index 0 is usually transparent.
    public let palette: [Color]
    /// What the indices mean, for a legend: one per colour, or none at all.
    public let labels: [String]

    public init(
      name: String, width: Int, height: Int, originX: Float, originY: Float, cellSize: Float,
      values: [UInt8], palette: [Color], labels: [String] = []
    ) {
      precondition(labels.isEmpty || labels.count == palette.count)
      precondition(values.count == width * height)
      self.name = name
      self.width = width
      self.height = height
      self.originX = originX
      self.originY = originY
      self.cellSize = cellSize
      self.values = values
      self.palette = palette
      self.labels = labels
    }
  }

  public enum Shape: Sendable, Equatable {
    case circle(x: Float, y: Float, radius: Float, fill: Color)
    case polygon(points: [SIMD2<Float>], fill: Color)
    case polyline(points: [SIMD2<Float>], width: Float, color: Color)
    case text(x: Float, y: Float, size: Float, text: String, color: Color)
    case cells(Cells)
  }

  /// A number beside the picture: battery, speed, coverage.
  public struct Gauge: Sendable, Equatable {
    public let name: String
    public let value: Float
    /// The ends of its scale.
    public let range: ClosedRange<Float>
    public let unit: String

    public init(name: String, value: Float, range: ClosedRange<Float>, unit: String) {
      self.name = name
      self.value = value
      self.range = range
      self.unit = unit
    }
  }

  /// The visible part of the world: min x, min y, max x, max y, metres.
  public var bounds: (minX: Float, minY: Float, maxX: Float, maxY: Float) = (0, 0, 1, 1)
  public var background: [Shape] = []
  /// Whether the background is wanted: a recorder asks for it once. It may be given all the same.
  public var wantsBackground = true
  public var shapes: [Shape] = []
  public var gauges: [Gauge] = []
  /// A point whose path the player draws as a trail: the robot's centre.
  public var trail: SIMD2<Float>?

  public init() {}

  public static func == (a: Drawing, b: Drawing) -> Bool {
    a.bounds == b.bounds && a.background == b.background && a.shapes == b.shapes
      && a.gauges == b.gauges && a.trail == b.trail
  }
}
