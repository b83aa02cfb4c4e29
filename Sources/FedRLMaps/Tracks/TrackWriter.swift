/// Writes centre lines as TUM's racetrack-database does.
public enum TrackWriter {
  /// Writes `x_m,y_m,w_tr_right_m,w_tr_left_m`, to a tenth of a millimetre; replaces the file.
  public static func write(_ track: Track, to path: String) throws(MapError) {
    try FileBytes.write(Array(text(track).utf8), to: path)
  }

  static func text(_ track: Track) -> String {
    var text = "# x_m,y_m,w_tr_right_m,w_tr_left_m\n"
    for point in track.points {
      let numbers = [point.x, point.y, point.right, point.left].map(number)
      text += numbers.joined(separator: ",") + "\n"
    }
    return text
  }

  private static func number(_ value: Double) -> String {
    let tenths = Int((value * 10_000).rounded())
    let digits = String(tenths.magnitude % 10_000)
    return (tenths < 0 ? "-" : "") + "\(tenths.magnitude / 10_000)."
      + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
