import Foundation  // files as text; this tool runs while building and is never shipped

/// Writes files as one Swift source: the first argument is the source, the others are what it holds.
@main
struct EmbedPagesTool {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let output = arguments.first else { throw Unusable(reason: "no output was named") }
        var source = "enum EmbeddedFiles {\n    static let files: [String: String] = [\n"
        for path in arguments.dropFirst() {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            // What would end a literal early or start an interpolation has no business in a page.
            guard !text.contains("\"\"\"##"), !text.contains("\\##") else {
                throw Unusable(reason: "\(path) holds the end of a Swift literal")
            }
            let name = path.split(separator: "/").suffix(2).joined(separator: "/")
            source += "\"\(name)\": ##\"\"\"\n\(text)\n\"\"\"##,\n"
        }
        source += "    ]\n}\n"
        try source.write(toFile: output, atomically: true, encoding: .utf8)
    }

    struct Unusable: Error {
        let reason: String
    }
}
