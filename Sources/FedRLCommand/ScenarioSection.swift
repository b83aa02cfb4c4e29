import FedRLCore
import FedRLScenario

/// The parts of a scenario file, as `fedrl describe` explains them.
enum ScenarioSection: String, CaseIterable {
  case scenario, environment, policy, fleet, federation, evaluation, output, expect
  /// Not a section: how any number may be written.
  case distributions

  var heading: String {
    switch self {
    case .scenario: "[scenario]: what the run is called, how long it is, and its seed"
    case .environment: "[environment]: the world that agents act in"
    case .policy: "[policy]: how agents learn and decide"
    case .fleet: "[[fleet]]: a group of agents; a scenario has one or more"
    case .federation: "[federation]: who takes part in a round, and how updates are merged"
    case .evaluation: "[evaluation]: which arms are run, and how their policies are judged"
    case .output: "[output]: where the run folder stands, and what is saved"
    case .expect: "[expect]: what must hold of a finished run, or fedrl train exits with 3"
    case .distributions: "distributions: values that are drawn once per agent"
    }
  }

  var settings: [SettingDescription] {
    switch self {
    case .scenario: ScenarioSettings.descriptions
    case .fleet: FleetGroupSettings.descriptions
    case .federation: FederationSettings.descriptions
    case .evaluation: EvaluationSettings.descriptions
    case .output: OutputSettings.descriptions
    case .environment, .policy, .expect, .distributions: []
    }
  }

  func explanation(_ registry: Registry) -> String {
    switch self {
    case .scenario:
      "A scenario is a TOML file. Its sections are scenario, environment, policy, fleet, federation, "
        + "evaluation, output and expect; fedrl describe explains each. --set section.key=value "
        + "replaces a value for one run; fleet.0.key, fleet.NAME.key and fleet.*.key reach into groups."
    case .environment:
      "name is one of \(registry.environmentSummaries.map(\.name).joined(separator: ", ")); fedrl describe "
        + "NAME lists its settings, which stand beside it. Any of them but lists may be a "
        + "distribution. Relative paths start at the scenario file's folder."
    case .policy:
      "name is one of \(registry.learners.map(\.name).joined(separator: ", ")); fedrl describe NAME "
        + "lists its settings, which stand beside it. [policy.independent] replaces some of them for "
        + "the arm whose agents train alone and [policy.pooled] for the one learner with all agents' "
        + "data, so that each arm can be tuned for itself."
    case .fleet:
      "All but name and count may be distributions, drawn once per agent; each = [...] counts "
        + "within the group here, and over the whole fleet in [environment]."
    case .federation: "All keys are optional."
    case .evaluation:
      "Policies act deterministically, on episodes that training never uses."
    case .output: "All keys are optional."
    case .expect:
      "A key is a quantity of summary.json: arms.ARM.final.SCORE or arms.ARM.best.SCORE, the same "
        + "with environments.NAME., worst_environment., best_agent. or worst_agent. before the "
        + "score, arms.ARM.totals.TOTAL, baselines.NAME.SCORE, or totals.TOTAL. Scores are "
        + "return_mean, return_iqm, steps_mean, episodes and the environment's measures. A value "
        + "is a comparison in quotes (>=, <=, >, <) with a number or with another quantity and an "
        + "offset, or a table of min, max, above, below."
    case .distributions:
      "uniform and normal give numbers; choice and each give anything. A normal number outside of "
        + "its setting's range is drawn again, up to 1000 times. each goes round by the agent's "
        + "index; in [evaluation.environment] it makes one environment per element. choice and "
        + "each take a pattern of files instead of a list. What an agent draws depends on the seed, "
        + "its index and the key, never on other agents."
    }
  }

  var example: String {
    switch self {
    case .scenario: "[scenario]\nname = \"patrol\"\nseed = 7\nrounds = 40"
    case .environment:
      "[environment]\nname = \"cartpole\"\npole_half_length = { uniform = [0.3, 0.8] }"
    case .policy: "[policy]\nname = \"ppo\""
    case .fleet:
      "[[fleet]]\nname = \"slow\"\ncount = 4\ndevice = \"pi-4\"\nlink = { choice = [\"lte-m\", \"wifi-linux\"] }\n"
        + "steps_per_round = 1024\n[fleet.environment]\npole_mass = 0.2"
    case .federation: "[federation]\nparticipation = 0.5\nweighting = \"samples\""
    case .evaluation:
      "[evaluation]\nevery = 5\nepisodes = 10\n[evaluation.environment]\n"
        + "pole_half_length = { each = [0.3, 0.5, 0.8] }"
    case .output: ""
    case .expect:
      "[expect]\n\"arms.federated.final.return_mean\" = \">= 400\"\n\"totals.bytes_up\" = { max = 1e8 }\n"
        + "\"arms.federated.final.return_mean\" = \">= baselines.random.return_mean + 5\""
    case .distributions:
      "speed = { uniform = [0.2, 0.6] }\nmass = { normal = [1.0, 0.1] }\n"
        + "color = { choice = [\"red\", \"blue\"] }\nmap = { each = \"maps/*.yaml\" }"
    }
  }
}
