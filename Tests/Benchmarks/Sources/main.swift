import FedRLNumerics
import FedRLSimulation
import Foundation

/// `Benchmarks [--json] [--repetitions N] [--threads N] [--fedrl BINARY] [NAME …]`: measures the
/// groups whose names begin with one of those given, or all.
func run() throws {
  var options = Options()
  try options.parse(Array(CommandLine.arguments.dropFirst()))
  BLAS.useOneThread()
  ProcessMemory.keepFreed()
  let report = Report(asJSON: options.isJSON)
  report.begin()
  let bench = Bench(options: options) { report.add($0) }
  let groups: [(name: String, run: (Bench) throws -> Void)] = [
    ("environments", measureEnvironments), ("inference", measureInference),
    ("updates", measureUpdates), ("training", measureTraining),
    ("federation", measureFederation), ("checkpoints", measureCheckpoints),
    ("start", measureStart),
  ]
  for group in groups where options.wants(group.name) { try group.run(bench) }
  report.end()
}

do { try run() } catch {
  FileHandle.standardError.write(Data("benchmark: \(error)\n".utf8))
  exit(2)
}
