/// Writes whole files so that a reader, or the next start after a crash, finds the old one or the
/// new.
///
/// The bytes go to a file beside the target, reach the medium, and are then renamed over it. Where
/// the target is no ordinary file (a pipe, `/dev/stdout`) they are written straight to it.
public enum AtomicFile {
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let writer = try AtomicFileWriter(path)
    try writer.write(bytes)
    try writer.finish()
  }

  /// The whole of a file.
  public static func read(_ path: String) throws(FileError) -> [UInt8] {
    try OpenFile(path, .read).readAll()
  }
}
