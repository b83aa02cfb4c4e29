import FedRLFederation
import FedRLNumerics
import Testing

@Suite struct SamplingTests {
  let members = (0..<100).map { MemberID($0) }

  @Test func theChoiceIsAFunctionOfSeedAndRound() {
    var random = RandomStream(seed: 41)
    for round in 1...50 {
      let chosen = Coordinator.sample(10, of: members, round: round, seed: 7)
      var order = (0..<100).map { Int32($0) }
      random.shuffle(&order)
      let shuffled = order.map { members[Int($0)] }
      #expect(Coordinator.sample(10, of: shuffled, round: round, seed: 7) == chosen)
      #expect(Coordinator.sample(10, of: Set(members), round: round, seed: 7) == chosen)
      #expect(chosen == chosen.sorted() && Set(chosen).count == 10)
      #expect(Coordinator.sample(10, of: members, round: round, seed: 8) != chosen)
      #expect(Coordinator.sample(10, of: members, round: round + 1, seed: 7) != chosen)
    }
  }

  @Test func aMemberThatLeavesReshufflesNobodyElse() {
    let chosen = Coordinator.sample(10, of: members, round: 3, seed: 7)
    let bystander = members.first { !chosen.contains($0) }!
    #expect(
      Coordinator.sample(10, of: members.filter { $0 != bystander }, round: 3, seed: 7) == chosen)
    let without = Coordinator.sample(
      10, of: members.filter { $0 != chosen[0] }, round: 3, seed: 7)
    #expect(Set(chosen).subtracting(without) == [chosen[0]])
  }

  @Test func everyMemberHasTheSameChance() {
    var counts = [Int](repeating: 0, count: 100)
    var pairs = 0
    for round in 1...10_000 {
      let chosen = Coordinator.sample(10, of: members, round: round, seed: 123)
      for member in chosen { counts[member.index] += 1 }
      if chosen.contains(MemberID(0)) && chosen.contains(MemberID(1)) { pairs += 1 }
    }
    // Σ (o − e)² ÷ (e (1 − p)) is about χ² of 99: mean 99, deviation 14.
    let statistic = counts.reduce(0) { $0 + pow2(Double($1) - 1000) / (1000 * 0.9) }
    #expect(statistic > 50 && statistic < 165)
    // 10 · 9 ÷ (100 · 99) of 10,000 rounds: 91 ± 9.5.
    #expect((50...135).contains(pairs))
  }

  private func pow2(_ value: Double) -> Double { value * value }

  @Test func askingForAllGivesAll() {
    #expect(Coordinator.sample(100, of: members.reversed(), round: 1, seed: 0) == members)
    #expect(Coordinator.sample(200, of: members.reversed(), round: 1, seed: 0) == members)
    #expect(Coordinator.sample(0, of: members, round: 1, seed: 0).isEmpty)
  }
}
