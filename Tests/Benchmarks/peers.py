"""Runs the work of the benchmarks in public Python libraries, one work per process.

    python peers.py --list
    python peers.py NAME [ARGUMENT ...]

The second form sets up the work NAME and prints one line of JSON:

    {"ready": true, "library": "Stable-Baselines3 2.9.2, PyTorch 2.15.0"}

or, when a package is missing or does not work, the following line, and exits with status 0:

    {"ready": false, "why": "ModuleNotFoundError: No module named 'envpool'"}

Then it reads lines from standard input. For "go N" (N is the number of the repetition, from 0,
and the source of its seed) it does one repetition and prints {"value": number}, with null where
a goal was not reached, or {"error": "reason"}. At "end" or the end of the input it exits.
Nothing but these lines goes to standard output: whatever the libraries print goes to standard
error or, in the processes of a federation, to a temporary file.

PyTorch and NumPy use one thread. A repetition of a rate lasts somewhat under a second. Where an
environment spends a step on the reset after the end of an episode, this step is counted too.

A federation runs in a process of its own, started anew for each repetition, and the time is
taken when its messages arrive here.
"""

from __future__ import annotations

import functools
import importlib.metadata
import itertools
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TextIO


def prepare_environment() -> None:
    """Sets what the libraries read from the environment; must come before their import."""
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(name, None)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ["FLWR_TELEMETRY_ENABLED"] = "0"
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"
    os.environ["PYTHONWARNINGS"] = "ignore"


prepare_environment()

RATE_SECONDS = 0.7
WARM_UP_SECONDS = 0.3
ACTION_SETS = 512

GOAL = 475.0
EVALUATION_EPISODES = 10
SCHEDULE_STEPS = 100_000
LOCAL_STEPS = 2_048
FEDERATED_AGENTS = 8
FEDERATED_ROUNDS = 20
PROCESSORS = 2

PUFFER_COPIES = 4_096
PUFFER_HIDDEN = 128
PUFFER_ITERATION_STEPS = 64 * PUFFER_COPIES

UPDATES = 100
UPDATE_PARAMETERS = 1_000_000
BLOCK_PARAMETERS = 16_384

ECHO_STEP = 1e-4
FEDERATION_DEADLINE = 1_800.0
FEDERATION_SETTINGS = "PEERS_FEDERATION"


class Work(NamedTuple):
    """A work that is set up: the libraries it uses, and what a repetition does."""

    library: str
    repeat: Callable[[int], float | None]


# --- Helpers --------------------------------------------------------------------------------


def versions(**distributions: str) -> str:
    """Names the libraries with their versions; the keys are labels, with _ for a dash."""
    return ", ".join(
        f"{label.replace('_', '-')} {importlib.metadata.version(distribution)}"
        for label, distribution in distributions.items()
    )


def mean_seconds(call: Callable[[], object], seconds: float = RATE_SECONDS) -> float:
    """Calls again and again for the given time and returns the mean time of a call."""
    count = 0
    start = time.perf_counter()
    while True:
        block = 1 + count // 8
        for _ in range(block):
            call()
        count += block
        elapsed = time.perf_counter() - start
        if elapsed >= seconds:
            return elapsed / count


def rate_work(library: str, call: Callable[[], object], items: float) -> Work:
    """A work whose value is the number of items per second, each call doing `items`."""
    mean_seconds(call, WARM_UP_SECONDS)
    return Work(library, lambda _: items / mean_seconds(call))


def microseconds_work(library: str, call: Callable[[], object]) -> Work:
    """A work whose value is the number of microseconds per call."""
    mean_seconds(call, WARM_UP_SECONDS)
    return Work(library, lambda _: 1e6 * mean_seconds(call))


def random_actions(copies: int, dtype: str) -> Iterable[Any]:
    """An endless supply of random actions for CartPole, drawn beforehand."""
    import numpy as np

    actions = np.random.default_rng(1).integers(0, 2, (ACTION_SETS, copies)).astype(dtype)
    return itertools.cycle(list(actions))


def single_threaded_torch() -> Any:
    """Imports PyTorch, set to one thread."""
    import torch

    torch.set_num_threads(1)
    return torch


def network(sizes: list[int], activation: type) -> Any:
    """A PyTorch network of linear layers with the activation between them."""
    from torch import nn

    layers: list[nn.Module] = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), activation()]
    return nn.Sequential(*layers[:-1])


def fastest(candidates: dict[str, Callable[[], object]]) -> str:
    """The name of the candidate that takes the least time, the first calls not counted."""
    for call in candidates.values():
        call()
    return min(candidates, key=lambda name: mean_seconds(candidates[name], WARM_UP_SECONDS))


# --- CartPole -------------------------------------------------------------------------------


def cartpole_envpool(copies: int) -> Work:
    """COPIES: environment steps per second of EnvPool's CartPole-v1, one thread."""
    import envpool

    environment = envpool.make(
        "CartPole-v1",
        env_type="gymnasium",
        num_envs=copies,
        batch_size=copies,
        num_threads=1,
        seed=1,
    )
    actions = random_actions(copies, "int32")
    environment.reset()
    library = versions(EnvPool="envpool")
    return rate_work(library, lambda: environment.step(next(actions)), copies)


def cartpole_puffer(copies: int) -> Work:
    """COPIES: environment steps per second of PufferLib's CartPole written in C."""
    from pufferlib.ocean.cartpole.cartpole import Cartpole

    environment = Cartpole(num_envs=copies, report_interval=sys.maxsize, seed=1)
    actions = random_actions(copies, "float32")
    environment.reset(seed=1)
    library = versions(PufferLib="pufferlib")
    return rate_work(library, lambda: environment.step(next(actions)), copies)


def cartpole_gymnasium(copies: int) -> Work:
    """COPIES: environment steps per second of Gymnasium's vectorised CartPole-v1."""
    environment = gymnasium_cartpole(copies)
    actions = random_actions(copies, "int64")
    environment.reset(seed=1)
    library = versions(Gymnasium="gymnasium")
    return rate_work(library, lambda: environment.step(next(actions)), copies)


def lunarlander_gymnasium(copies: int) -> Work:
    """COPIES: environment steps per second of Gymnasium's LunarLander-v3."""
    return box2d_gymnasium("LunarLander-v3", copies)


def bipedal_walker_gymnasium(copies: int) -> Work:
    """COPIES: environment steps per second of Gymnasium's BipedalWalker-v3."""
    return box2d_gymnasium("BipedalWalker-v3", copies)


def box2d_gymnasium(name: str, copies: int) -> Work:
    """Steps copies of a Box2D environment one after another, each reset where its episode ends."""
    import gymnasium

    environments = [gymnasium.make(name, disable_env_checker=True) for _ in range(copies)]
    space = environments[0].action_space
    space.seed(1)
    actions = itertools.cycle([space.sample() for _ in range(ACTION_SETS)])
    for seed, environment in enumerate(environments):
        environment.reset(seed=seed)

    def step() -> None:
        for environment in environments:
            _, _, terminated, truncated, _ = environment.step(next(actions))
            if terminated or truncated:
                environment.reset()

    return rate_work(versions(Gymnasium="gymnasium", Box2D="box2d"), step, copies)


def gymnasium_cartpole(copies: int) -> Any:
    """Copies of CartPole-v1 stepped together, with its own vectorised form where there is one."""
    import gymnasium

    own_form = gymnasium.spec("CartPole-v1").vector_entry_point is not None
    # PufferLib's environment has a Gymnasium that calls it by another name.
    own_name = "custom" if gymnasium.__version__.startswith("0.") else "vector_entry_point"
    mode = own_name if own_form else "sync"
    return gymnasium.make_vec("CartPole-v1", num_envs=copies, vectorization_mode=mode)


def evaluate(choose: Callable[[Any], Any], seed: int) -> float:
    """The mean return of ten episodes of CartPole-v1, played side by side.

    `choose` turns observations, one a row, into actions.
    """
    import numpy as np

    environment = gymnasium_cartpole(EVALUATION_EPISODES)
    observations, _ = environment.reset(seed=seed)
    returns = np.zeros(EVALUATION_EPISODES)
    running = np.ones(EVALUATION_EPISODES, dtype=bool)
    while running.any():
        observations, rewards, terminated, truncated, _ = environment.step(choose(observations))
        returns += rewards * running
        running &= ~(terminated | truncated)
    return float(returns.mean())


def evaluate_actor(arrays: list[Any], seed: int) -> float:
    """The mean return of an actor's most probable actions.

    The arrays are the weights and biases of its three layers, then whatever follows.
    """
    import numpy as np

    hidden_1, bias_1, hidden_2, bias_2, output, bias_3 = arrays[:6]

    def choose(observations: Any) -> Any:
        features = np.tanh(observations @ hidden_1.T + bias_1)
        features = np.tanh(features @ hidden_2.T + bias_2)
        return np.argmax(features @ output.T + bias_3, axis=1)

    return evaluate(choose, seed)


# --- Networks and gradient steps ------------------------------------------------------------


def inference_torch(batch: int) -> Work:
    """BATCH: microseconds of a forward pass of actor and critic, 4-64-64-{2,1} with tanh."""
    torch = single_threaded_torch()
    actor = network([4, 64, 64, 2], torch.nn.Tanh)
    critic = network([4, 64, 64, 1], torch.nn.Tanh)
    observations = torch.randn(batch, 4)

    def forward() -> None:
        with torch.inference_mode():
            actor(observations)
            critic(observations)

    return microseconds_work(versions(PyTorch="torch"), forward)


def dqn_update_torch() -> Work:
    """Microseconds of one DQN gradient step, 4-256-256-2 with ReLU, batch 64, no sampling."""
    torch = single_threaded_torch()
    functional = torch.nn.functional
    torch.manual_seed(1)
    batch, gamma = 64, 0.99
    online = network([4, 256, 256, 2], torch.nn.ReLU)
    target = network([4, 256, 256, 2], torch.nn.ReLU)
    target.load_state_dict(online.state_dict())
    optimizer = torch.optim.Adam(online.parameters(), lr=2.3e-3)
    observations, next_observations = torch.randn(batch, 4), torch.randn(batch, 4)
    actions = torch.randint(0, 2, (batch, 1))
    rewards, dones = torch.ones(batch, 1), (torch.rand(batch, 1) < 0.05).float()

    def step() -> None:
        with torch.no_grad():
            next_values, _ = target(next_observations).max(dim=1)
            goals = rewards + (1 - dones) * gamma * next_values.reshape(-1, 1)
        values = torch.gather(online(observations), dim=1, index=actions)
        loss = functional.smooth_l1_loss(values, goals)
        loss.item()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(online.parameters(), 10)
        optimizer.step()

    return microseconds_work(versions(PyTorch="torch"), step)


def ppo_update_torch() -> Work:
    """Microseconds of one PPO gradient step, two 4-64-64 networks with tanh, batch 256."""
    torch = single_threaded_torch()
    functional = torch.nn.functional
    torch.manual_seed(1)
    batch, clip = 256, 0.2
    actor = network([4, 64, 64, 2], torch.nn.Tanh)
    critic = network([4, 64, 64, 1], torch.nn.Tanh)
    parameters = [*actor.parameters(), *critic.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=1e-3, eps=1e-5)
    observations, actions = torch.randn(batch, 4), torch.randint(0, 2, (batch,))
    raw_advantages, returns = torch.randn(batch), torch.randn(batch)

    def distribution() -> Any:
        return torch.distributions.Categorical(logits=actor(observations), validate_args=False)

    with torch.no_grad():
        old_log_probabilities = distribution().log_prob(actions)

    def step() -> None:
        policy = distribution()
        values = critic(observations).flatten()
        log_probabilities, entropy = policy.log_prob(actions), policy.entropy()
        advantages = (raw_advantages - raw_advantages.mean()) / (raw_advantages.std() + 1e-8)
        ratio = torch.exp(log_probabilities - old_log_probabilities)
        clipped = torch.clamp(ratio, 1 - clip, 1 + clip)
        policy_loss = -torch.min(advantages * ratio, advantages * clipped).mean()
        policy_loss.item()
        torch.mean((torch.abs(ratio - 1) > clip).float()).item()
        value_loss = functional.mse_loss(returns, values)
        value_loss.item()
        entropy_loss = -torch.mean(entropy)
        entropy_loss.item()
        loss = policy_loss + 0.0 * entropy_loss + 0.5 * value_loss
        with torch.no_grad():
            log_ratio = log_probabilities - old_log_probabilities
            torch.mean((torch.exp(log_ratio) - 1) - log_ratio).item()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 0.5)
        optimizer.step()

    return microseconds_work(versions(PyTorch="torch"), step)


# --- Proximal policy optimisation -----------------------------------------------------------


def make_ppo(seed: int, remaining: Callable[[float], float] = lambda progress: progress) -> Any:
    """Stable-Baselines3's PPO for CartPole-v1 with the settings of RL Baselines3 Zoo.

    `remaining` turns what is left of one call of `learn` into what is left of the schedules.
    """
    single_threaded_torch()
    from stable_baselines3 import PPO
    from stable_baselines3.common.env_util import make_vec_env
    from stable_baselines3.common.logger import Logger

    model = PPO(
        "MlpPolicy",
        make_vec_env("CartPole-v1", n_envs=8, seed=seed),
        n_steps=32,
        batch_size=256,
        n_epochs=20,
        gamma=0.98,
        gae_lambda=0.8,
        ent_coef=0.0,
        learning_rate=lambda progress: 1e-3 * remaining(progress),
        clip_range=lambda progress: 0.2 * remaining(progress),
        device="cpu",
        seed=seed,
    )
    model.set_logger(Logger(None, []))
    return model


def policy_parameters(policy: Any) -> list[Any]:
    """The parameters of a policy for CartPole: the actor's three layers, then the critic's."""
    actor, critic = policy.mlp_extractor.policy_net, policy.mlp_extractor.value_net
    layers = [actor[0], actor[2], policy.action_net, critic[0], critic[2], policy.value_net]
    return [parameter for layer in layers for parameter in (layer.weight, layer.bias)]


def policy_arrays(policy: Any) -> list[Any]:
    """The same parameters as NumPy arrays that share the policy's memory."""
    return [parameter.detach().numpy() for parameter in policy_parameters(policy)]


def ppo_library() -> str:
    return versions(Stable_Baselines3="stable_baselines3", PyTorch="torch", Gymnasium="gymnasium")


def ppo_sb3() -> Work:
    """Environment steps per second of PPO on CartPole-v1, 8,192 steps per repetition."""
    steps = 8_192
    make_ppo(0).learn(LOCAL_STEPS)

    def repeat(repetition: int) -> float:
        model = make_ppo(1 + repetition)
        start = time.perf_counter()
        model.learn(steps)
        return model.num_timesteps / (time.perf_counter() - start)

    return Work(ppo_library(), repeat)


def ppo_sb3_lunarlander() -> Work:
    """Environment steps per second of PPO on LunarLander-v3, 16,384 steps per repetition."""
    steps = 16_384
    make_lunarlander_ppo(0).learn(steps)

    def repeat(repetition: int) -> float:
        model = make_lunarlander_ppo(1 + repetition)
        start = time.perf_counter()
        model.learn(steps)
        return model.num_timesteps / (time.perf_counter() - start)

    return Work(ppo_library(), repeat)


def make_lunarlander_ppo(seed: int) -> Any:
    """Stable-Baselines3's PPO for LunarLander-v3 with the settings of RL Baselines3 Zoo."""
    single_threaded_torch()
    from stable_baselines3 import PPO
    from stable_baselines3.common.env_util import make_vec_env
    from stable_baselines3.common.logger import Logger

    model = PPO(
        "MlpPolicy",
        make_vec_env("LunarLander-v3", n_envs=16, seed=seed),
        n_steps=1024,
        batch_size=64,
        n_epochs=4,
        gamma=0.999,
        gae_lambda=0.98,
        ent_coef=0.01,
        device="cpu",
        seed=seed,
    )
    model.set_logger(Logger(None, []))
    return model


def ppo_sb3_475() -> Work:
    """Seconds of PPO until ten deterministic episodes have a mean of 475, evaluation excluded."""
    make_ppo(0).learn(LOCAL_STEPS)
    return Work(ppo_library(), lambda repetition: seconds_to_goal(1 + repetition))


def seconds_to_goal(seed: int) -> float | None:
    """Trains until an evaluation after a multiple of 2,048 steps reaches the goal."""
    from stable_baselines3.common.callbacks import BaseCallback

    class Goal(BaseCallback):
        """Evaluates between an update and the next rollout, and stops at the goal."""

        excluded = 0.0
        reached_at: float | None = None

        def _on_rollout_start(self) -> None:
            if self.num_timesteps == 0 or self.num_timesteps % LOCAL_STEPS != 0:
                return
            before = time.perf_counter()
            if evaluate_actor(policy_arrays(self.model.policy), seed) >= GOAL:
                self.reached_at = before
            else:
                self.excluded += time.perf_counter() - before

        def _on_step(self) -> bool:
            return self.reached_at is None

    start = time.perf_counter()
    goal = Goal()
    model = make_ppo(seed)
    model.learn(SCHEDULE_STEPS, callback=goal)
    if goal.reached_at is None:
        return None
    return goal.reached_at - start - goal.excluded


def make_puffer(seed: int, steps: int) -> tuple[Any, Any]:
    """PufferLib's trainer with its own settings for its CartPole, and its policy.

    What differs: the CPU, a plain network of 128 hidden units, one epoch, `steps` in all.
    """
    torch = single_threaded_torch()
    torch.manual_seed(seed)
    arguments, sys.argv = sys.argv, sys.argv[:1]
    from pufferlib import pufferl

    settings = pufferl.load_config("puffer_cartpole")
    sys.argv = arguments
    settings["rnn_name"] = None
    settings["policy"] = {"hidden_size": PUFFER_HIDDEN}
    settings["env"]["num_envs"] = PUFFER_COPIES
    settings["vec"] = {"backend": "PufferEnv", "num_envs": 1}
    train = settings["train"]
    train.update(device="cpu", use_rnn=False, update_epochs=1, env="puffer_cartpole", seed=seed)
    train.update(total_timesteps=steps, checkpoint_interval=10**9)
    environment = pufferl.load_env("puffer_cartpole", settings)
    policy = pufferl.load_policy(settings, environment)
    trainer = pufferl.PuffeRL(train, environment, policy)
    trainer.print_dashboard = lambda *_, **__: None
    return trainer, policy


def puffer_library() -> str:
    return versions(PufferLib="pufferlib", PyTorch="torch")


def puffer_iteration(trainer: Any) -> None:
    trainer.evaluate()
    trainer.train()


def ppo_puffer() -> Work:
    """Environment steps per second of PufferLib's PPO on its CartPole, 4,096 copies, CPU."""
    trainer, _ = make_puffer(1, 10**10)

    def repeat(_: int) -> float:
        steps, start = trainer.global_step, time.perf_counter()
        puffer_iteration(trainer)
        return (trainer.global_step - steps) / (time.perf_counter() - start)

    repeat(0)
    return Work(puffer_library(), repeat)


def ppo_puffer_return(iterations: int) -> Work:
    """ITERATIONS: mean return that the same training reaches, of its most probable actions."""
    import torch

    def repeat(repetition: int) -> float:
        seed = 1 + repetition
        trainer, policy = make_puffer(seed, iterations * PUFFER_ITERATION_STEPS)
        while trainer.global_step < iterations * PUFFER_ITERATION_STEPS:
            puffer_iteration(trainer)

        def choose(observations: Any) -> Any:
            with torch.no_grad():
                logits, _ = policy.forward_eval(torch.as_tensor(observations))
            return logits.argmax(dim=1).numpy()

        return evaluate(choose, seed)

    make_puffer(0, PUFFER_ITERATION_STEPS)
    return Work(puffer_library(), repeat)


# --- Averages -------------------------------------------------------------------------------


def random_updates() -> tuple[Any, Any]:
    """The matrix of the updates, one a row, and a weight for each, in number of samples."""
    import numpy as np

    generator = np.random.default_rng(1)
    matrix = generator.standard_normal((UPDATES, UPDATE_PARAMETERS), dtype=np.float32)
    return matrix, generator.integers(100, 1_000, UPDATES)


def input_gigabytes() -> float:
    return UPDATES * UPDATE_PARAMETERS * 4 / 1e9


def fedavg_numpy() -> Work:
    """Gigabytes of input per second of a weighted average of 100 updates with NumPy."""
    import numpy as np

    matrix, samples = random_updates()
    weights = (samples / samples.sum()).astype(np.float32)
    average = np.empty(UPDATE_PARAMETERS, dtype=np.float32)
    scaled = np.empty(BLOCK_PARAMETERS, dtype=np.float32)
    blocks = [
        slice(start, min(start + BLOCK_PARAMETERS, UPDATE_PARAMETERS))
        for start in range(0, UPDATE_PARAMETERS, BLOCK_PARAMETERS)
    ]

    def multiply_add() -> None:
        for block in blocks:
            total, part = average[block], scaled[: block.stop - block.start]
            np.multiply(matrix[0, block], weights[0], out=total)
            for update, weight in zip(matrix[1:, block], weights[1:]):
                np.multiply(update, weight, out=part)
                np.add(total, part, out=total)

    def product_of_blocks() -> None:
        for block in blocks:
            np.matmul(weights, matrix[:, block], out=average[block])

    candidates: dict[str, Callable[[], object]] = {
        "multiply and add by blocks": multiply_add,
        "matmul by blocks": product_of_blocks,
        "matmul": lambda: np.matmul(weights, matrix, out=average),
        "einsum": lambda: np.einsum("i,ij->j", weights, matrix, out=average),
        "average": lambda: np.average(matrix, axis=0, weights=weights),
    }
    best = fastest(candidates)
    return rate_work(f"{versions(NumPy='numpy')} ({best})", candidates[best], input_gigabytes())


def fedavg_flower() -> Work:
    """Gigabytes of input per second of the same average with Flower's own aggregation."""
    from flwr.common import Code, FitRes, Status, ndarrays_to_parameters
    from flwr.server.strategy.aggregate import aggregate, aggregate_inplace

    matrix, samples = random_updates()
    arrays = [([update], int(count)) for update, count in zip(matrix, samples)]
    status = Status(code=Code.OK, message="")
    messages: list[Any] = [
        (None, FitRes(status, ndarrays_to_parameters(update), count, {}))
        for update, count in arrays
    ]
    candidates: dict[str, Callable[[], object]] = {
        "aggregate": lambda: aggregate(arrays),
        "aggregate_inplace": lambda: aggregate_inplace(messages),
    }
    best = fastest(candidates)
    library = versions(Flower="flwr", NumPy="numpy")
    return rate_work(f"{library} ({best})", candidates[best], input_gigabytes())


# --- Federations ----------------------------------------------------------------------------


class Event(NamedTuple):
    """A message from the process of a federation, with its time since the process's start."""

    message: dict[str, Any]
    seconds: float


def flower_library() -> str:
    import flwr  # noqa: F401
    import ray  # noqa: F401

    return versions(Flower="flwr", Ray="ray")


def round_flower(agents: int, parameters: int) -> Work:
    """AGENTS PARAMETERS: seconds per round in Flower of clients that only add a number."""

    def repeat(_: int) -> float | None:
        return seconds_per_round(clients="echo", agents=agents, parameters=parameters, rounds=3)

    return Work(flower_library(), repeat)


def start_flower() -> Work:
    """Seconds from the start of a process to the end of the first round of 8 PPO clients."""

    def repeat(repetition: int) -> float | None:
        return round_ends(run_federation(**cartpole_federation(repetition, rounds=1)))[0]

    return Work(f"{flower_library()}, {ppo_library()}", repeat)


def fed_cartpole_flower() -> Work:
    """Seconds per round of 8 PPO clients with 2,048 environment steps each in Flower."""

    def repeat(repetition: int) -> float | None:
        return seconds_per_round(**cartpole_federation(repetition, rounds=4))

    return Work(f"{flower_library()}, {ppo_library()}", repeat)


def fed_cartpole_flower_475() -> Work:
    """Seconds from the start of a process until the federation's policy reaches 475."""

    def repeat(repetition: int) -> float | None:
        settings = cartpole_federation(repetition, rounds=FEDERATED_ROUNDS)
        events = run_federation(**settings, goal=GOAL)
        return next((event.seconds for event in events if event.message.get("goal")), None)

    return Work(f"{flower_library()}, {ppo_library()}", repeat)


def cartpole_federation(repetition: int, rounds: int) -> dict[str, Any]:
    """The settings of a federation of PPO clients."""
    seed = 1 + repetition
    return {"clients": "cartpole", "agents": FEDERATED_AGENTS, "rounds": rounds, "seed": seed}


def round_ends(events: list[Event]) -> list[float]:
    return [event.seconds for event in events if "round" in event.message]


def seconds_per_round(**settings: Any) -> float:
    """The mean time of the rounds after the first, so that the start does not count."""
    ends = round_ends(run_federation(**settings))
    return (ends[-1] - ends[0]) / (len(ends) - 1)


def run_federation(**settings: Any) -> list[Event]:
    """Runs a federation in a process of its own and returns its messages."""
    folder = os.path.dirname(os.path.abspath(__file__))
    paths = [folder, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        FEDERATION_SETTINGS: json.dumps(settings),
    }
    module = os.path.splitext(os.path.basename(__file__))[0]
    command = [sys.executable, "-c", f"import {module}; {module}.federation_process()"]
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        start = time.perf_counter()
        child = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        events = collect_events(child, start)
        if child.returncode != 0 or not events:
            raise RuntimeError(failure(child.returncode, log))
    return events


def collect_events(child: subprocess.Popen[str], start: float) -> list[Event]:
    """Reads the messages of the process until it ends; ends it after the deadline."""
    deadline = threading.Timer(FEDERATION_DEADLINE, child.kill)
    deadline.start()
    try:
        assert child.stdout is not None
        events = []
        for line in child.stdout:
            events.append(Event(json.loads(line), time.perf_counter() - start))
        child.wait()
        return events
    finally:
        deadline.cancel()
        if child.poll() is None:
            child.kill()
            child.wait()


def failure(status: int, log: TextIO) -> str:
    """One line on why the process failed, from the end of what it printed."""
    log.seek(0)
    lines = [line.strip() for line in log if line.strip()]
    return f"the federation's process ended with status {status}: {' '.join(lines[-1:])}"


# --- What runs in the process of a federation -----------------------------------------------


class GoalReached(Exception):
    """Ends a federation early."""


def federation_settings() -> dict[str, Any]:
    """The settings of the federation; Ray's processes inherit them with the environment."""
    return json.loads(os.environ[FEDERATION_SETTINGS])


def federation_process() -> None:
    """Runs the federation that the environment describes, printing a message per round."""
    output = take_standard_output()
    settings = federation_settings()
    try:
        simulate(settings, lambda message: send(output, message))
    except GoalReached:
        pass
    except BaseException as error:
        print(one_line(error), file=sys.stderr, flush=True)
        os._exit(1)
    import ray

    ray.shutdown()
    os._exit(0)


def simulate(settings: dict[str, Any], report: Callable[[dict[str, Any]], None]) -> None:
    """Runs Flower's simulation with Ray; clients of one process share what it has loaded."""
    from flwr.server import ServerConfig
    from flwr.simulation import start_simulation

    learning = settings["clients"] == "cartpole"
    goal_reached: list[bool] = []

    def after_round(number: int, arrays: list[Any], _: dict[str, Any]) -> None:
        if number == 0:
            return
        report({"round": number})
        if not learning:
            check_echo(number, arrays)
        elif "goal" in settings:
            mean = evaluate_actor(arrays, settings["seed"])
            if mean >= settings["goal"]:
                goal_reached.append(True)
                report({"goal": True})
                raise GoalReached

    try:
        start_simulation(
            client_fn=cartpole_client if learning else echo_client,
            num_clients=settings["agents"],
            client_resources={"num_cpus": 1},
            config=ServerConfig(num_rounds=settings["rounds"]),
            strategy=make_strategy(settings, after_round),
            actor_kwargs={"on_actor_init_fn": trainer} if learning else None,
            ray_init_args={
                "num_cpus": PROCESSORS,
                "include_dashboard": False,
                "log_to_driver": False,
            },
        )
    except RuntimeError as error:
        raise GoalReached if goal_reached else error


def make_strategy(settings: dict[str, Any], after_round: Callable[..., None]) -> Any:
    """Federated averaging over all clients, without evaluation on the clients."""
    import numpy as np
    from flwr.common import ndarrays_to_parameters
    from flwr.server.strategy import FedAvg

    class CheckedFedAvg(FedAvg):
        """Fails as soon as a client does."""

        def aggregate_fit(self, server_round: int, results: Any, failures: Any) -> Any:
            if failures:
                raise RuntimeError(f"{len(failures)} clients failed: {failures[0]}")
            return super().aggregate_fit(server_round, results, failures)

    first = None
    if "parameters" in settings:
        first = ndarrays_to_parameters([np.zeros(settings["parameters"], dtype=np.float32)])
    return CheckedFedAvg(
        fraction_fit=1.0,
        fraction_evaluate=0.0,
        min_fit_clients=settings["agents"],
        min_available_clients=settings["agents"],
        initial_parameters=first,
        evaluate_fn=after_round,
        on_fit_config_fn=lambda number: {"round": number},
    )


def check_echo(rounds: int, arrays: list[Any]) -> None:
    """Fails unless each round has added the clients' number to each parameter."""
    expected = rounds * ECHO_STEP
    if not all(math.isclose(float(value), expected, rel_tol=1e-3) for value in arrays[0][:8]):
        raise RuntimeError(f"the average is {arrays[0][:8]} instead of {expected}")


def echo_client(context: Any) -> Any:
    """A client that returns its parameters plus a small number."""
    import numpy as np
    from flwr.client import NumPyClient

    class Echo(NumPyClient):
        def fit(self, parameters: list[Any], config: dict[str, Any]) -> Any:
            return [array + np.float32(ECHO_STEP) for array in parameters], 1, {}

    return Echo().to_client()


def cartpole_client(context: Any) -> Any:
    """A client that trains with PPO, on the model that its process keeps."""
    from flwr.client import NumPyClient

    class Learner(NumPyClient):
        def get_parameters(self, config: dict[str, Any]) -> list[Any]:
            return policy_arrays(trainer().model.policy)

        def fit(self, parameters: list[Any], config: dict[str, Any]) -> Any:
            agent = int(context.node_config["partition-id"])
            return trainer().fit(parameters, agent, int(config["round"])), LOCAL_STEPS, {}

    return Learner().to_client()


class Trainer:
    """A PPO model that one client after another uses, each with a new optimiser."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.steps_before = 0
        self.model = make_ppo(seed, self.remaining)

    def remaining(self, progress: float) -> float:
        """What is left of the schedules, which run over all rounds."""
        return 1 - (self.steps_before + (1 - progress) * LOCAL_STEPS) / SCHEDULE_STEPS

    def fit(self, arrays: list[Any], agent: int, round_number: int) -> list[Any]:
        """Trains from the given parameters for the steps of one round."""
        import torch

        policy = self.model.policy
        with torch.no_grad():
            for parameter, array in zip(policy_parameters(policy), arrays, strict=True):
                parameter.copy_(torch.from_numpy(array))
        policy.optimizer.state.clear()
        self.steps_before = (round_number - 1) * LOCAL_STEPS
        self.model.set_random_seed(1_000_000 * self.seed + 1_000 * round_number + 10 * agent)
        self.model.learn(LOCAL_STEPS)
        return policy_arrays(policy)


@functools.cache
def trainer() -> Trainer:
    """The model of this process."""
    return Trainer(federation_settings()["seed"])


# --- The protocol ---------------------------------------------------------------------------

WORKS: dict[str, Callable[..., Work]] = {
    "cartpole-envpool": cartpole_envpool,
    "cartpole-puffer": cartpole_puffer,
    "cartpole-gymnasium": cartpole_gymnasium,
    "lunarlander-gymnasium": lunarlander_gymnasium,
    "bipedal-walker-gymnasium": bipedal_walker_gymnasium,
    "inference-torch": inference_torch,
    "ppo-sb3": ppo_sb3,
    "ppo-sb3-lunarlander": ppo_sb3_lunarlander,
    "ppo-sb3-475": ppo_sb3_475,
    "ppo-puffer": ppo_puffer,
    "ppo-puffer-return": ppo_puffer_return,
    "dqn-update-torch": dqn_update_torch,
    "ppo-update-torch": ppo_update_torch,
    "fedavg-numpy": fedavg_numpy,
    "fedavg-flower": fedavg_flower,
    "round-flower": round_flower,
    "start-flower": start_flower,
    "fed-cartpole-flower": fed_cartpole_flower,
    "fed-cartpole-flower-475": fed_cartpole_flower_475,
}


def take_standard_output() -> TextIO:
    """Keeps standard output for the protocol and points file 1 at standard error."""
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return output


def send(output: TextIO, message: dict[str, Any]) -> None:
    print(json.dumps(message), file=output, flush=True)


def one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:500]


def set_up(name: str, arguments: list[str]) -> Work:
    if name not in WORKS:
        raise ValueError(f"there is no work of the name {name}")
    return WORKS[name](*(int(argument) for argument in arguments))


def serve(work: Work, output: TextIO) -> None:
    """Does a repetition for each line of standard input that asks for one."""
    for line in sys.stdin:
        words = line.split()
        if words == ["end"]:
            return
        if not words:
            continue
        try:
            command, repetition = words
            if command != "go":
                raise ValueError(f"unknown command {command}")
            send(output, {"value": work.repeat(int(repetition))})
        except Exception as error:
            send(output, {"error": one_line(error)})


def main() -> None:
    if sys.argv[1:] == ["--list"]:
        for name, function in WORKS.items():
            print(f"{name}: {(function.__doc__ or '').splitlines()[0]}")
        return
    if len(sys.argv) < 2:
        sys.exit("usage: peers.py --list | peers.py NAME [ARGUMENT ...]")
    output = take_standard_output()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            work = set_up(sys.argv[1], sys.argv[2:])
        except Exception as error:
            send(output, {"ready": False, "why": one_line(error)})
        else:
            send(output, {"ready": True, "library": work.library})
            serve(work, output)
        os.chdir(os.path.dirname(os.path.abspath(folder)))
    os._exit(0)


if __name__ == "__main__":
    main()
