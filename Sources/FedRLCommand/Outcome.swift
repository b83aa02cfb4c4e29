import ArgumentParser
import FedRLCore
import FedRLReporting
import FedRLScenario
import Foundation

/// What a person gave cannot be used; the message says what was found and expected.
struct BadInput: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Turns errors into one clear message and an exit status.
package enum Outcome {
  /// Parses and runs a command line, and ends the process.
  static func run(_ arguments: [String]) -> Never {
    let status = status(of: arguments)
    // A reader that has seen enough (head) is no failure; a full disk is.
    if fflush(nil) != 0, errno != EPIPE {
      complain("standard output: \(String(cString: strerror(errno)))")
      exit(status == 0 ? 1 : status)
    }
    exit(status)
  }

  /// Runs a command line.
  /// - Returns: the exit status: 0 done, 1 failed, 2 bad input, 3 an expectation did not hold,
  ///   130 interrupted.
  package static func status(of arguments: [String]) -> Int32 {
    do {
      var command = try FedRL.parseAsRoot(arguments)
      try command.run()
      return 0
    } catch let code as ExitCode {
      return code.rawValue
    } catch {
      if FedRL.exitCode(for: error) == .success {
        print(FedRL.fullMessage(for: error))
        return 0
      }
      return report(error)
    }
  }

  private static func report(_ error: any Error) -> Int32 {
    switch error {
    case is ScenarioError, is BadInput, is EnvironmentError, is SettingProblems,
      is RunFolderError, is PolicyFileError, is CheckpointFile.Failure:
      complain("\(error)")
      return isFailure(error) ? 1 : 2
    default:
      let isUsage = FedRL.exitCode(for: error) == .validationFailure
      complain(isUsage ? FedRL.fullMessage(for: error) : "\(error)")
      return isUsage ? 2 : 1
    }
  }

  /// A full disk is a failure of the world, not of what was asked for.
  private static func isFailure(_ error: any Error) -> Bool {
    if case .file(.diskFull) = error as? RunFolderError { return true }
    return false
  }

  static func complain(_ message: String) {
    let lines =
      message.hasPrefix("Error:")
      ? message
      : message.split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.isEmpty || $0.hasPrefix(" ") ? String($0) : "fedrl: " + $0 }
        .joined(separator: "\n")
    FileHandle.standardError.write(Data((lines + "\n").utf8))
  }
}
