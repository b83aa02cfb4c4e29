/// The kind of an environment that is written as a plain type: batches are adapters around it.
public struct SimpleEnvironmentKind<E: ConfigurableEnvironment & ~Copyable>: EnvironmentKind {
  public let specification: EnvironmentSpecification
  private let make: @Sendable (Int) -> any BatchEnvironment

  /// Makes one environment to see that it can be made, and to learn its specification.
  /// - Throws: what the environment's own `init` throws.
  @inlinable
  public init(settings: E.Settings, context: EnvironmentContext) throws {
    let first = try E(settings: settings, context: context)
    self.init(specification: first.specification) { count in
      BatchAdapter<E>(count: count) { Self.again(settings, context) }
    }
  }

  /// As `init(settings:context:)`; episodes are saved by the environment's own snapshots.
  @inlinable
  public init(settings: E.Settings, context: EnvironmentContext) throws
  where E: SnapshotEnvironment {
    let first = try E(settings: settings, context: context)
    self.init(specification: first.specification) { count in
      BatchAdapter<E>(count: count) { Self.again(settings, context) }
    }
  }

  @usableFromInline
  init(
    specification: EnvironmentSpecification,
    make: @escaping @Sendable (Int) -> any BatchEnvironment
  ) {
    self.specification = specification
    self.make = make
  }

  public func makeBatch(count: Int) -> any BatchEnvironment { make(count) }

  @inlinable
  static func again(_ settings: E.Settings, _ context: EnvironmentContext) -> E {
    do {
      return try E(settings: settings, context: context)
    } catch {
      // The same settings made one before: what they name has changed on disk meanwhile.
      fatalError("\(E.name) could not be made a second time from the same settings: \(error)")
    }
  }
}

extension EnvironmentEntry {
  /// The registry's line for an environment that is written as a plain type.
  @inlinable
  public init<E: ConfigurableEnvironment & ~Copyable>(_ type: E.Type) {
    self.init(name: E.name, summary: E.summary, settings: E.Settings.self) { settings, context in
      try SimpleEnvironmentKind<E>(settings: settings, context: context)
    }
  }

  /// The registry's line for a plain environment whose episodes have snapshots.
  @inlinable
  public init<E: ConfigurableEnvironment & SnapshotEnvironment & ~Copyable>(_ type: E.Type) {
    self.init(name: E.name, summary: E.summary, settings: E.Settings.self) { settings, context in
      try SimpleEnvironmentKind<E>(settings: settings, context: context)
    }
  }
}
