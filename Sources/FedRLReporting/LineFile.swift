/// A file that only grows, line by line, and knows its length.
///
/// Lines gather in memory and reach the file with ``flush()``.
package final class LineFile {
  let path: String
  private let file: OpenFile
  private var pending: [UInt8] = []
  /// Bytes in the file, without those still in memory.
  private(set) var length: Int

  /// Starts a file afresh.
  package init(creating path: String) throws(FileError) {
    self.path = path
    file = try OpenFile(path, .write)
    length = 0
  }

  /// Goes on behind the first `length` bytes of a file; drops what follows them.
  package init(resuming path: String, at length: Int) throws(FileError) {
    guard let size = FileSystem.size(path) else { throw .notFound(path: path) }
    guard size >= length else { throw .truncated(path: path, got: size, expected: length) }
    self.path = path
    file = try OpenFile(path, .append)
    try file.truncate(to: length)
    self.length = length
  }

  package func append(_ text: String) { pending.append(contentsOf: text.utf8) }

  package func flush() throws(FileError) {
    guard !pending.isEmpty else { return }
    try file.write(pending)
    length += pending.count
    pending.removeAll(keepingCapacity: true)
  }
}
