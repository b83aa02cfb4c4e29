extension DriveBatch {
  var byteCount: Int {
    // The search's way costs, parents and marks: three words of four bytes per cell.
    let search = robot.settings.guidance ? 12 * robot.mapLayout.count : 0
    return count * (Self.blockBytes(robot) + 8 * VacuumMetrics.count) + search
  }
}
