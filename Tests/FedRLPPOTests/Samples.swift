import FedRLPPO
import FedRLTestSupport

/// A minibatch in arrays, and the loss of it with all gradients.
struct Samples {
  var count: Int
  var actions: [Float]
  var masks: [Float]?
  var logProbabilities: [Float]
  var advantages: [Float]
  var returns: [Float]
  var oldValues: [Float]

  init(count: Int, actions: [Float]) {
    self.count = count
    self.actions = actions
    logProbabilities = [Float](repeating: 0, count: count)
    advantages = logProbabilities
    returns = logProbabilities
    oldValues = logProbabilities
  }

  init(_ reference: ReferenceCase) {
    count = reference.numbers("actions").count
    actions = reference.floats("actions")
    logProbabilities = reference.floats("old_log_prob")
    advantages = reference.floats("advantages")
    returns = reference.floats("returns")
    oldValues = reference.floats("old_values")
  }

  struct Result {
    var terms = PPOLossTerms()
    var outputGradient: [Float]
    var logDeviationGradient: [Float]
    var valueGradient: [Float]
  }

  func loss(
    _ head: PolicyHead, outputs: [Float], logDeviations: [Float], values: [Float],
    settings: PPOLossSettings
  ) -> Result {
    var result = Result(
      outputGradient: [Float](repeating: 9, count: outputs.count),
      logDeviationGradient: [Float](repeating: 9, count: logDeviations.count),
      valueGradient: [Float](repeating: 9, count: count))
    let none: [Float] = [0]
    none.withUnsafeBufferPointer { none in
      actions.withUnsafeBufferPointer { actions in
        (masks ?? [0]).withUnsafeBufferPointer { masks in
          logProbabilities.withUnsafeBufferPointer { logProbabilities in
            advantages.withUnsafeBufferPointer { advantages in
              returns.withUnsafeBufferPointer { returns in
                oldValues.withUnsafeBufferPointer { oldValues in
                  let batch = MinibatchView(
                    count: count, observations: none.baseAddress!, actions: actions.baseAddress!,
                    masks: self.masks == nil ? nil : masks.baseAddress!,
                    logProbabilities: logProbabilities.baseAddress!,
                    advantages: advantages.baseAddress!, returns: returns.baseAddress!,
                    values: oldValues.baseAddress!)
                  result.terms = head.loss(
                    outputs: outputs, logDeviations: logDeviations, values: values, batch: batch,
                    settings: settings, outputGradient: &result.outputGradient,
                    valueGradient: &result.valueGradient,
                    logDeviationGradient: &result.logDeviationGradient)
                }
              }
            }
          }
        }
      }
    }
    return result
  }
}
