import GRDB
import JOSE
import OAuth
import Storage

/// Reads one row; a value that is not what its column promises is damage, not a crash.
struct StoredRow {
    let table: StaticString
    let row: Row

    init(_ row: Row, of table: StaticString) {
        self.row = row
        self.table = table
    }

    func damaged(_ column: String) -> StoreError { .damaged("\(table).\(column)") }

    func isNull(_ column: String) -> Bool { stored(column).isNull }

    private func stored(_ column: String) -> DatabaseValue { row[column] }

    func text(_ column: String) throws -> String {
        guard case .string(let value) = stored(column).storage else { throw damaged(column) }
        return value
    }

    func integer(_ column: String) throws -> Int64 {
        guard case .int64(let value) = stored(column).storage else { throw damaged(column) }
        return value
    }

    func bytes(_ column: String) throws -> [UInt8] {
        guard case .blob(let value) = stored(column).storage else { throw damaged(column) }
        return Array(value)
    }

    func bool(_ column: String) throws -> Bool { try integer(column) != 0 }
    func date(_ column: String) throws -> NumericDate { NumericDate(secondsSince1970: try integer(column)) }
    func optionalDate(_ column: String) throws -> NumericDate? { stored(column).isNull ? nil : try date(column) }

    /// An identifier that is empty or not ASCII was not written by us.
    func identifier<Kind: Identifier>(_ column: String, _ kind: Kind.Type = Kind.self) throws -> Kind {
        guard let identifier = Kind(try text(column)) else { throw damaged(column) }
        return identifier
    }

    func resource(_ column: String) throws -> ResourceIndicator {
        guard let resource = try? ResourceIndicator(try text(column)) else { throw damaged(column) }
        return resource
    }

    func scope(_ column: String) throws -> Scope {
        Scope(unchecked: try text(column).split(separator: " ").map(String.init))
    }

    func choice<Kind: RawRepresentable<String>>(_ column: String, _ kind: Kind.Type = Kind.self) throws -> Kind {
        guard let choice = Kind(rawValue: try text(column)) else { throw damaged(column) }
        return choice
    }

    /// A JSON array of texts.
    func texts(_ column: String) throws -> [String] {
        let bytes = Array(try text(column).utf8)
        guard let texts = try? JSONValue(parsing: bytes, limits: .column).strings else { throw damaged(column) }
        return texts
    }
}

extension JSONLimits {
    /// We wrote it ourselves; the bound only keeps damage from taking all memory.
    static let column = JSONLimits(maximumBytes: 4 * 1024 * 1024, maximumMembers: 100_000)
}

extension SQLValue {
    static func json(_ texts: [String]) -> SQLValue {
        var writer = JSONWriter()
        writer.value(texts)
        return .text(writer.text)
    }
}
