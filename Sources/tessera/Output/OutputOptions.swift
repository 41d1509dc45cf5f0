import ArgumentParser
import JOSE

/// How a command answers.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Answer in JSON, errors too.")
    var json = false

    /// JSON as it came, or words for people.
    func show(_ object: JSONObject, _ text: (JSONObject) -> String) {
        Console.print(json ? object.jsonText : text(object))
    }

    /// Says that something is done where there is nothing else to show.
    func confirm(_ message: String) {
        guard json else { return Console.print(message) }
        Console.print(#"{"done":true}"#)
    }
}
