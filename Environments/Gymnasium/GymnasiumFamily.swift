public import FedRLCore

/// The environments `gymnasium:ID`: whatever `gymnasium.make(ID)` makes in Python.
public let gymnasiumFamily = EnvironmentFamily(
  prefix: "gymnasium:", placeholder: "ID",
  summary:
    "Any environment of the Python package gymnasium, by its id: gymnasium:LunarLander-v3, "
    + "gymnasium:my_module:MyWorld-v0",
  settings: GymnasiumSettings.self
) { name, settings, context in
  try GymnasiumKind(id: String(name.dropFirst("gymnasium:".count)), settings, context)
}
