"""fedrl's worlds as Gymnasium environments.

    import fedrl_gymnasium, gymnasium

    gymnasium.make("fedrl/Vacuum-v0", map="home.yaml")
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import struct
import subprocess
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

__all__ = ["FedRLEnvironment", "FedRLError", "FedRLVectorEnvironment", "register"]

WORLDS = {
    "Vacuum": "vacuum",
    "Drone": "drone",
    "Vehicle": "vehicle",
    "CartPole": "cartpole",
    "Acrobot": "acrobot",
    "MountainCar": "mountaincar",
    "MountainCarContinuous": "mountaincar-continuous",
    "Pendulum": "pendulum",
    "LunarLander": "lunarlander",
    "LunarLanderContinuous": "lunarlander-continuous",
    "BipedalWalker": "bipedal-walker",
}
PROTOCOL = 1


class FedRLError(RuntimeError):
    """fedrl refused a setting or an action, or its process ended."""


def find_program(given: str | os.PathLike[str] | None) -> str:
    name = os.fspath(given) if given else os.environ.get("FEDRL_COMMAND") or "fedrl"
    path = shutil.which(name)
    if path is None:
        raise FedRLError(
            f"cannot run {name}: build fedrl (Scripts/fedrl --version) and give its path, "
            f'.build/release/fedrl, as fedrl="…" or in the variable FEDRL_COMMAND'
        )
    return path


class _Server:
    """A process of `fedrl serve` and the socket to it."""

    def __init__(self, name: str, copies: int, settings: dict[str, Any], program: Any) -> None:
        ours, theirs = socket.socketpair()
        self.name, self.socket = name, ours
        with theirs:
            self.process = subprocess.Popen(
                [find_program(program), "serve"], stdin=theirs, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        settings = {
            key: os.fspath(value) if isinstance(value, os.PathLike) else value
            for key, value in settings.items()
        }
        request = json.dumps({"id": name, "copies": copies, "arguments": settings}).encode()
        self.send(struct.pack("<I", len(request)) + request)
        self.description = json.loads(self.receive_reply(b"D"))
        if self.description["protocol"] != PROTOCOL:
            raise FedRLError(f"{name}: fedrl speaks protocol {self.description['protocol']}, not {PROTOCOL}")

    def send(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # The reply, or its lack, says why.

    def receive(self, count: int) -> bytearray:
        data = bytearray(count)
        view = memoryview(data)
        while len(view):
            try:
                received = self.socket.recv_into(view)
            except ConnectionError:
                received = 0
            if received == 0:
                status = self.process.wait()
                raise FedRLError(f"{self.name}: fedrl ended with status {status}")
            view = view[received:]
        return data

    def receive_reply(self, kind: bytes) -> bytes:
        """Reads a reply's kind; returns the text of a description, raises that of an error."""
        found = bytes(self.receive(1))
        if found == b"K":
            return b""
        text = bytes(self.receive(struct.unpack("<I", self.receive(4))[0]))
        if found != kind:
            raise FedRLError(f"{self.name}: {text.decode(errors='replace')}")
        return text

    def close(self) -> None:
        if self.process.returncode is None:
            self.socket.close()
            self.process.wait()


class _World:
    """What single and vector environments share."""

    def __init__(self, name: str, copies: int, settings: dict[str, Any], program: Any) -> None:
        self.server = _Server(name, copies, settings, program)
        self.copies = copies
        description = self.server.description
        observed = description["observations"]
        shape = tuple(observed["shape"])
        bound = lambda values: np.array([float(value) for value in values], np.float32).reshape(shape)
        self.observation_space = spaces.Box(bound(observed["low"]), bound(observed["high"]), dtype=np.float32)
        self.width = int(np.prod(shape))
        actions = description["actions"]
        if actions["kind"] == "discrete":
            self.action_space: spaces.Space = spaces.Discrete(actions["count"])
            self.action_width = 1
        else:
            self.action_space = spaces.Box(-1, 1, tuple(actions["shape"]), np.float32)
            self.action_width = int(np.prod(actions["shape"]))
        self.metrics = description["metrics"]
        self.fps = description["fps"]

    def reset(self, seed: int) -> np.ndarray:
        seeds = np.full(self.copies, seed, "<u8")
        self.server.send(b"R" + seeds.tobytes())
        self.server.receive_reply(b"K")
        return self.observations(self.copies)

    def observations(self, copies: int) -> np.ndarray:
        data = self.server.receive(copies * self.width * 4)
        return np.frombuffer(data, "<f4").reshape((copies, *self.observation_space.shape))

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Observations, rewards, ends, and the final observations of copies that ended."""
        actions = np.ascontiguousarray(actions, "<f4")
        if actions.size != self.copies * self.action_width:
            raise FedRLError(f"{actions.size} action values, expected {self.copies * self.action_width}")
        self.server.send(b"S" + actions.tobytes() + bytes(8 * self.copies))
        self.server.receive_reply(b"K")
        observations = self.observations(self.copies)
        rewards = np.frombuffer(self.server.receive(4 * self.copies), "<f4")
        ends = np.frombuffer(self.server.receive(self.copies), np.uint8)
        return observations, rewards, ends, self.observations(int(np.count_nonzero(ends)))

    def measures(self, copy: int) -> dict[str, float]:
        """Of the episode that a copy ended last."""
        self.server.send(b"M" + struct.pack("<I", copy))
        self.server.receive_reply(b"K")
        values = np.frombuffer(self.server.receive(8 * len(self.metrics)), "<f8")
        return dict(zip(self.metrics, values.tolist()))


def _episode_seed(random: np.random.Generator) -> int:
    return int(random.integers(0, 2**63))


class FedRLEnvironment(gymnasium.Env[np.ndarray, Any]):
    """One copy of a world of fedrl.

    `name` is as `fedrl list environments` prints it, `settings` are as `fedrl describe NAME` does.
    """

    metadata = {"render_modes": []}

    def __init__(self, name: str, fedrl: Any = None, render_mode: str | None = None, **settings: Any) -> None:
        if render_mode is not None:
            raise ValueError("fedrl's worlds have no render modes; fedrl replay draws them")
        self._world = _World(name, 1, settings, fedrl)
        self.observation_space = self._world.observation_space
        self.action_space = self._world.action_space
        # Of the episode that fedrl began when the last one ended.
        self._begun: np.ndarray | None = None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[np.ndarray, dict[str, Any]]:
        super().reset(seed=seed)
        begun, self._begun = self._begun, None
        if seed is None and begun is not None:
            return begun, {}
        return self._world.reset(_episode_seed(self.np_random))[0], {}

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        if self._begun is not None:
            raise gymnasium.error.ResetNeeded("the episode has ended; call reset")
        observations, rewards, ends, finals = self._world.step(np.asarray(action, np.float32).reshape(1, -1))
        info: dict[str, Any] = {}
        observation = observations[0]
        if ends[0]:
            self._begun, observation = observation, finals[0]
            info["metrics"] = self._world.measures(0)
        return observation, float(rewards[0]), bool(ends[0] == 1), bool(ends[0] == 2), info

    def close(self) -> None:
        self._world.server.close()


class FedRLVectorEnvironment(VectorEnv):
    """Copies of a world of fedrl in one process, reset in the same step."""

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.SAME_STEP}

    def __init__(self, name: str, num_envs: int = 1, fedrl: Any = None, render_mode: str | None = None, **settings: Any) -> None:
        if render_mode is not None:
            raise ValueError("fedrl's worlds have no render modes; fedrl replay draws them")
        self._world = _World(name, num_envs, settings, fedrl)
        self.num_envs = num_envs
        self.single_observation_space = self._world.observation_space
        self.single_action_space = self._world.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

    def reset(self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None) -> tuple[np.ndarray, dict[str, Any]]:
        # Copies differ by themselves: one seed names the episodes of all.
        super().reset(seed=seed[0] if isinstance(seed, (list, tuple)) else seed)
        return self._world.reset(_episode_seed(self.np_random)), {}

    def step(self, actions: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        observations, rewards, ends, finals = self._world.step(np.asarray(actions, np.float32))
        infos: dict[str, Any] = {}
        if len(finals):
            ended = ends != 0
            last = np.zeros_like(observations)
            last[ended] = finals
            infos = {
                "final_obs": last,
                "_final_obs": ended,
                "final_info": {
                    "metrics": [self._world.measures(copy) if ended[copy] else None for copy in range(self.num_envs)]
                },
                "_final_info": ended,
            }
        return observations, rewards, ends == 1, ends == 2, infos

    def close_extras(self, **kwargs: Any) -> None:
        self._world.server.close()


def register() -> None:
    """Names the worlds to gymnasium, once: to import this module does so."""
    for title, name in WORLDS.items():
        if f"fedrl/{title}-v0" in gymnasium.registry:
            continue
        gymnasium.register(
            id=f"fedrl/{title}-v0",
            entry_point="fedrl_gymnasium:FedRLEnvironment",
            vector_entry_point="fedrl_gymnasium:FedRLVectorEnvironment",
            kwargs={"name": name},
        )


register()
