/// Reads a file from its beginning, so many bytes at a time.
public final class FileReader {
  private let file: OpenFile
  /// Bytes that have not been read yet.
  public private(set) var remaining: Int

  public init(_ path: String) throws(FileError) {
    file = try OpenFile(path, .read)
    guard let size = FileSystem.size(path) else { throw .notFound(path: path) }
    remaining = size
  }

  /// The next `count` bytes; `nil` where fewer are left.
  public func read(_ count: Int) throws(FileError) -> [UInt8]? {
    guard (0...remaining).contains(count) else { return nil }
    let bytes = try file.read(count)
    remaining -= bytes.count
    return bytes.count == count ? bytes : nil
  }
}
