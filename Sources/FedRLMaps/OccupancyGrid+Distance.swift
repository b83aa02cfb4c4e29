extension OccupancyGrid {
  /// Computes the exact distance from the centre of every cell to the nearest blocked *square*.
  ///
  /// A blocked cell (occupied or unknown) is taken as the whole square it covers, so a free cell next
  /// to a wall is half a cell away from it, and a disc of radius r about a cell's centre is free of
  /// contact exactly if the value is at least r. Blocked cells have 0; with `signed`, they have minus
  /// the distance to the nearest free square, so that the value, interpolated between centres, is
  /// zero on a straight wall's face.
  ///
  /// - Parameters:
  ///   - outsideBlocked: whether everything beyond the edge of the grid is blocked too.
  ///   - signed: whether blocked cells get negative values.
  /// - Returns: `[height, width]` metres, in the order of ``cells``; `+infinity` where there is no
  ///   blocked square at all (`-infinity` where there is no free one).
  /// - Complexity: O(cells): two passes, columns then rows, by the lower envelope of parabolas.
  /// - SeeAlso: Felzenszwalb and Huttenlocher, Distance Transforms of Sampled Functions, 2012.
  public func distanceField(outsideBlocked: Bool = true, signed: Bool = false) -> [Float] {
    let free = Cell.free.rawValue
    var field = squaredDistances { $0 != free }
    let scale = Float(resolution)
    for index in field.indices { field[index] = field[index].squareRoot() * scale }
    if outsideBlocked { limitToBorder(&field) }
    guard signed else { return field }
    let inside = squaredDistances { $0 == free }
    for index in field.indices where cells[index] != free {
      field[index] = -inside[index].squareRoot() * scale
    }
    return field
  }

  /// Squared distances, in cells, to the nearest square for which a predicate on the cell holds.
  private func squaredDistances(to isTarget: (UInt8) -> Bool) -> [Float] {
    var field = columnDistances(to: isTarget)
    var envelope = SquareEnvelope(count: width)
    field.withUnsafeMutableBufferPointer { field in
      for y in 0..<height {
        envelope.transform(
          UnsafeMutableBufferPointer(rebasing: field[(y * width)...].prefix(width)))
      }
    }
    return field
  }

  /// Squared distance, in cells, to the nearest target square of the same column.
  private func columnDistances(to isTarget: (UInt8) -> Bool) -> [Float] {
    var field = [Float](repeating: .infinity, count: count)
    for y in 0..<height {
      for index in (y * width)..<((y + 1) * width) {
        if isTarget(cells[index]) {
          field[index] = 0
        } else if y > 0 {
          // From a target's centre the first step is half a cell long, the others one.
          let below = field[index - width]
          field[index] = below == 0 ? 0.5 : below + 1
        }
      }
    }
    for y in stride(from: height - 2, through: 0, by: -1) {
      for index in (y * width)..<((y + 1) * width) {
        let above = field[index + width]
        field[index] = min(field[index], above == 0 ? 0.5 : above + 1)
      }
    }
    for index in field.indices { field[index] *= field[index] }
    return field
  }

  private func limitToBorder(_ field: inout [Float]) {
    for y in 0..<height {
      let vertical = min(y, height - 1 - y)
      for x in 0..<width {
        let nearest = Float(min(vertical, x, width - 1 - x)) + 0.5
        field[y * width + x] = min(field[y * width + x], nearest * Float(resolution))
      }
    }
  }
}

/// The one-dimensional distance transform to squares: min over q of `f(q) + max(|p − q| − ½, 0)²`.
///
/// A square at q is seen from p > q at its right face q + ½ and from p < q at its left face, so the
/// sources are the faces, each with the smaller value of its two squares; p's own square adds `f(p)`.
struct SquareEnvelope {
  /// Positions of the envelope's parabolas; face i lies between squares i − 1 and i.
  private var faces: [Double]
  private var values: [Double]
  /// Where each parabola begins to be the lowest.
  private var starts: [Double]

  init(count: Int) {
    faces = [Double](repeating: 0, count: count + 1)
    values = faces
    starts = faces
  }

  /// Transforms one row in place. O(row).
  mutating func transform(_ row: UnsafeMutableBufferPointer<Float>) {
    let parabolas = build(row)
    guard parabolas > 0 else { return }
    var current = 0
    for index in 0..<row.count {
      let position = Double(index)
      while current + 1 < parabolas && starts[current + 1] < position { current += 1 }
      let offset = position - faces[current]
      row[index] = min(row[index], Float(values[current] + offset * offset))
    }
  }

  private mutating func build(_ row: UnsafeMutableBufferPointer<Float>) -> Int {
    var used = 0
    for face in 0...row.count {
      let left = face > 0 ? row[face - 1] : .infinity
      let right = face < row.count ? row[face] : .infinity
      let value = Double(min(left, right))
      guard value.isFinite else { continue }
      let position = Double(face) - 0.5
      var start = -Double.infinity
      while used > 0 {
        let last = used - 1
        let rise = value + position * position - values[last] - faces[last] * faces[last]
        start = rise / (2 * (position - faces[last]))
        if start > starts[last] { break }
        used -= 1
        start = -Double.infinity
      }
      faces[used] = position
      values[used] = value
      starts[used] = start
      used += 1
    }
    return used
  }
}
