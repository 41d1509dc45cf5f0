import FoundationEssentials
import Testing

/// The table "What ends what" of `docs/reference/sessions-and-endings.md`: what this program promises, and what the
/// tests ask for, are one text.
struct EndingTable {
    /// One event with what it does to each column.
    struct Row: Sendable, CustomTestStringConvertible {
        let event: String
        private let cells: [String: String]

        init(event: String, cells: [String: String]) {
            self.event = event
            self.cells = cells
        }

        subscript(column: Column) -> String { cells[column.rawValue] ?? "" }
        var testDescription: String { event }
    }

    enum Column: String, CaseIterable, Sendable {
        case thisSession = "this session"
        case otherSessions = "other sessions"
        case givenHere = "given in this session"
        case givenOffline = "the same, offline"
        case givenThere = "given in other sessions"
        case otherApplications = "other applications"
        case consent
        case address = "unproven address"
        case told = "a logout token goes to"
    }

    /// The lines of the table; none if the document does not have it as it is expected here.
    static let rows: [Row] = {
        let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let path = root + "/docs/reference/sessions-and-endings.md"
        guard let bytes = FileManager.default.contents(atPath: path) else { return [] }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard let start = lines.firstIndex(where: { $0.hasPrefix("| event |") }) else { return [] }
        let names = cells(lines[start])
        guard Set(Column.allCases.map(\.rawValue)).isSubset(of: names) else { return [] }
        return lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map { line in
            let cells = cells(line)
            return Row(event: cells[0], cells: Dictionary(zip(names, cells)) { first, _ in first })
        }
    }()

    private static func cells(_ line: Substring) -> [String] {
        line.split(separator: "|").map { $0.trimming(while: { $0 == " " }) }
    }
}

extension Substring {
    fileprivate func trimming(while isTrimmed: (Character) -> Bool) -> String {
        var text = drop(while: isTrimmed)
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return String(text)
    }
}
