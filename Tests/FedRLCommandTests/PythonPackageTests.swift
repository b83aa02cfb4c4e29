import FedRLTestSupport
import Foundation
import Testing

/// The package in Environments/Python, installed by pip, with the built `fedrl`.
@Suite(.serialized) struct PythonPackageTests {
  /// A folder with the installed package; `nil`, after printing a message, where that cannot be.
  static let installed: (python: String, folder: TestFolder, program: String)? = {
    guard let python = GymnasiumPython.path, let program = CommandProcess.executable?.path,
      let folder = try? TestFolder()
    else { return nil }
    // Copied, because building leaves files behind.
    let source = SharedData.packageRoot.appendingPathComponent("Environments/Python").path
    let copy = folder.file("package")
    guard (try? FileManager.default.copyItem(atPath: source, toPath: copy)) != nil else {
      return nil
    }
    let run = GymnasiumPython.run(
      python,
      [
        "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target",
        folder.file("site"), copy,
      ])
    guard run?.status == 0 else {
      print("skipped: pip could not install Environments/Python: \(run?.errors ?? "")")
      return nil
    }
    return (python, folder, program)
  }()

  /// Runs a script that finds the package, and the program as `FEDRL`.
  private func python(_ script: String) throws -> (status: Int32, output: String, errors: String)? {
    guard let (python, folder, program) = Self.installed else { return nil }
    let head = """
      import os, sys
      os.environ["PYTHONPATH"] = ""
      sys.path.insert(0, \(quoted(folder.file("site"))))
      FEDRL = \(quoted(program))
      HOME = \(quoted(SharedData.packageRoot.path + "/Environments/Vacuum/Homes/home-01.yaml"))
      import warnings
      import fedrl_gymnasium, gymnasium, numpy as np

      """
    return GymnasiumPython.run(python, ["-c", head + script], in: folder.path)
  }

  private func quoted(_ text: String) -> String { "\"" + text + "\"" }

  @Test(arguments: [
    "\"fedrl/CartPole-v0\"", "\"fedrl/Pendulum-v0\"", "\"fedrl/LunarLander-v0\"",
    "\"fedrl/Vacuum-v0\", map=HOME, dynamics=\"discrete\"", "\"fedrl/Vacuum-v0\", map=HOME",
    "\"fedrl/Drone-v0\"",
  ])
  func gymnasiumsOwnCheckFindsNothing(world: String) throws {
    guard
      let run = try python(
        """
        from gymnasium.utils.env_checker import check_env
        world = gymnasium.make(\(world), fedrl=FEDRL)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            check_env(world.unwrapped)
        print([str(w.message) for w in caught])
        """)
    else { return }
    #expect(run.status == 0, "\(run.errors)")
    print(run.output)
  }

  @Test func episodesRepeatEndAndAreMeasured() throws {
    guard
      let run = try python(
        """
        def play(seed):
            world = gymnasium.make("fedrl/Vacuum-v0", fedrl=FEDRL, map=HOME, dynamics="discrete",
                                   episode_seconds=20)
            world.action_space.seed(1)
            trace, last = [world.reset(seed=seed)[0].tobytes()], None
            for episode in range(2):
                done = False
                while not done:
                    observation, reward, terminated, truncated, info = world.step(world.action_space.sample())
                    trace += [observation.tobytes(), reward]
                    done = terminated or truncated
                last = (terminated, truncated, sorted(info["metrics"])[:2], info["metrics"]["coverage_ratio"])
                trace.append(world.reset()[0].tobytes())
            world.close()
            return trace, last
        first, last = play(3)
        assert first == play(3)[0]
        starts = [gymnasium.make("fedrl/CartPole-v0", fedrl=FEDRL).reset(seed=s)[0].tolist() for s in (3, 3, 4)]
        assert starts[0] == starts[1] != starts[2]
        assert last[1] and not last[0] and 0 < last[3] < 1, last
        vector = gymnasium.make_vec("fedrl/CartPole-v0", num_envs=4, fedrl=FEDRL,
                                    vectorization_mode="vector_entry_point")
        observations, _ = vector.reset(seed=1)
        assert observations.shape == (4, 4) and len(set(observations[:, 0])) == 4
        ended = 0
        for _ in range(200):
            observations, rewards, terminated, truncated, infos = vector.step(np.ones(4, int))
            assert (rewards == 1).all()
            if terminated.any():
                ended += terminated.sum()
                assert (np.abs(infos["final_obs"][terminated][:, 2]) > 0.2).all()
                assert (np.abs(observations[terminated][:, 2]) < 0.06).all()
        assert ended > 40, ended
        vector.close()
        """)
    else { return }
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test func whatIsWrongIsSaidByFedrlsOwnMessages() throws {
    guard
      let run = try python(
        """
        from fedrl_gymnasium import FedRLEnvironment
        def message(make):
            try: make()
            except Exception as error: print(type(error).__name__, error)
            else: print("nothing")
        message(lambda: FedRLEnvironment("cartpole", fedrl=FEDRL, pole_lenght=1))
        message(lambda: FedRLEnvironment("cartpol", fedrl=FEDRL))
        message(lambda: FedRLEnvironment("vacuum", fedrl=FEDRL, map="nowhere.yaml"))
        message(lambda: FedRLEnvironment("cartpole", fedrl="/nowhere/fedrl"))
        world = FedRLEnvironment("cartpole", fedrl=FEDRL)
        world.reset(seed=1)
        message(lambda: world.step(2))
        other = FedRLEnvironment("cartpole", fedrl=FEDRL)
        other.reset(seed=1)
        other._world.server.process.kill()
        message(lambda: other.step(1))
        """)
    else { return }
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 6, "\(run.output)")
    guard lines.count == 6 else { return }
    #expect(lines[0].contains("FedRLError") && lines[0].contains("pole_lenght: unknown key"))
    #expect(lines[1].contains("did you mean cartpole?"))
    #expect(lines[2].contains("nowhere.yaml"))
    #expect(lines[3].contains("cannot run /nowhere/fedrl"))
    #expect(lines[4].contains("expected a choice in 0..<2, got 2.0"))
    #expect(lines[5].contains("fedrl ended with status -9"))
  }

  @Test func serveWithoutASocketSaysWhatItIsFor() throws {
    let folder = try TestFolder()
    guard let run = try CommandProcess.run(["serve"], in: folder.path) else { return }
    #expect(run.status == 1)
    #expect(run.errors.contains("standard input is not a socket"))
  }
}
