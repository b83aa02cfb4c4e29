private import COpenSSL

/// SHA-256 (FIPS 180-4), computed by OpenSSL's libcrypto.
public enum SHA256 {
  /// A digest of bytes that come piece by piece.
  public final class Stream {
    private let context: OpaquePointer

    public init() {
      guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
      else { preconditionFailure("libcrypto could not begin a SHA-256") }
      self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds the next bytes.
    public func update(_ bytes: UnsafeRawBufferPointer) {
      let status = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
      precondition(status == 1, "libcrypto could not compute SHA-256")
    }

    /// The 32-byte digest of all bytes so far. Nothing can be added afterwards.
    public func finish() -> [UInt8] {
      [UInt8](unsafeUninitializedCapacity: 32) { output, count in
        var length: UInt32 = 0
        let status = EVP_DigestFinal_ex(context, output.baseAddress, &length)
        precondition(status == 1 && length == 32, "libcrypto could not compute SHA-256")
        count = 32
      }
    }
  }

  /// The 32-byte digest of `bytes`.
  public static func digest(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { output, count in
      var length: UInt32 = 0
      let status = EVP_Digest(
        bytes.baseAddress, bytes.count, output.baseAddress, &length, EVP_sha256(), nil)
      precondition(status == 1 && length == 32, "libcrypto could not compute SHA-256")
      count = 32
    }
  }

  /// The digest of `bytes` as 64 lower-case hexadecimal digits.
  public static func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest(bytes).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
      as: UTF8.self)
  }

  /// The digest of a text's UTF-8 as hexadecimal digits.
  public static func hexadecimal(_ text: String) -> String {
    Array(text.utf8).withUnsafeBytes { hexadecimal($0) }
  }
}
