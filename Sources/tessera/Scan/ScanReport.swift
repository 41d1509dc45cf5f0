import JOSE
import OAuth

/// What a search found, where, and how much it searched. Never a secret.
struct ScanReport {
    struct Finding {
        let place: String
        let match: SecretScanner.Match
        /// The object of git that it is in; `nil` for a file.
        var object: String?
    }

    /// At most so many are listed: behind them there is work enough.
    static let maximumFindings = 10_000

    private(set) var findings: [Finding] = []
    /// Found beyond ``maximumFindings``.
    private(set) var unlisted: Int64 = 0
    /// Probable ones that were not asked for.
    private(set) var ignored: Int64 = 0
    var files: Int64 = 0
    var bytes: Int64 = 0
    private(set) var notes: [String] = []
    /// Nothing was asked to be searched and could not be, but for what the caller may not read.
    private(set) var isComplete = true
    let countsProbable: Bool

    init(countsProbable: Bool) { self.countsProbable = countsProbable }

    mutating func add(_ finding: Finding) {
        guard finding.match.isCertain || countsProbable else {
            ignored += 1
            return
        }
        guard findings.count < Self.maximumFindings else {
            unlisted += 1
            return
        }
        findings.append(finding)
    }

    /// Keeps what could not be searched, of as many as anybody reads.
    mutating func note(_ text: String) {
        guard notes.count <= 100 else { return }
        notes.append(notes.count < 100 ? text : "and more that could not be searched")
    }

    /// Keeps that something was searched in part only, which must not look like nothing found.
    mutating func fail(_ text: String) {
        isComplete = false
        note(text)
    }

    /// Adds what was found elsewhere.
    mutating func take(_ other: ScanReport) {
        for finding in other.findings { add(finding) }
        unlisted += other.unlisted
        ignored += other.ignored
        files += other.files
        bytes += other.bytes
        isComplete = isComplete && other.isComplete
        for note in other.notes { self.note(note) }
    }

    /// Replaces the names of objects by paths, of as many as that is quick for.
    mutating func name(limit: Int = 100, _ path: (String) -> String?) {
        var known: [String: String] = [:]
        for index in findings.indices {
            guard let object = findings[index].object, known[object] != nil || known.count < limit else { continue }
            let place = known[object] ?? path(object) ?? findings[index].place
            known[object] = place
            findings[index] = Finding(place: place, match: findings[index].match, object: object)
        }
    }

    var json: JSONObject {
        let list = findings.map { finding in
            var item = JSONObject([
                ("place", .string(finding.place)), ("line", .integer(Int64(finding.match.line))),
                ("column", .integer(Int64(finding.match.column))), ("kind", .string(finding.match.kind.name)),
                ("certain", .bool(finding.match.isCertain)), ("beginning", .string(finding.match.beginning)),
            ])
            if let object = finding.object { item["object"] = .string(object) }
            return JSONValue.object(item)
        }
        return JSONObject([
            ("findings", .array(list)), ("unlisted", .integer(unlisted)), ("probable_ignored", .integer(ignored)),
            ("files", .integer(files)), ("bytes", .integer(bytes)), ("notes", .array(notes.map(JSONValue.string))),
            ("complete", .bool(isComplete)),
        ])
    }

    var text: String {
        var lines = findings.map { finding in
            let match = finding.match
            return "\(finding.place):\(match.line):\(match.column): \(match.isCertain ? "" : "probably ")"
                + "\(match.kind.name) \(match.beginning)..."
        }
        if unlisted > 0 { lines.append("and \(unlisted) more") }
        lines += notes
        if ignored > 0 { lines.append("\(ignored) probable ones are not counted: --probable shows them.") }
        lines.append("\(findings.count + Int(unlisted)) found in \(files) files, \(bytes) bytes.")
        return lines.map { Console.harmless($0) }.joined(separator: "\n")
    }
}
