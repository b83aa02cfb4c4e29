public import FedRLCore

// The registry's lines.

public let cartPoleEntry = EnvironmentEntry(classic: CartPole.self)
public let acrobotEntry = EnvironmentEntry(classic: Acrobot.self)
public let mountainCarEntry = EnvironmentEntry(classic: MountainCar.self)
public let mountainCarContinuousEntry = EnvironmentEntry(classic: MountainCarContinuous.self)
public let pendulumEntry = EnvironmentEntry(classic: Pendulum.self)
