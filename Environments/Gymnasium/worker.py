"""Runs copies of a Gymnasium environment for fedrl, over the socket that is its standard input.

fedrl starts it with `python3 -c`; it needs gymnasium and what the environment itself needs. The
protocol, little-endian throughout, stands in this folder's README.
"""

import json
import os
import select
import struct
import sys
import threading
import time
import traceback

VERSION = 1


class Refusal(Exception):
    """What a person should read instead of a traceback."""


class Channel:
    # Seconds of polling before a wait sleeps: to wake a processor from idle costs more than a step of a
    # small world.
    PATIENCE = 0.0003

    def __init__(self):
        # Standard input is the socket. What the environment prints goes to standard error.
        self.descriptor = os.dup(0)
        self.input = open(self.descriptor, "rb", buffering=1 << 16, closefd=False)
        self.poller = select.poll()
        self.poller.register(self.descriptor, select.POLLIN)
        self.waits_to_skip, self.waits_in_vain = 0, 0
        # Not a task of the main thread, which may hang in a step.
        threading.Thread(target=self.end_with_fedrl, daemon=True).start()
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        os.close(nothing)

    def end_with_fedrl(self):
        """Waits for the other end of the socket to close."""
        poller = select.poll()
        poller.register(self.descriptor, 0)
        poller.poll()
        os._exit(0)

    def wait(self):
        """Until there may be something to read: polls for a while where that has paid lately."""
        if self.waits_to_skip:
            self.waits_to_skip -= 1
            return
        poll, rest, now = self.poller.poll, os.sched_yield, time.perf_counter
        end = now() + self.PATIENCE
        while True:
            found = poll(0)
            # Where somebody else wants the processor, it has been gone for longer.
            if now() > end:
                break
            if found:
                self.waits_in_vain = 0
                return
            rest()
        self.waits_in_vain = min(self.waits_in_vain + 1, 10)
        self.waits_to_skip = 1 << self.waits_in_vain

    def read(self, buffer):
        """Fills a memoryview; ends this process where fedrl has ended."""
        try:
            if self.input.readinto(buffer) < len(buffer):
                os._exit(0)
        except ConnectionResetError:
            os._exit(0)

    def number(self, form):
        buffer = bytearray(struct.calcsize(form))
        self.read(memoryview(buffer))
        return struct.unpack(form, buffer)[0]

    def write(self, data):
        data = memoryview(data)
        try:
            while len(data):
                data = data[os.write(self.descriptor, data):]
        except (BrokenPipeError, ConnectionResetError):
            os._exit(0)

    def write_text(self, kind, text):
        data = text.encode()
        self.write(kind + struct.pack("<I", len(data)) + data)

    def read_text(self):
        data = bytearray(self.number("<I"))
        self.read(memoryview(data))
        return data.decode()


def bounds(values):
    return [float(value) if abs(value) < 1e30 else ("inf" if value > 0 else "-inf") for value in values]


class Worker:
    def __init__(self, request):
        os.chdir(request["folder"])
        try:
            import gymnasium
            import numpy
        except ImportError as error:
            raise Refusal(f"{sys.executable} has no {error.name}; install it with {sys.executable} -m pip install gymnasium")
        self.np, self.spaces = numpy, gymnasium.spaces
        name, arguments = request["id"], dict(request["arguments"])
        if request["max_steps"]:
            arguments["max_episode_steps"] = request["max_steps"]
        try:
            self.environments = [
                gymnasium.make(name, disable_env_checker=True, **arguments)
                for _ in range(request["copies"])
            ]
        except gymnasium.error.Error as error:
            raise Refusal(f"gymnasium cannot make {name}: {error}")
        except ModuleNotFoundError as error:
            raise Refusal(f"gymnasium cannot make {name}: {error}")
        first = self.environments[0]
        self.observation_space, self.action_space = first.observation_space, first.action_space
        self.describe(first)
        self.shape = first.observation_space.shape
        self.steps = [environment.step for environment in self.environments]
        self.allocate(len(self.environments))

    def allocate(self, count):
        """The frames of steps, and arrays over them."""
        np, width = self.np, self.width
        actions = 4 * count * self.action_width
        self.request = bytearray(actions + 8 * count)
        self.actions = np.frombuffer(self.request, np.float32, count * self.action_width)
        self.actions = self.actions.reshape(count, self.action_width)
        self.seeds = np.frombuffer(self.request, np.uint64, count, actions)
        # Its kind is the fourth byte, so that the numbers behind it are aligned.
        rewards = 4 + 4 * count * width
        reply = bytearray(rewards + 5 * count)
        reply[3:4] = b"K"
        self.observations = np.frombuffer(reply, np.float32, count * width, 4).reshape(count, width)
        self.rewards = np.frombuffer(reply, np.float32, count, rewards)
        self.ends = np.frombuffer(reply, np.uint8, count, rewards + 4 * count)
        self.reply = memoryview(reply)[3:]

    def describe(self, first):
        spaces, space = self.spaces, self.observation_space
        self.is_plain = isinstance(space, spaces.Box)
        try:
            flat = space if self.is_plain else spaces.flatten_space(space)
        except NotImplementedError:
            flat = None
        if not isinstance(flat, spaces.Box):
            raise Refusal(f"observations of {space} have no fixed number of values")
        self.width = int(self.np.prod(flat.shape))
        shape = list(flat.shape) or [1]
        action = self.action_space
        if isinstance(action, spaces.Discrete):
            self.is_discrete, self.action_width = True, 1
            self.start = int(action.start)
            described = {"kind": "discrete", "count": int(action.n)}
        elif isinstance(action, spaces.Box):
            self.is_discrete, self.action_width = False, int(self.np.prod(action.shape))
            low, high = action.low.ravel(), action.high.ravel()
            if not (self.np.isfinite(low).all() and self.np.isfinite(high).all()):
                raise Refusal(f"actions of {action} have no bounds; fedrl needs finite ones")
            described = {
                "kind": "box", "shape": list(action.shape) or [1],
                "low": bounds(low), "high": bounds(high),
            }
        else:
            raise Refusal(f"actions of {action}: fedrl acts in Discrete and Box spaces")
        specification = first.spec
        fps = (first.metadata or {}).get("render_fps")
        self.description = {
            "protocol": VERSION,
            "observations": {
                "shape": shape, "low": bounds(flat.low.ravel()), "high": bounds(flat.high.ravel()),
            },
            "actions": described,
            "max_episode_steps": specification.max_episode_steps if specification else None,
            "fps": fps,
        }

    def put(self, copy, observation):
        if self.is_plain:
            if observation.shape != self.shape:
                raise ValueError(
                    f"an observation of shape {observation.shape}, not {self.shape} as the space says"
                )
            self.observations[copy] = observation if observation.ndim == 1 else observation.ravel()
        else:
            self.observations[copy] = self.spaces.flatten(self.observation_space, observation)

    def reset(self, copy, seed):
        # Some environments hand the seed to generators that take 32 bits.
        observation, _ = self.environments[copy].reset(seed=int(seed) & 0x7FFFFFFF)
        self.put(copy, observation)

    def chosen(self, actions):
        """What the environments are given for rows of actions."""
        if self.is_discrete:
            return (actions[:, 0].astype(int) + self.start).tolist()
        return actions.reshape(len(actions), *self.action_space.shape).astype(self.action_space.dtype)

    def step(self, channel):
        channel.read(memoryview(self.request))
        actions, finals = self.chosen(self.actions), []
        for copy, step in enumerate(self.steps):
            observation, self.rewards[copy], terminated, truncated, _ = step(actions[copy])
            self.put(copy, observation)
            end = 1 if terminated else 2 if truncated else 0
            self.ends[copy] = end
            if end:
                finals.append(self.observations[copy].tobytes())
                self.reset(copy, self.seeds[copy])
        channel.write(b"".join([self.reply, *finals]) if finals else self.reply)

    def reset_all(self, channel):
        channel.read(memoryview(self.request)[-self.seeds.nbytes:])
        for copy in range(len(self.environments)):
            self.reset(copy, self.seeds[copy])
        channel.write(b"K" + self.observations.tobytes())

    def replay(self, channel):
        """Begins an episode again and repeats its actions."""
        copy, steps = channel.number("<I"), channel.number("<I")
        self.reset(copy, channel.number("<Q"))
        actions = self.np.zeros((steps, self.action_width), self.np.float32)
        if steps:
            channel.read(memoryview(actions).cast("B"))
        actions, ended = self.chosen(actions), 0
        for step in range(steps):
            observation, _, terminated, truncated, _ = self.steps[copy](actions[step])
            self.put(copy, observation)
            if terminated or truncated:
                ended = step + 1
                break
        channel.write(b"K" + struct.pack("<I", ended) + self.observations[copy].tobytes())

    def serve(self, channel):
        handlers = {b"R": self.reset_all, b"S": self.step, b"P": self.replay}
        request = bytearray(1)
        while True:
            channel.wait()
            channel.read(memoryview(request))
            handlers[bytes(request)](channel)


def main():
    channel = Channel()
    try:
        worker = Worker(json.loads(channel.read_text()))
        channel.write_text(b"D", json.dumps(worker.description))
        worker.serve(channel)
    except Refusal as refusal:
        channel.write_text(b"E", str(refusal))
    except Exception:
        channel.write_text(b"E", traceback.format_exc())


main()
