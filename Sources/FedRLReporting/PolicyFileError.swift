/// A policy file cannot be used: which one, and what is wrong with it.
public enum PolicyFileError: Error, Equatable, CustomStringConvertible {
  case file(FileError)
  case format(path: String, SafeTensors.Failure)
  /// The metadata lack an entry, or it has another value than this version reads.
  case metadata(path: String, key: String, got: String, expected: String)
  case missingTensor(path: String, tensor: String, expected: [Int])
  case unexpectedTensor(path: String, tensor: String, got: [Int])
  case shape(path: String, tensor: String, got: [Int], expected: [Int])
  case notFinite(path: String, tensor: String, index: Int)
  /// The weights are not those that were written.
  case digest(path: String, got: String, expected: String)

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .format(let path, let failure): "\(path): \(failure)"
    case .metadata(let path, let key, let got, let expected):
      "\(path): metadata \(key): expected \(expected), got \(got)"
    case .missingTensor(let path, let tensor, let expected):
      "\(path): tensor \(tensor): expected shape \(expected), got none"
    case .unexpectedTensor(let path, let tensor, let got):
      "\(path): tensor \(tensor): expected no such tensor, got one of shape \(got)"
    case .shape(let path, let tensor, let got, let expected):
      "\(path): tensor \(tensor): expected shape \(expected), got \(got)"
    case .notFinite(let path, let tensor, let index):
      "\(path): tensor \(tensor): element \(index) is not a finite number"
    case .digest(let path, let got, let expected):
      "\(path): expected weights with SHA-256 \(expected), got \(got)"
    }
  }
}
