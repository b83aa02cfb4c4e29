import FedRLNumerics

/// Run-length code for maps in snapshots: `(length − 1, value)` pairs of bytes. Maps are mostly runs.
enum RunLength {
  static func packed(_ values: UnsafePointer<UInt8>, count: Int) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < count {
      let value = values[index]
      var end = index + 1
      while end < count, end - index < 256, values[end] == value { end += 1 }
      result.append(UInt8(end - index - 1))
      result.append(value)
      index = end
    }
    return result
  }

  /// - Throws: `StateDecoder.Failure` where the code does not give exactly `count` values.
  static func unpack(_ code: [UInt8], into values: UnsafeMutablePointer<UInt8>, count: Int)
    throws(StateDecoder.Failure)
  {
    var index = 0
    for pair in stride(from: 0, to: code.count - 1, by: 2) {
      let length = Int(code[pair]) + 1
      guard length <= count - index else { break }
      (values + index).update(repeating: code[pair + 1], count: length)
      index += length
    }
    guard index == count else { throw .invalid("a map of other than \(count) cells") }
  }
}
