import FedRLCore
import Testing

@Suite struct SpacesTests {
  let box = BoxSpace(shape: [3], low: [-1, 0.1, -7], high: [1, 0.4, 3], names: ["a", "b", "c"])

  @Test func actionsAreMappedToTheEndsExactly() {
    for index in 0..<3 {
      #expect(box.denormalized(-1, at: index) == box.low[index])
      #expect(box.denormalized(1, at: index) == box.high[index])
      #expect(box.denormalized(-9, at: index) == box.low[index])
      #expect(box.denormalized(9, at: index) == box.high[index])
    }
    #expect(box.denormalized(0, at: 0) == 0)
    #expect(box.denormalized(0, at: 2) == -2)
    #expect(box.denormalized(0.5, at: 2) == 0.5)
  }

  @Test func mappedActionsNeverLeaveTheBox() {
    let odd = BoxSpace(shape: [1], low: [0.1], high: [0.3], names: ["a"])
    for step in -1000...1000 {
      let value = odd.denormalized(Float(step) / 1000, at: 0)
      #expect(value >= 0.1 && value <= 0.3)
    }
  }

  @Test func anActionThatIsNotANumberStaysNotANumber() {
    #expect(box.denormalized(.nan, at: 0).isNaN)
  }

  @Test func aChoiceIsOneOfThoseThereAre() async {
    #expect((0..<3).map { Float($0).choice(of: 3, in: "test") } == [0, 1, 2])
    await #expect(processExitsWith: .failure) { _ = Float.nan.choice(of: 3, in: "test") }
    await #expect(processExitsWith: .failure) { _ = Float(-1).choice(of: 3, in: "test") }
    await #expect(processExitsWith: .failure) { _ = Float(3).choice(of: 3, in: "test") }
  }

  @Test func aBoxOfOneBoundNamesItsElements() {
    let window = BoxSpace(shape: [2, 2], low: 0, high: 1, name: "cell")
    #expect(window.count == 4 && window.names == ["cell.0", "cell.1", "cell.2", "cell.3"])
  }

  @Test func aRowOfActionsHoldsOneIndexOrTheBox() {
    #expect(ActionSpace.discrete(count: 5).width == 1)
    #expect(ActionSpace.discrete(count: 5).policyOutputs == 5)
    #expect(ActionSpace.box(box).width == 3 && ActionSpace.box(box).policyOutputs == 3)
  }
}
