private import Foundation
private import Synchronization

/// Whether a person or a time limit wants the run to stop at the next safe point.
///
/// The first SIGINT, SIGTERM or SIGHUP (a terminal that was closed) asks for that; a second one ends the process at once, which loses the
/// work since the last checkpoint.
enum Interruption {
  private static let requested = Atomic<Bool>(false)

  /// Whether stopping was asked for.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Asks for a stop, as a signal would.
  static func request() { requested.store(true, ordering: .relaxed) }

  /// Forgets an earlier request: for tests that run several commands in one process.
  static func reset() { requested.store(false, ordering: .relaxed) }

  /// Takes over SIGINT, SIGTERM and, where it is not ignored as under nohup, SIGHUP.
  static func installHandlers() {
    var hangup = sigaction()
    sigaction(SIGHUP, nil, &hangup)
    let ignoresHangup =
      unsafeBitCast(hangup.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
    for number in ignoresHangup ? [SIGINT, SIGTERM] : [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { _ in
        // Only async-signal-safe calls here: an atomic exchange, write and _exit.
        if Interruption.requested.exchange(true, ordering: .relaxed) { _exit(130) }
        let text: StaticString =
          "\nfedrl: stopping at the next safe point; once more stops at once, without saving\n"
        _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
      }
    }
    // A parent's thread may have left them blocked, as those of thread pools do.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGHUP)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    // A closed pipe (`fedrl train … | head`) is an error of that write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
  }
}
