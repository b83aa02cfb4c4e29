import FedRLReporting
import Testing

@Suite struct JSONValueTests {
  @Test func textKeepsOrderAndDigits() throws {
    let value: JSONValue = [
      "b": [1, .number(0.1), .number(.nan), .number(-1e-7)],
      "a": ["quote\"\n\u{1}é": true, "n": .null],
    ]
    #expect(
      value.text == #"{"b":[1,0.1,null,-1e-07],"a":{"quote\"\n\u0001é":true,"n":null}}"#)
    #expect(
      (["x": [1, 2], "y": ["z": "t"]] as JSONValue).prettyText
        == "{\n  \"x\": [1,2],\n  \"y\": {\n    \"z\": \"t\"\n  }\n}\n")
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let value: JSONValue = [
      "numbers": [0, -7, .number(1.5e300), .number(.leastNonzeroMagnitude)],
      "text": "𝄞 \\ \" \u{7f}", "none": .null,
      "empty": [[], [:]],
    ]
    #expect(try JSONValue(parsing: value.text) == value)
    #expect(try JSONValue(parsing: value.prettyText) == value)
  }

  @Test func escapesAreRead() throws {
    #expect(try JSONValue(parsing: #""\ud834\udd1e\/A""#) == "𝄞/A")
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "1.", "nul", "\"\u{1}\"", "\"\\ud800\"", "1 2",
    "{1:2}",
    "1e999", "\"open", "-", "+1", "[1}", String(repeating: "[", count: 100_000),
  ])
  func whatIsNotJSONIsRefused(_ text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test func brokenUTF8IsRefused() {
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xff, 0x22]) }
  }
}
