public import FedRLNumerics

/// Makes plausible apartments: rooms along a corridor, doors, furniture, carpets and a dock.
///
/// Cells are 0.05 m. The same seed gives the same home on every machine: the plan is worked out in
/// whole cells, and nothing but sums, products and square roots of random numbers goes into it.
public struct ApartmentGenerator: Sendable, Equatable {
  /// Floor area to aim at, in m²; 30…110.
  public var area: Double
  /// How full the rooms are: 0 sparse … 1 full.
  public var clutter: Double

  /// The robot's radius that furniture leaves room for, in metres: 0.164 m and a little more.
  package static let clearRadius: Float = 0.17

  /// - Precondition: `area` in 30…110, `clutter` in 0…1.
  public init(area: Double, clutter: Double) {
    precondition((30...110).contains(area), "an apartment of \(area) m²; 30…110 are built")
    precondition((0...1).contains(clutter), "a clutter of \(clutter); 0…1 is meant")
    self.area = area
    self.clutter = clutter
  }

  /// Builds one apartment.
  ///
  /// A robot of radius 0.164 m reaches at least 98 % of the floor that it fits on, starting at the dock.
  public func makeHome(name: String, random: RandomStream) -> HomeMap {
    var layoutRandom = random.split("layout")
    var planRandom = random.split("plan")
    let layout = ApartmentLayout(area: area, random: &layoutRandom)
    let plan = ApartmentPlan(layout, random: &planRandom)
    var furnisher = ApartmentFurnisher(plan, clutter: clutter, random: random.split("furniture"))
    furnisher.furnish()
    var home = HomeMap(name: name, grid: furnisher.plan.grid)
    home.dock = furnisher.plan.dock
    home.carpet = furnisher.plan.carpet
    return home
  }

  // MARK: The homes that are shipped

  /// How many homes are shipped; the last six are held back for evaluation.
  public static let shippedCount = 24

  /// The seed of the shipped homes.
  public static let shippedSeed: UInt64 = 20_260_901

  /// The file name, without extension, of shipped home 1…24.
  public static func shippedName(_ number: Int) -> String {
    "home-" + (number < 10 ? "0" : "") + "\(number)"
  }

  /// Shipped home 1…24; sizes and clutter are spread evenly over both parts.
  public static func shippedHome(_ number: Int) -> HomeMap {
    precondition((1...shippedCount).contains(number), "there is no home \(number)")
    let isHeldBack = number > 18
    let share =
      isHeldBack ? (Double(number - 19) + 0.5) / 6 : (Double((number * 7) % 18) + 0.5) / 18
    let fullness =
      isHeldBack ? Double((number * 2) % 6) / 5 : Double((number * 5) % 18) / 17
    let generator = ApartmentGenerator(area: 30 + 80 * share, clutter: 0.1 + 0.85 * fullness)
    return generator.makeHome(
      name: shippedName(number),
      random: RandomStream(seed: shippedSeed).split("home", UInt64(number)))
  }

  /// Writes a shipped home's YAML, image and carpet mask into a folder.
  public static func writeHome(_ number: Int, to folder: String) throws(MapError) {
    let home = shippedHome(number)
    try ROSWriter.write(home, to: folder + "/" + home.name + ".yaml")
  }

  /// Writes all shipped homes into a folder.
  public static func writeHomes(to folder: String) throws(MapError) {
    for number in 1...shippedCount { try writeHome(number, to: folder) }
  }
}
