#if canImport(Glibc)
  import CAllocationCounter
  import FedRLBox2D
  import Testing

  @Suite struct WorldMemoryTests {
    /// Against what the allocator says, each in a process where nothing else runs.
    @Test func aWorldKnowsAboutHowMuchItHolds() async {
      await #expect(processExitsWith: .success) { Self.compareWorlds(edges: 12) }
      await #expect(processExitsWith: .success) { Self.compareWorlds(edges: 200) }
    }

    private static func compareWorlds(edges: Int) {
      let (stated, held) = bytesOfWorlds(200, edges: edges)
      #expect(Double(stated) > 0.75 * Double(held), "\(stated) of \(held) bytes")
      #expect(Double(stated) < 1.33 * Double(held), "\(stated) for \(held) bytes")
    }

    private static func bytesOfWorlds(_ count: Int, edges: Int) -> (stated: Int, held: Int) {
      // Tables that the first world fills.
      withWorlds(1, edges: edges) { _ in }
      let before = bytesInUse
      var result = (stated: 0, held: 0)
      withWorlds(count, edges: edges) { result = ($0, bytesInUse - before) }
      return result
    }

    /// What the process has from the allocator. The system's figure will not do: it counts what other
    /// threads reserve.
    private static var bytesInUse: Int {
      Int(fedrl_allocated_bytes())
    }

    /// Calls `body` with the sum of their bytes while `count` worlds with a jointed body are alive.
    private static func withWorlds(
      _ count: Int, edges: Int, sum: Int = 0, _ body: (Int) -> Void
    ) {
      guard count > 0 else { return body(sum) }
      var world = World(gravity: [0, -9.8])
      let ground = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
      for edge in 0..<edges {
        world.addEdge(
          to: ground, from: [Float(edge), 0], to: [Float(edge + 1), 0], Material(friction: 0.5))
      }
      let box = world.add(BodyDefinition(.dynamic, at: BodyState(position: [1, 1])))
      world.addBox(to: box, halfSize: [0.5, 0.5], Material(density: 1))
      _ = world.add(RevoluteJointDefinition(ground, at: .zero, box, at: [-1, -1]))
      withWorlds(count - 1, edges: edges, sum: sum + world.byteCount, body)
      // Keeps it alive until here.
      world.step(seconds: 0.01)
    }
  }
#endif
