"""Trains Stable-Baselines3's PPO or DQN on a scores scenario of fedrl, and prints what it reached.

    python peer_scores.py SCENARIO.toml --seed N [--episodes N] [--evaluation-seed N]

The scenario's settings are taken as they are: copies, rollouts, schedules, number of steps, which
observations and rewards are normalised, how often and over how many episodes a policy is judged
while it learns. The best policy of these evaluations and the last one are judged again over
`--episodes` other episodes, by deterministic actions. Prints one line of JSON on standard output:

    {"library": "Stable-Baselines3 …", "environment": "acrobot", "seed": 1, "policy": "best", …}

PyTorch and NumPy use one thread; `seconds` are the process's own, evaluations included.
"""

from __future__ import annotations

import argparse
import copy
import importlib.metadata
import json
import math
import os
import time
import tomllib
from typing import Any, NamedTuple

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["PYTHONWARNINGS"] = "ignore"

# fedrl's environments, and what Gymnasium calls them.
ENVIRONMENTS = {
    "cartpole": "CartPole-v1",
    "acrobot": "Acrobot-v1",
    "mountaincar": "MountainCar-v0",
    "mountaincar-continuous": "MountainCarContinuous-v0",
    "pendulum": "Pendulum-v1",
    "lunarlander": "LunarLander-v3",
    "lunarlander-continuous": "LunarLanderContinuous-v3",
    "bipedal-walker": "BipedalWalker-v3",
}
# What rl-zoo sets besides and fedrl does not have.
EXTRAS: dict[str, dict[str, Any]] = {"pendulum": {"use_sde": True, "sde_sample_freq": 4}}
# Seeds of evaluations, far from those of training.
EVALUATION_OFFSET = 1_000_000


class Plan(NamedTuple):
    """What a scenario says about one training."""

    environment: str
    policy: dict[str, Any]
    steps: int
    evaluate_every: int
    evaluation_episodes: int

    @classmethod
    def load(cls, path: str) -> Plan:
        with open(path, "rb") as file:
            scenario = tomllib.load(file)
        (fleet,) = scenario["fleet"]
        per_round = fleet["steps_per_round"]
        return cls(
            environment=scenario["environment"]["name"],
            policy=scenario["policy"],
            steps=scenario["scenario"]["rounds"] * per_round,
            evaluate_every=scenario["evaluation"]["every"] * per_round,
            evaluation_episodes=scenario["evaluation"]["episodes"],
        )

    @property
    def normalizes(self) -> bool:
        return self.policy.get("normalize_observations", False) or self.policy.get(
            "normalize_rewards", False
        )


def make_environments(plan: Plan, seed: int, training: bool) -> Any:
    from stable_baselines3.common.env_util import make_vec_env
    from stable_baselines3.common.vec_env import VecNormalize

    environments = make_vec_env(
        ENVIRONMENTS[plan.environment], n_envs=plan.policy.get("environments", 1), seed=seed
    )
    if not plan.normalizes:
        return environments
    return VecNormalize(
        environments,
        training=training,
        norm_obs=plan.policy.get("normalize_observations", False),
        norm_reward=training and plan.policy.get("normalize_rewards", False),
        gamma=plan.policy["gamma"],
    )


def scheduled(policy: dict[str, Any], name: str) -> Any:
    value = policy[name]
    if policy.get(name + "_schedule", "constant") == "linear":
        return lambda remaining: value * remaining
    return value


def make_ppo(plan: Plan, seed: int, environments: Any) -> Any:
    from stable_baselines3 import PPO

    policy = plan.policy
    return PPO(
        "MlpPolicy",
        environments,
        n_steps=policy["steps"],
        batch_size=policy["minibatch"],
        n_epochs=policy["epochs"],
        gamma=policy["gamma"],
        gae_lambda=policy["gae_lambda"],
        ent_coef=policy.get("entropy", 0.0),
        learning_rate=scheduled(policy, "learning_rate"),
        clip_range=scheduled(policy, "clip"),
        device="cpu",
        seed=seed,
        **EXTRAS.get(plan.environment, {}),
    )


def make_dqn(plan: Plan, seed: int, environments: Any) -> Any:
    """Stable-Baselines3 has none of the extensions but quantiles, which are in its contrib package."""
    policy = plan.policy
    network = {"net_arch": policy["hidden"]}
    if quantiles := policy.get("quantiles", 0):
        from sb3_contrib import QRDQN as DQN

        network["n_quantiles"] = quantiles
    else:
        from stable_baselines3 import DQN

    for name in ("double", "dueling", "prioritized", "munchausen"):
        if policy.get(name):
            raise SystemExit(f"skipped: Stable-Baselines3 has no {name}")
    return DQN(
        "MlpPolicy",
        environments,
        learning_rate=scheduled(policy, "learning_rate"),
        buffer_size=policy["replay_capacity"],
        learning_starts=policy["learning_starts"],
        batch_size=policy["minibatch"],
        gamma=policy["gamma"],
        train_freq=policy["train_every"],
        gradient_steps=policy["gradient_steps"] or -1,
        target_update_interval=policy["target_every"],
        exploration_fraction=policy["exploration_fraction"],
        exploration_final_eps=policy["exploration_final"],
        policy_kwargs=network,
        device="cpu",
        seed=seed,
    )


def make_model(plan: Plan, seed: int, environments: Any) -> Any:
    import torch
    from stable_baselines3.common.logger import Logger

    torch.set_num_threads(1)
    make = {"ppo": make_ppo, "dqn": make_dqn}[plan.policy["name"]]
    model = make(plan, seed, environments)
    model.set_logger(Logger(None, []))
    return model


class Snapshot(NamedTuple):
    """A policy with the statistics its observations are normalised by."""

    parameters: dict[str, Any]
    statistics: Any
    steps: int

    @classmethod
    def take(cls, model: Any) -> Snapshot:
        return cls(
            copy.deepcopy(model.policy.state_dict()),
            copy.deepcopy(getattr(model.get_env(), "obs_rms", None)),
            model.num_timesteps,
        )

    def score(self, model: Any, environments: Any, episodes: int, seed: int) -> tuple[float, float]:
        """Mean and deviation of the return by deterministic actions."""
        from stable_baselines3.common.evaluation import evaluate_policy

        kept = copy.deepcopy(model.policy.state_dict())
        model.policy.load_state_dict(self.parameters)
        if self.statistics is not None:
            environments.obs_rms = self.statistics
        environments.seed(seed)
        returns, _ = evaluate_policy(
            model, environments, n_eval_episodes=episodes, return_episode_rewards=True
        )
        model.policy.load_state_dict(kept)
        mean = math.fsum(returns) / len(returns)
        squares = math.fsum((value - mean) ** 2 for value in returns)
        return mean, math.sqrt(squares / max(len(returns) - 1, 1))


def make_callback(plan: Plan, environments: Any, best: list[Any]) -> Any:
    """Judges the policy every so many steps and keeps the best in `best`: score and snapshot."""
    from stable_baselines3.common.callbacks import BaseCallback

    class KeepBest(BaseCallback):
        judged = 0

        def _judge(self) -> None:
            if self.num_timesteps // plan.evaluate_every <= self.judged:
                return
            self.judged = self.num_timesteps // plan.evaluate_every
            snapshot = Snapshot.take(self.model)
            score, _ = snapshot.score(
                self.model, environments, plan.evaluation_episodes, EVALUATION_OFFSET
            )
            if not best or score > best[0]:
                best[:] = [score, snapshot]

        # After an update, as fedrl does.
        def _on_rollout_start(self) -> None:
            self._judge()

        def _on_training_end(self) -> None:
            self._judge()

        def _on_step(self) -> bool:
            return True

    return KeepBest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--episodes", type=int, default=1000)
    parser.add_argument("--evaluation-seed", type=int, default=1000)
    arguments = parser.parse_args()
    plan = Plan.load(arguments.scenario)
    model = make_model(plan, arguments.seed, make_environments(plan, arguments.seed, training=True))
    judging = make_environments(plan, EVALUATION_OFFSET, training=False)
    best: list[Any] = []
    model.learn(plan.steps, callback=make_callback(plan, judging, best))
    seconds = time.process_time()
    library = f"Stable-Baselines3 {importlib.metadata.version('stable_baselines3')}"
    for name, snapshot in (("best", best[1]), ("final", Snapshot.take(model))):
        mean, deviation = snapshot.score(
            model, judging, arguments.episodes, EVALUATION_OFFSET + arguments.evaluation_seed
        )
        line = {
            "library": library,
            "environment": os.path.splitext(os.path.basename(arguments.scenario))[0],
            "seed": arguments.seed,
            "policy": name,
            "return_mean": round(mean, 3),
            "return_deviation": round(deviation, 3),
            "episodes": arguments.episodes,
            "policy_steps": snapshot.steps,
            "steps": model.num_timesteps,
            "seconds": round(seconds, 2),
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
