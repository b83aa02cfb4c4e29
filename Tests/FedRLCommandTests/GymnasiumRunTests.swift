import FedRLTestSupport
import Foundation
import Testing

/// Scenarios in Python environments, through the command.
@Suite(.serialized) struct GymnasiumRunTests {
  /// `nil`, after printing a message, where there is no Python with gymnasium.
  private func makeFolder(rounds: Int) throws -> TestFolder? {
    guard let python = GymnasiumPython.path else { return nil }
    let folder = try TestFolder(
      TestFolder.scenario
        .replacingOccurrences(of: "max_steps = 60", with: "python = \"\(python)\"")
        .replacingOccurrences(of: "\"cartpole\"", with: "\"gymnasium:noted:Noted-v0\"")
        .replacingOccurrences(of: "rounds = 4", with: "rounds = \(rounds)")
        .replacingOccurrences(
          of: "environment = { pole_half_length = { each = [0.4, 0.6] } }", with: ""))
    try folder.write(
      """
      import os, time
      import gymnasium
      from gymnasium.envs.classic_control.cartpole import CartPoleEnv

      class Noted(CartPoleEnv):
          def __init__(self, fails_at=0, hangs_at=0, choices=2, **rest):
              super().__init__(**rest)
              self.fails_at, self.hangs_at, self.count = fails_at, hangs_at, 0
              self.action_space = gymnasium.spaces.Discrete(choices)
              with open("pids", "a") as file:
                  file.write(f"{os.getpid()}\\n")

          def step(self, action):
              self.count += 1
              if self.count == self.fails_at:
                  raise ArithmeticError("one step too many")
              if self.count == self.hangs_at:
                  open("hangs", "w").close()
                  time.sleep(1000)
              return super().step(action)

      gymnasium.register("Noted-v0", Noted, max_episode_steps=60)
      """, to: "noted.py")
    return folder
  }

  private func workers(_ folder: TestFolder) throws -> [pid_t] {
    try folder.text("pids").split(separator: "\n").compactMap { pid_t($0) }
  }

  /// A process that has ended but was not waited for counts as gone: its parent is.
  private func isThere(_ process: pid_t) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else {
      return false
    }
    return !text.contains(") Z ")
  }

  private func expectNoWorkers(_ folder: TestFolder, _ after: String) throws {
    let workers = try workers(folder)
    #expect(workers.count >= 3)
    for _ in 0..<300 where workers.contains(where: isThere) { usleep(10_000) }
    for worker in workers { #expect(!isThere(worker), "a worker outlived \(after)") }
  }

  @Test func aRunThatIsKilledGoesOnToTheSameFilesAndLeavesNoWorkers() throws {
    guard let folder = try makeFolder(rounds: 30),
      let whole = try folder.train("--out", "whole", "--quiet")
    else { return }
    #expect(whole.status == 0, "\(whole.errors)")
    try expectNoWorkers(folder, "the run")
    let expected = try folder.results(of: "whole")
    for signal in [SIGKILL, SIGINT] {
      let other = try #require(try makeFolder(rounds: 30))
      let stopped = try #require(
        try other.train(
          "--out", "run", "--quiet", signal: signal, when: { other.rounds(of: "run") >= 9 }))
      #expect(stopped.status == (signal == SIGINT ? 130 : 128 + signal), "\(stopped.errors)")
      try expectNoWorkers(other, "signal \(signal)")
      let resumed = try #require(try other.train("--out", "run", "--resume", "--quiet"))
      #expect(resumed.status == 0, "\(resumed.errors)")
      let results = try other.results(of: "run")
      for name in expected.keys.sorted() where results[name] != expected[name] {
        Issue.record("\(name) differs after signal \(signal)")
      }
    }
  }

  @Test func aWorkerThatHangsEndsWithTheRun() throws {
    guard let folder = try makeFolder(rounds: 4),
      let run = try folder.train(
        "--out", "run", "--quiet", "--set",
        "environment.arguments={ hangs_at = { choice = [70] } }",
        signal: SIGKILL,
        when: { FileManager.default.fileExists(atPath: folder.file("hangs")) })
    else { return }
    #expect(run.status == 128 + SIGKILL)
    try expectNoWorkers(folder, "a run that waited for it")
  }

  @Test func moreChoicesThanFitAreRefused() throws {
    guard let folder = try makeFolder(rounds: 1),
      let run = try folder.train(
        "--out", "run", "--set", "environment.arguments={ choices = 1099511627776 }")
    else { return }
    #expect(run.status == 2)
    #expect(run.errors.contains("fedrl takes at most 65536 choices"), "\(run.errors)")
  }

  @Test func anExceptionEndsTheRunWithItsTraceback() throws {
    guard let folder = try makeFolder(rounds: 4),
      let run = try folder.train(
        "--out", "run", "--set", "environment.arguments={ fails_at = 70 }")
    else { return }
    #expect(run.status == 1)
    #expect(run.errors.contains("agent fleet") || run.errors.contains("round"), "\(run.errors)")
    #expect(run.errors.contains("ArithmeticError: one step too many"))
    try expectNoWorkers(folder, "the failure")
  }
}
