import FedRLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A Python process that runs copies of an environment, and the socket to it.
///
/// It ends with its owner, in whatever way that ends: by the closing of the socket.
final class GymnasiumWorker {
  /// What every worker of one environment is started with.
  struct Request: Sendable {
    let id: String
    let python: String
    /// Where the process runs, and looks for modules.
    let folder: String
    let arguments: SettingTable
    let maximumSteps: Int
  }

  /// The worker failed: its traceback, or how it died.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let description: GymnasiumDescription
  private let name: String
  private let process: pid_t
  private let socket: Int32
  private var exitText: String?
  private var waitsToSkip = 0
  private var waitsInVain = 0

  /// Starts a process and has it make the environment, which takes the time that Python does: about
  /// half a second.
  /// - Throws: `EnvironmentError` where that fails, with the reason that Python gave.
  init(_ request: Request, copies: Int) throws {
    name = "gymnasium:" + request.id
    var ends: [Int32] = [-1, -1]
    guard
      socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0
    else { throw EnvironmentError("\(name): no socket: \(String(cString: strerror(errno)))") }
    socket = ends[0]
    do {
      process = try Self.spawn(request, channel: ends[1])
      close(ends[1])
    } catch {
      close(ends[0])
      close(ends[1])
      throw error
    }
    do {
      description = try Self.introduce(request, copies: copies, socket: socket)
    } catch let failure as Lost {
      let text = failure.text ?? Self.exitText(of: process)
      close(socket)
      if failure.text != nil { Self.reap(process) }
      throw EnvironmentError("\(name): \(text)")
    } catch {
      close(socket)
      Self.reap(process)
      throw EnvironmentError("\(name): the worker's description cannot be read: \(error)")
    }
  }

  deinit {
    close(socket)
    if exitText == nil { Self.reap(process) }
  }

  // MARK: Starting and ending

  private static func spawn(_ request: Request, channel: Int32) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, channel, 0)
    // A group of its own: Ctrl-C is fedrl's to answer, which then ends its workers.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    let source = String(decoding: PackageResources.worker_py, as: UTF8.self)
    let texts: [String] = [request.python, "-c", source]
    var arguments: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    var process: pid_t = 0
    let status = posix_spawnp(
      &process, request.python, &actions, &attributes, &arguments, environ)
    guard status == 0 else {
      throw EnvironmentError(
        setting: "python",
        "cannot run \(request.python): \(String(cString: strerror(status))); gymnasium environments "
          + "need Python with gymnasium")
    }
    return process
  }

  private static func introduce(_ request: Request, copies: Int, socket: Int32) throws
    -> GymnasiumDescription
  {
    let json =
      "{\"id\": \(jsonText(request.id)), \"folder\": \(jsonText(request.folder)), \"copies\": \(copies), \"max_steps\": \(request.maximumSteps), "
      + "\"arguments\": \(json(of: .table(request.arguments)))}"
    let bytes = Array(json.utf8)
    try withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { try send($0, to: socket) }
    try bytes.withUnsafeBytes { try send($0, to: socket) }
    var kind: UInt8 = 0
    try withUnsafeMutableBytes(of: &kind) { try receive(into: $0, from: socket) }
    let text = try receiveText(from: socket)
    guard kind == UInt8(ascii: "D") else {
      throw Lost(text: String(decoding: text, as: UTF8.self))
    }
    return try GymnasiumDescription(json: text)
  }

  /// Waits for a process that ends by itself once its socket is closed; not for ever.
  private static func reap(_ process: pid_t) {
    var status: Int32 = 0
    for _ in 0..<200 {
      if waitpid(process, &status, WNOHANG) != 0 { return }
      usleep(1000)
    }
    // It hangs in a step.
    kill(process, SIGKILL)
    waitpid(process, &status, 0)
  }

  private static func exitText(of process: pid_t) -> String {
    var status: Int32 = 0
    var waited: pid_t = 0
    for _ in 0..<2000 {
      waited = waitpid(process, &status, WNOHANG)
      if waited != 0 { break }
      usleep(1000)
    }
    guard waited == process else {
      kill(process, SIGKILL)
      waitpid(process, &status, 0)
      return "its worker, process \(process), closed its connection"
    }
    let signal = status & 0x7f
    return signal != 0
      ? "its worker, process \(process), was killed by signal \(signal)"
      : "its worker, process \(process), ended with status \((status >> 8) & 0xff)"
  }

  // MARK: Exchanging

  /// The connection broke, or the worker said why it cannot go on.
  private struct Lost: Error {
    var text: String?
  }

  /// Sends a frame and reads the reply's first byte and what follows it.
  /// - Parameters:
  ///   - frame: whole, with its kind in front.
  ///   - body: reads the rest of the reply.
  /// - Throws: ``Failure``, after which the worker is of no more use.
  func exchange(
    _ frame: UnsafeRawBufferPointer,
    reply: (_ read: (UnsafeMutableRawBufferPointer) throws -> Void) throws -> Void
  ) throws(Failure) {
    do {
      try Self.send(frame, to: socket)
      awaitReply()
      var kind: UInt8 = 0
      try withUnsafeMutableBytes(of: &kind) { try Self.receive(into: $0, from: socket) }
      guard kind == UInt8(ascii: "K") else {
        throw Lost(text: String(decoding: try Self.receiveText(from: socket), as: UTF8.self))
      }
      try reply { try Self.receive(into: $0, from: socket) }
    } catch {
      var text = (error as? Lost)?.text
      if text == nil {
        // It ended without a word.
        text = exitText ?? Self.exitText(of: process)
        exitText = text
      }
      throw Failure(description: "\(name): \(text!)")
    }
  }

  /// Polls before the wait for a reply sleeps, where that has paid lately: to wake a processor from
  /// idle costs more than a step of a small world. It leaves the processor to whoever wants it; where
  /// somebody does, that costs a slice of time, and has not paid.
  private func awaitReply() {
    if waitsToSkip > 0 {
      waitsToSkip -= 1
      return
    }
    var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    let start = ContinuousClock.now
    while true {
      let isThere = poll(&descriptor, 1, 0) != 0
      if ContinuousClock.now - start > Self.patience { break }
      if isThere {
        waitsInVain = 0
        return
      }
      sched_yield()
    }
    waitsInVain = min(waitsInVain + 1, 10)
    waitsToSkip = 1 << waitsInVain
  }

  /// Longest wait that polling pays for.
  private static let patience = Duration.microseconds(300)

  private static func send(_ bytes: UnsafeRawBufferPointer, to socket: Int32) throws {
    var sent = 0
    while sent < bytes.count {
      let count = Glibc.send(
        socket, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Lost() }
      sent += count
    }
  }

  private static func receive(into bytes: UnsafeMutableRawBufferPointer, from socket: Int32) throws
  {
    var received = 0
    while received < bytes.count {
      let count = recv(socket, bytes.baseAddress! + received, bytes.count - received, 0)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Lost() }
      received += count
    }
  }

  private static func receiveText(from socket: Int32) throws -> [UInt8] {
    var count: UInt32 = 0
    try withUnsafeMutableBytes(of: &count) { try receive(into: $0, from: socket) }
    var text = [UInt8](repeating: 0, count: Int(UInt32(littleEndian: count)))
    try text.withUnsafeMutableBytes { try receive(into: $0, from: socket) }
    return text
  }

  // MARK: JSON

  private static func json(of value: SettingValue) -> String {
    switch value {
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): jsonText(value)
    case .list(let values): "[" + values.map { json(of: $0) }.joined(separator: ", ") + "]"
    case .table(let table):
      "{"
        + table.sorted { $0.key < $1.key }
        .map { jsonText($0.key) + ": " + json(of: $0.value) }.joined(separator: ", ") + "}"
    }
  }

  private static func jsonText(_ text: String) -> String {
    var result = "\""
    for unit in text.unicodeScalars {
      switch unit {
      case "\"", "\\": result += "\\" + String(unit)
      case _ where unit.value < 32:
        let digits = String(unit.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(unit)
      }
    }
    return result + "\""
  }
}
