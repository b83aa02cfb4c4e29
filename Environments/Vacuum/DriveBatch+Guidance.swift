#if canImport(Glibc)
  import Glibc
#endif

extension DriveBatch {
  /// Seconds without new floor and without coming nearer after which a target is given up.
  private static let patience = 8.0

  /// Writes direction (sine, cosine) and distance of the nearest place to clean; 0, 0, 1 if none.
  func guide(_ memory: CopyMemory, into output: UnsafeMutablePointer<Float>) {
    let state = memory.state
    robot.kernel.markVisited(memory)
    var dx = state.pointee.guideX - state.pointee.estimatedX
    var dy = state.pointee.guideY - state.pointee.estimatedY
    let near = robot.mapLayout.cell
    if state.pointee.step >= state.pointee.guideUntil || dx * dx + dy * dy < near * near {
      lookAround(memory)
      dx = state.pointee.guideX - state.pointee.estimatedX
      dy = state.pointee.guideY - state.pointee.estimatedY
    }
    guard state.pointee.guideDistance >= 0 else {
      (output[0], output[1], output[2]) = (0, 0, 1)
      return
    }
    let bearing = atan2(dy, dx) - state.pointee.estimatedHeading
    output[0] = Float(sin(bearing))
    output[1] = Float(cos(bearing))
    // Ten metres: the length of a home's way.
    output[2] = Float(min(state.pointee.guideDistance / 10, 1))
  }

  /// Searches for the nearest place to clean, and gives one up that cannot be reached: a leg that the
  /// rays miss may stand before it.
  private func lookAround(_ memory: CopyMemory) {
    guard let search else { return }
    let state = memory.state
    let found = search.nearest(memory, turnCost: 0.3, lookahead: 0.8)
    state.pointee.guideUntil = state.pointee.step + robot.settings.guidancePeriod
    state.pointee.guideX = found?.x ?? 0
    state.pointee.guideY = found?.y ?? 0
    state.pointee.guideDistance = found?.distance ?? -1
    guard let found else { return }
    let isNearer = found.distance < state.pointee.guideNearest - robot.mapLayout.cell
    if state.pointee.lastNewStep > state.pointee.guideSince || isNearer {
      state.pointee.guideSince = state.pointee.step
      state.pointee.guideNearest = found.distance
    }
    let idle = Double(state.pointee.step - state.pointee.guideSince) * robot.settings.actionPeriod
    if idle > Self.patience {
      search.giveUp(memory, found.target)
      state.pointee.guideSince = state.pointee.step
      state.pointee.guideNearest = .infinity
    }
  }
}
