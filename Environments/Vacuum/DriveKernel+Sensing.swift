import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

extension DriveKernel {
  /// Scans the surroundings, writes the readings and books them in the robot's own map.
  ///
  /// - Parameters:
  ///   - readings: `[rayCount]`, divided by the declared scale, in 0...1.
  ///   - isRepeat: repeats the last scan with the same noise, and books nothing.
  /// - Returns: of the heading that the robot believes it has.
  func scan(
    _ memory: CopyMemory, into readings: UnsafeMutablePointer<Float>, isRepeat: Bool
  ) -> (sine: Float, cosine: Float) {
    let state = memory.state
    if isRepeat {
      state.pointee.random = state.pointee.scanRandom
    } else {
      state.pointee.scanRandom = state.pointee.random
    }
    estimatePose(state)
    let estimate = Kernels.sineCosine(state.pointee.estimatedHeading)
    let heading = headingNoise > 0 ? Kernels.sineCosine(state.pointee.heading) : estimate
    let (c, s) = (Float(heading.cosine), Float(heading.sine))
    let (px, py) = (Float(state.pointee.x * inverseCell), Float(state.pointee.y * inverseCell))
    let limit = Float(lidarRange * inverseCell)
    let edge = Float(cell)
    let range = Float(lidarRange)
    let inverseScale = Float(1 / lidarScale)
    let noise = Float(lidarNoise)
    var random = state.pointee.random
    rays.castAll(rayCount, rayCosine, raySine, px, py, c, s, limit: limit, into: readings)
    for ray in 0..<rayCount {
      var length = readings[ray] * edge
      if length < range {
        if noise > 0 { length += noise * Float(random.normal()) }
        length = length < 0 ? 0 : length > range ? range : length
      } else {
        length = range
      }
      if lidarDropout > 0, random.uniform() < lidarDropout { length = range }
      readings[ray] = length
    }
    state.pointee.random = random
    if !isRepeat { mapScan(memory, readings, Float(estimate.cosine), Float(estimate.sine)) }
    for ray in 0..<rayCount { readings[ray] = min(readings[ray] * inverseScale, 1) }
    return (Float(estimate.sine), Float(estimate.cosine))
  }

  @inline(__always)
  private func estimatePose(_ state: UnsafeMutablePointer<RobotState>) {
    var (x, y, heading) = (state.pointee.x, state.pointee.y, state.pointee.heading)
    if positionNoise > 0 {
      x += positionNoise * state.pointee.random.normal()
      y += positionNoise * state.pointee.random.normal()
    }
    if headingNoise > 0 { heading += headingNoise * state.pointee.random.normal() }
    // The robot stays within its map's edges even where noise is large.
    state.pointee.estimatedX = min(max(x, mapCell), Double(width) * cell - mapCell)
    state.pointee.estimatedY = min(max(y, mapCell), Double(height) * cell - mapCell)
    state.pointee.estimatedHeading = heading
  }

  /// Adds one scan to the log-odds, from where the robot believes it is: cells before a reading become
  /// freer, the cell of a reading more blocked. Readings at full range only free.
  private func mapScan(
    _ memory: CopyMemory, _ readings: UnsafePointer<Float>, _ c: Float, _ s: Float
  ) {
    let state = memory.state
    let scale = Float(1 / mapCell)
    let px = Float(state.pointee.estimatedX) * scale
    let py = Float(state.pointee.estimatedY) * scale
    let (maxX, maxY) = (Float(mapWidth), Float(mapHeight))
    let full = Float(lidarRange)
    let stride = mapWidth
    let map = memory.map
    for ray in 0..<rayCount {
      let (rc, rs) = (rayCosine[ray], raySine[ray])
      let (dx, dy) = (c * rc - s * rs, s * rc + c * rs)
      let length = readings[ray] * scale
      let (endX, endY) = (px + dx * length, py + dy * length)
      guard endX >= 0, endY >= 0, endX < maxX, endY < maxY else { continue }
      // Row and column in one number, 16.16 bits each: one addition a step. A map has fewer than
      // 32,768 columns and rows.
      var place = Int(py * 65536) << 32 + Int(px * 65536)
      let pace = Int(dy * 65536) << 32 + Int(dx * 65536)
      let steps = Int32(max(length, 0))
      for _ in 0..<steps {
        let index = (place >> 48) &* stride &+ (place >> 16 & 0xffff)
        let value = map[index]
        place &+= pace
        // Most cells are free, and many as free as they get: to write those too costs less than a branch
        // that tells them apart, and a maximum is one.
        let excess = Int32(value) &+ Int32(OwnMap.miss) &- Int32(OwnMap.lowest)
        let lower = OwnMap.lowest &+ Int8(truncatingIfNeeded: excess & ~(excess >> 31))
        if value < 0 {
          map[index] = lower
        } else if value <= OwnMap.highest {
          map[index] = lower
          reclassify(memory, index, from: value, to: lower)
        } else if value <= OwnMap.bumped {
          map[index] = value &- 1
        }
      }
      if readings[ray] < full {
        raise(memory, Int(endY) &* stride &+ Int(endX), by: OwnMap.hit)
      }
    }
  }

  /// Makes a map cell more blocked.
  @inline(__always)
  func raise(_ memory: CopyMemory, _ index: Int, by amount: Int8) {
    let value = memory.map[index]
    guard value < OwnMap.highest else { return }
    let higher = min(value &+ amount, OwnMap.highest)
    memory.map[index] = higher
    if value <= 0 { reclassify(memory, index, from: value, to: higher) }
  }

  /// Keeps the squares' counts of blocked and unknown cells in step with a cell of the map.
  @inline(__always)
  private func reclassify(_ memory: CopyMemory, _ index: Int, from old: Int8, to new: Int8) {
    let blocked: Float = (new > 0 ? 1 : 0) - (old > 0 ? 1 : 0)
    let unknown: Float = (new == 0 ? 1 : 0) - (old == 0 ? 1 : 0)
    guard blocked != 0 || unknown != 0 else { return }
    if blocked != 0 {
      Footprint.add(
        blocked > 0 ? 1 : .max, at: index, to: memory.crowd, cells: mapWidth &* mapHeight,
        offsets: footprint, count: footprintCount)
    }
    let change = SIMD4<Float>(0, blocked, unknown, 0)
    let (row, column) = index.quotientAndRemainder(dividingBy: mapWidth)
    for number in 0..<levelCount {
      memory.squares[Int(levels[number].mapRow[row] &+ levels[number].mapColumn[column])] += change
    }
  }

  /// Books a contact in the own map: something stands where the bumper was pressed.
  func mapBump(_ memory: CopyMemory) {
    let state = memory.state
    guard state.pointee.bumps != 0 else { return }
    let zone = state.pointee.bumps.trailingZeroBitCount
    let angle = state.pointee.estimatedHeading + Double(zone - 2) * .pi / 6
    let reach = bodyRadius + 0.5 * mapCell
    let x = (state.pointee.estimatedX + reach * cos(angle)) / mapCell
    let y = (state.pointee.estimatedY + reach * sin(angle)) / mapCell
    guard x >= 0, y >= 0, x < Double(mapWidth), y < Double(mapHeight) else { return }
    let index = Int(y) * mapWidth + Int(x)
    let value = memory.map[index]
    guard value < OwnMap.bumped else { return }
    memory.map[index] = OwnMap.bumped
    if value <= 0 { reclassify(memory, index, from: value, to: OwnMap.bumped) }
  }

  /// Notes where the robot has stood: the map cells within 0.1 m of its centre.
  @inline(__always)
  func markVisited(_ memory: CopyMemory) {
    let x = Float(memory.state.pointee.estimatedX / mapCell)
    let y = Float(memory.state.pointee.estimatedY / mapCell)
    let (cx, cy) = (Int(x), Int(y))
    for row in max(cy - 1, 0)...min(cy + 1, mapHeight - 1) {
      for column in max(cx - 1, 0)...min(cx + 1, mapWidth - 1) {
        let (dx, dy) = (Float(column) + 0.5 - x, Float(row) + 0.5 - y)
        if dx * dx + dy * dy <= 1 { memory.known[row * mapWidth + column] |= OwnMap.visited }
      }
    }
  }
}
