import JOSE

/// Why a command did not do what it was asked, and what to do about it.
package struct CommandFailure: Error, Sendable {
    package let status: ExitStatus
    /// One stable word for scripts.
    package let code: String
    package let message: String
    /// Empty if the message says it all.
    package let remedy: String

    package init(_ status: ExitStatus, _ code: String, _ message: String, fix remedy: String = "") {
        self.status = status
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    package var json: String {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.member("error", code)
        writer.member("message", message)
        if !remedy.isEmpty { writer.member("remedy", remedy) }
        writer.endObject()
        return writer.text
    }

    package var text: String { "tessera: \(message)" + (remedy.isEmpty ? "" : "\n    \(remedy)") }
}
