import FedRLNumerics
import FedRLReporting
import Testing

@Suite struct StatisticsTests {
  @Test func theInterquartileMeanOfWholeQuartersIsThatOfTheMiddle() {
    #expect(Statistics.interquartileMean([100, 3, 1, 4, 2, -50, 5, 6]) == 3.5)
  }

  @Test func valuesAtTheQuartilesCountInPart() {
    // Of five, 1.25 are cut at each end: 0.75 of the second, all of the third, 0.75 of the fourth.
    #expect(Statistics.interquartileMean([1, 2, 4, 9, 100]) == (1.5 + 4 + 6.75) / 2.5)
    #expect(Statistics.interquartileMean([1, 2]) == 1.5)
    #expect(Statistics.interquartileMean([7]) == 7)
    #expect(Statistics.interquartileMean([]) == nil)
  }

  @Test func quantilesLieBetweenNeighbours() {
    #expect(Statistics.quantile([1, 2, 4], 0.5) == 2)
    #expect(Statistics.quantile([1, 2, 4], 0.75) == 3)
    #expect(Statistics.quantile([1, 2, 4], 1) == 4)
  }

  @Test func equalSamplesGiveAPoint() {
    let interval = Statistics.bootstrapInterval(
      [[2, 2], [2, 2]], resamples: 50, random: RandomStream(seed: 1))
    #expect(interval == 2...2)
    #expect(Statistics.bootstrapInterval([], random: RandomStream(seed: 1)) == nil)
  }

  @Test func twoSeedsOfOneValueGiveTheBinomialInterval() throws {
    // The mean is 0, ½ or 1 with probability ¼, ½, ¼: 95 % spans all, 40 % only the middle.
    let random = RandomStream(seed: 3)
    let wide = try #require(
      Statistics.bootstrapInterval([[0], [1]], resamples: 4000, random: random))
    let narrow = try #require(
      Statistics.bootstrapInterval([[0], [1]], confidence: 0.4, resamples: 4000, random: random))
    #expect(wide == 0...1)
    #expect(narrow == 0.5...0.5)
  }

  @Test func theIntervalAgreesWithTheNormalOne() throws {
    // 40 seeds with deviation 1: the mean's deviation is 1/√40, 95 % is ±1.96 of it. With 2,000
    // resamples an end is uncertain by some 4 %, the sample's own deviation by 11 %.
    var random = RandomStream(seed: 11)
    let samples = (0..<40).map { _ in [random.normal()] }
    let interval = try #require(
      Statistics.bootstrapInterval(samples, resamples: 2000, random: RandomStream(seed: 12)))
    let width = interval.upperBound - interval.lowerBound
    #expect(abs(width / (2 * 1.96 / 40.0.squareRoot()) - 1) < 0.25)
    let again = Statistics.bootstrapInterval(
      samples, resamples: 2000, random: RandomStream(seed: 12))
    #expect(again == interval)
  }
}
