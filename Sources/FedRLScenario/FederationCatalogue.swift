public import FedRLFederation

/// What `[federation] strategy` and `codec` can name.
public enum FederationCatalogue {
  public static let strategies: [(name: String, summary: String)] = [
    (
      "fedavg",
      "mean of the agents' changes, weighted alike or by samples (arXiv:1602.05629)"
    )
  ]

  public static let codecs:
    [(name: String, summary: String, make: @Sendable () -> any UpdateCodec)] =
      [
        ("float32", "every parameter as it is, four bytes; lossless", { Float32Codec() })
      ]
}
