import Foundation

/// Small PNG files of every kind, made by hand with zlib; four pixels in one row each.
enum PNGFixtures {
  /// The kinds that hold the brightnesses 255, 0, 205, 100.
  static let grey8 = decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABCAAAAADcV1ARAAAADUlEQVR4nGP4z3A2BQAF/wIxu4bobwAA"
      + "AABJRU5ErkJggg==")
  /// White, black, black, white.
  static let grey1 = decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABAQAAAADRRzJgAAAACklEQVR4nGOYAAAAkgCREiL7ewAAAABJ"
      + "RU5ErkJggg==")
  /// 255, 0, 170, 85.
  static let grey2 = decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABAgAAAACW50iwAAAACklEQVR4nGM4CQAAywDK7VLkngAAAABJ"
      + "RU5ErkJggg==")
  static let grey16 = decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABEAAAAACMx4xSAAAAEUlEQVR4nGP4/5+B4ezZlBQAFcEEYUXn"
      + "7TYAAAAASUVORK5CYII=")
  static let rgb8 = decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABCAIAAAB2XpiaAAAAFUlEQVR4nGP4//8/AwPD2bNnU1JSAC9H"
      + "BpHoeD8xAAAAAElFTkSuQmCC")
  static let rgb16 = decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABEAIAAAAmzkTZAAAAE0lEQVR4nGP4DwYMYHAWDFLAAAC2cQ0h"
      + "1Pmj3gAAAABJRU5ErkJggg==")
  static let rgba8 = decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABCAYAAAD5PA/NAAAAGElEQVR4nGP4DwQMDAz/z549+z8lJeU/"
      + "AF0dCo3f6C09AAAAAElFTkSuQmCC")
  static let greyAlpha8 = decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABCAQAAABTNcdGAAAAEUlEQVR4nGP4/5/h/9n/Kf8BG+0GLet+"
      + "bwYAAAAASUVORK5CYII=")
  /// White, white of opacity 254, black of opacity 0, black.
  static let transparent = decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABCAYAAAD5PA/NAAAAEElEQVR4nGP4DwH/GCDgPwBkowj3l7CI"
      + "BwAAAABJRU5ErkJggg==")
  static let greyTransparent = decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABCAQAAABTNcdGAAAAEUlEQVR4nGP4////PwYGhv8AGukE+wI5"
      + "MwYAAAAASUVORK5CYII=")
  static let palette = decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABCAMAAADO4v//AAAADFBMVEVkZGTNzc0AAAD///8j40/xAAAA"
      + "DUlEQVR4nGNgZmJkAAAAGQAHnNnghQAAAABJRU5ErkJggg==")
  /// White, black, white, white of opacity 0.
  static let paletteTransparent = decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABCAMAAADO4v//AAAACVBMVEUAAAD///////9zeKVjAAAAA3RS"
      + "TlP//wDXyg1BAAAADUlEQVR4nGNgZGBkAgAADQAFSOME9QAAAABJRU5ErkJggg==")
  /// As grey8, and a gamma chunk of 1.0, which a map must not heed.
  static let gamma = decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABCAAAAADcV1ARAAAABGdBTUEAAYagMeiWXwAAAA1JREFUeJxj"
      + "+M9wNgUABf8CMbuG6G8AAAAASUVORK5CYII=")
  /// Red, green, blue, yellow.
  static let colours = decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABCAIAAAB2XpiaAAAAEklEQVR4nGP4z8DAAMb//zMAABzwBPyZ"
      + "0exRAAAAAElFTkSuQmCC")

  private static func decode(_ text: String) -> [UInt8] { [UInt8](Data(base64Encoded: text)!) }
}
