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
    // Some draws take only the first row, of which the ratio is 0 ÷ 0.
    let ratio = Statistics.bootstrapInterval([[0.0], [1]], random: RandomStream(seed: 1)) {
      Statistics.meanOfMeans($0) / Statistics.meanOfMeans($0)
    }
    #expect(ratio == nil)
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

  /// Two seeds in one environment: the four draws are equally likely.
  @Test func theStratifiedIntervalDrawsSeedsInEachEnvironment() throws {
    let random = RandomStream(seed: 21)
    let mean: ([Double]) -> Double = { $0.reduce(0, +) / Double($0.count) }
    let wide = try #require(
      Statistics.stratifiedInterval([[[0]], [[1]]], random: random, statistic: mean))
    #expect(wide == 0...1)
    // Within the middle half of the draws the mean is one half.
    let narrow = try #require(
      Statistics.stratifiedInterval(
        [[[0]], [[1]]], confidence: 0.4, random: random, statistic: mean))
    #expect(narrow == 0.5...0.5)
    // Environments do not mix: where seeds agree in each, nothing varies.
    let sure = try #require(
      Statistics.stratifiedInterval(
        [[[0], [10]], [[0], [10]], [[0], [10]]], random: random, statistic: mean))
    #expect(sure == 5...5)
    #expect(Statistics.stratifiedInterval([], random: random, statistic: mean) == nil)
    #expect(Statistics.stratifiedInterval([[[]], [[]]], random: random, statistic: mean) == nil)
  }

  /// One seed in one environment: only its episodes are drawn.
  @Test func theStratifiedIntervalDrawsEpisodesToo() throws {
    let interval = try #require(
      Statistics.stratifiedInterval(
        [[(0..<100).map { Double($0 % 2) }]], random: RandomStream(seed: 23)
      ) { $0.reduce(0, +) / Double($0.count) })
    #expect(abs(interval.lowerBound - (0.5 - 0.098)) < 0.015)
    #expect(abs(interval.upperBound - (0.5 + 0.098)) < 0.015)
  }

  /// 100 environments of two seeds each, which are 0 and 1: the mean's deviation is 0.5/√200.
  @Test func theStratifiedIntervalIsAsWideAsItShould() throws {
    let samples = [0.0, 1].map { [[Double]](repeating: [$0], count: 100) }
    let interval = try #require(
      Statistics.stratifiedInterval(samples, random: RandomStream(seed: 22)) {
        $0.reduce(0, +) / Double($0.count)
      })
    let half = 1.96 * 0.5 / 200.0.squareRoot()
    #expect(abs(interval.lowerBound - (0.5 - half)) < 0.01)
    #expect(abs(interval.upperBound - (0.5 + half)) < 0.01)
  }

  @Test func theProbabilityOfImprovementCountsPairs() {
    // Pairs of the first environment: 3>1, 3>2, 1=1, 1<2; of the second: all lost.
    #expect(
      Statistics.probabilityOfImprovement([[3, 0], [1, 0]], over: [[1, 5], [2, 5]])
        == (2.5 + 0) / 8)
    #expect(Statistics.probabilityOfImprovement([[1]], over: [[1]]) == 0.5)
    #expect(Statistics.probabilityOfImprovement([], over: [[1]]) == nil)
  }
}
