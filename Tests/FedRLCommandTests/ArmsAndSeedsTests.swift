import FedRLReporting
import Foundation
import Testing

/// All four arms, and several seeds in one go, through the command.
@Suite struct ArmsAndSeedsTests {
  @Test func everyArmOfEverySeedIsRunComparedAndKept() throws {
    let folder = try TestFolder()
    let arms = ["--arms", "federated,independent,pooled,finetuned"]
    let given = arms + ["--seeds", "1..2", "--out", "all"]
    guard let first = try folder.train(given) else { return }
    #expect(first.status == 0, "\(first.errors)")
    for name in ["federated", "independent", "pooled", "finetuned"] {
      #expect(first.output.contains("\n  \(name) "), "\(name) is missing in:\n\(first.output)")
    }
    #expect(first.output.contains("return_mean, final policies, 2 runs:"))
    #expect(first.output.contains("(federated − independent) ÷ (pooled − independent):"))
    for seed in 1...2 {
      for arm in ["-independent", "-pooled", "-finetuned", ""] {
        // Every arm spends the same steps.
        let steps = try folder.column("env_steps", of: "all/seed-\(seed)/metrics\(arm).csv")
        #expect(steps == ["192", "384", "576", "768"], "\(arm)")
      }
      let policies = try folder.entries(below: "all/seed-\(seed)/checkpoints")
      #expect(policies.contains("final-pooled.safetensors"))
      #expect(policies.contains("final-finetuned-2.safetensors"))
      #expect(!policies.contains("final-pooled-0.safetensors"))
    }
    let finals = try (1...2).map { try folder.json("all/seed-\($0)/summary.json") }
    #expect(finals[0]["weights_sha256"]?.string != finals[1]["weights_sha256"]?.string)

    // One run is lost; the other is kept as it is.
    try FileManager.default.removeItem(atPath: folder.file("all/seed-2"))
    let before = try folder.bytes("all/seed-1/summary.json")
    let again = try #require(try folder.train(given + ["--resume"]))
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.output.contains("seed 1: all/seed-1 is finished, and kept"))
    #expect(try folder.bytes("all/seed-1/summary.json") == before)
    #expect(
      try folder.json("all/seed-2/summary.json")["weights_sha256"]?.string
        == finals[1]["weights_sha256"]?.string)
    // A finished run of other settings is not taken for one of these.
    let longer = try #require(try folder.train(given + ["--resume", "--rounds", "3"]))
    #expect(longer.status == 2)
    #expect(longer.errors.contains("all/seed-1: is finished, with another scenario"))
    #expect(longer.errors.contains("rounds = 3 now"), "\(longer.errors)")
    // Without --resume or --force nothing is overwritten.
    #expect(try #require(try folder.train(given)).status == 2)
  }

  @Test(arguments: ["5..1", "1,1", "1..", "a", "", "1..3,2"])
  func seedsThatAreNoneAreRefused(text: String) throws {
    let folder = try TestFolder()
    guard let run = try folder.train("--seeds", text) else { return }
    #expect(run.status == 2)
    #expect(run.errors.contains("--seeds"))
    #expect(try folder.entries() == ["small.toml"])
  }

  @Test func whatArmsCannotDoIsSaidBeforeARun() throws {
    let folder = try TestFolder()
    guard let unknown = try folder.train("--arms", "federated,together") else { return }
    #expect(unknown.status == 2 && unknown.errors.contains("got \"together\" in it"))
    let partial = try #require(
      try folder.train("--arms", "pooled", "--set", "federation.participation=0.5"))
    #expect(partial.status == 2 && partial.errors.contains("pooled has no counterpart"))
    let long = try #require(
      try folder.train("--arms", "finetuned", "--set", "evaluation.finetune_rounds=4"))
    #expect(long.status == 2 && long.errors.contains("expected fewer rounds than there are, 4"))
    let both = try #require(try folder.train("--seed", "1", "--seeds", "1..2"))
    #expect(both.status == 2 && both.errors.contains("exclude each other"))
  }
}
