import JOSE

/// All reasons why the server does not start, at once.
package struct ConfigurationFailure: Error, Sendable {
    package let problems: [ConfigurationProblem]

    package init(problems: [ConfigurationProblem]) { self.problems = problems }

    package var text: String {
        let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
        let lines = problems.map { "- " + Console.harmless(lines: $0.description) }
        return (["tessera: \(count) with the configuration"] + lines).joined(separator: "\n")
    }

    package var json: String {
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        writer.member("error", "configuration_invalid")
        writer.name("problems")
        writer.beginArray()
        for problem in problems {
            writer.beginObject()
            writer.member("code", problem.code.rawValue)
            writer.member("subject", problem.subject)
            writer.member("message", problem.message)
            writer.member("remedy", problem.remedy)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.text
    }
}
