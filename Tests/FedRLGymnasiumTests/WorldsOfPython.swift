import FedRLCore
import FedRLNumerics
import FedRLTestSupport
import Foundation

import FedRLGymnasium

/// A folder with a Python module of odd environments, which goes when the test ends.
final class WorldsOfPython {
  let folder: String
  let python: String

  /// `nil`, after printing a message, where there is no Python with gymnasium.
  init?() throws {
    guard let python = GymnasiumPython.path else { return nil }
    self.python = python
    folder = FileManager.default.temporaryDirectory.path + "/fedrl-gymnasium-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(Self.module.utf8).write(to: URL(fileURLWithPath: folder + "/odd.py"))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func kind(_ id: String, _ arguments: SettingTable = [:], maxSteps: Int = 0) throws
    -> GymnasiumKind
  {
    var settings = GymnasiumSettings()
    settings.python = python
    settings.arguments = arguments
    settings.maxSteps = maxSteps
    return try GymnasiumKind(id: id, settings, EnvironmentContext(baseDirectory: folder))
  }

  /// The text of what Python says of an environment that cannot be used.
  func refusal(_ id: String, _ arguments: SettingTable = [:]) -> String {
    do {
      _ = try kind(id, arguments)
      return "none"
    } catch { return "\(error)" }
  }

  static let module = """
    import os, time
    import gymnasium
    import numpy as np
    from gymnasium import spaces

    class Odd(gymnasium.Env):
        def __init__(self, fault="", observed="box", acted="discrete"):
            self.fault = fault
            self.observation_space = {
                "box": spaces.Box(-10, 10, (2, 3), np.float64),
                "dict": spaces.Dict(at=spaces.Discrete(3), speed=spaces.Box(-1, 1, (2,), np.float32)),
                "sequence": spaces.Sequence(spaces.Discrete(2)),
            }[observed]
            self.action_space = {
                "discrete": spaces.Discrete(3, start=-1),
                "box": spaces.Box(np.array([-2, 0]), np.array([2, 10]), dtype=np.float64),
                "unbounded": spaces.Box(-np.inf, np.inf, (1,)),
                "binary": spaces.MultiBinary(4),
            }[acted]
            self.observed = observed
            with open(os.path.join(os.path.dirname(__file__), "pids"), "a") as file:
                file.write(f"{os.getpid()}\\n")
            print("a line on standard output is no message")

        def look(self):
            if self.observed == "dict":
                return {"at": self.steps % 3, "speed": np.array([self.last, 0.5], np.float32)}
            if self.fault == "shape" and self.steps == 3:
                return np.zeros(2)
            return np.full((2, 3), self.last) + np.arange(6).reshape(2, 3) / 10

        def reset(self, seed=None, options=None):
            super().reset(seed=seed)
            self.steps, self.last = 0, float(self.np_random.uniform())
            return self.look(), {}

        def step(self, action):
            self.steps += 1
            self.last = float(np.sum(action))
            if self.steps == 3 and self.fault == "raise":
                raise ArithmeticError("the third step is too much")
            if self.steps == 3 and self.fault == "exit":
                os._exit(7)
            if self.steps == 3 and self.fault == "hang":
                time.sleep(1000)
            return self.look(), self.last, self.steps == 5, False, {}

    gymnasium.register("Odd-v0", Odd)
    """
}

/// Drives a batch and keeps what it gave.
struct BatchDriver {
  let batch: any BatchEnvironment
  var observations, rewards, finals: [Float]
  var ends: [EpisodeEnd]

  init(_ batch: any BatchEnvironment) {
    self.batch = batch
    let values = batch.count * batch.specification.observations.count
    observations = .init(repeating: 0, count: values)
    finals = observations
    rewards = .init(repeating: 0, count: batch.count)
    ends = .init(repeating: .none, count: batch.count)
  }

  mutating func reset(_ random: RandomStream) {
    let batch = batch
    var span = observations.mutableSpan
    batch.reset(random: random, into: &span)
  }

  mutating func step(_ actions: [Float]) {
    var (observations, rewards, ends, finals) = (observations, rewards, ends, finals)
    do {
      var observationSpan = observations.mutableSpan
      var rewardSpan = rewards.mutableSpan
      var endSpan = ends.mutableSpan
      var finalSpan = finals.mutableSpan
      batch.step(
        actions.span, into: &observationSpan, rewards: &rewardSpan, ends: &endSpan,
        finalObservations: &finalSpan)
    }
    (self.observations, self.rewards, self.ends, self.finals) = (
      observations, rewards, ends, finals
    )
  }
}
