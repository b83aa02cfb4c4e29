/// Where an image lies in an observation's row: `[channels, height, width]` from `offset` on.
public struct ImagePlace: Sendable, Equatable {
  public var offset: Int
  public var channels: Int
  public var height: Int
  public var width: Int

  public init(offset: Int, channels: Int, height: Int, width: Int) {
    self.offset = offset
    self.channels = channels
    self.height = height
    self.width = width
  }

  public var count: Int { channels * height * width }
}
