import FedRLNumerics
import FedRLSimulation
import Foundation

/// `Benchmarks [--json] [--save FILE] [--compare FILE] [--repetitions N] [--threads N] [--commit HASH]
/// [--fedrl BINARY] [--python PYTHON] [--puffer-python PYTHON] [NAME …]`: measures the groups whose names begin with one of
/// those given, or all.
func run() throws {
  var options = Options()
  try options.parse(Array(CommandLine.arguments.dropFirst()))
  Cleanup.install()
  BLAS.useOneThread()
  ProcessMemory.keepFreed()
  let report = try Report(options)
  try report.begin()
  let bench = Bench(options: options, report: report)
  let groups: [(name: String, run: (Bench) throws -> Void)] = [
    ("environments", measureEnvironments), ("inference", measureInference),
    ("updates", measureUpdates), ("training", measureTraining),
    ("federation", measureFederation), ("checkpoints", measureCheckpoints),
    ("allocations", measureAllocations), ("start", measureStart), ("peers", measurePeers),
  ]
  for group in groups where options.wants(group.name) { try group.run(bench) }
  if try report.end() > 0 { exit(3) }
}

do { try run() } catch {
  FileHandle.standardError.write(Data("benchmark: \(error)\n".utf8))
  exit(2)
}
