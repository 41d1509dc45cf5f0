import GRDBSQLite
import Glibc
import JOSE
import OAuth
import Storage

/// The row at which a prepared statement stands, by the place of its columns; a value that is not what its column
/// promises is damage, not a crash.
struct StatementRow {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) { self.handle = handle }

    func damaged(_ index: Int32) -> StoreError {
        let column = sqlite3_column_name(handle, index).map { String(cString: $0) } ?? "column \(index)"
        let table = Self.mainTable(of: sqlite3_sql(handle).map { String(cString: $0) } ?? "") ?? "a table"
        return .damaged("\(table).\(column)")
    }

    /// The first table that a statement names outside of parentheses.
    private static func mainTable(of sql: String) -> Substring? {
        var depth = 0
        var isNext = false
        for word in sql.split(whereSeparator: \.isWhitespace) {
            if isNext { return word }
            isNext = depth == 0 && ["FROM", "INTO", "UPDATE"].contains(word)
            for byte in word.utf8 {
                if byte == UInt8(ascii: "(") { depth &+= 1 }
                if byte == UInt8(ascii: ")") { depth &-= 1 }
            }
        }
        return nil
    }

    /// Whether two columns hold the same text: what was made of the one need not be made again of the other.
    func isSameText(_ index: Int32, as other: Int32) -> Bool {
        guard sqlite3_column_type(handle, index) == SQLITE_TEXT, sqlite3_column_type(handle, other) == SQLITE_TEXT,
            let start = sqlite3_column_text(handle, index), let otherStart = sqlite3_column_text(handle, other)
        else { return false }
        let count = Int(sqlite3_column_bytes(handle, index))
        return count == Int(sqlite3_column_bytes(handle, other)) && memcmp(start, otherStart, count) == 0
    }

    func isNull(_ index: Int32) -> Bool { sqlite3_column_type(handle, index) == SQLITE_NULL }

    func text(_ index: Int32) throws -> String {
        guard sqlite3_column_type(handle, index) == SQLITE_TEXT, let start = sqlite3_column_text(handle, index) else {
            throw damaged(index)
        }
        let count = Int(sqlite3_column_bytes(handle, index))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func integer(_ index: Int32) throws -> Int64 {
        guard sqlite3_column_type(handle, index) == SQLITE_INTEGER else { throw damaged(index) }
        return sqlite3_column_int64(handle, index)
    }

    func bytes(_ index: Int32) throws -> [UInt8] {
        guard sqlite3_column_type(handle, index) == SQLITE_BLOB else { throw damaged(index) }
        // SQLite has no address for an empty blob.
        guard let start = sqlite3_column_blob(handle, index) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index))))
    }

    func bool(_ index: Int32) throws -> Bool { try integer(index) != 0 }
    func count(_ index: Int32) throws -> Int { Int(clamping: try integer(index)) }
    func date(_ index: Int32) throws -> NumericDate { NumericDate(secondsSince1970: try integer(index)) }
    func optionalDate(_ index: Int32) throws -> NumericDate? { isNull(index) ? nil : try date(index) }
    func optionalText(_ index: Int32) throws -> String? { isNull(index) ? nil : try text(index) }

    /// An identifier that is empty or not ASCII was not written by us.
    func identifier<Kind: Identifier>(_ index: Int32, _ kind: Kind.Type = Kind.self) throws -> Kind {
        guard let identifier = Kind(try text(index)) else { throw damaged(index) }
        return identifier
    }

    func hash(_ index: Int32) throws -> TokenHash {
        guard let hash = TokenHash(bytes: try bytes(index)) else { throw damaged(index) }
        return hash
    }

    func choice<Kind: RawRepresentable<String>>(_ index: Int32, _ kind: Kind.Type = Kind.self) throws -> Kind {
        guard let choice = Kind(rawValue: try text(index)) else { throw damaged(index) }
        return choice
    }

    /// Words with spaces between them.
    func words(_ index: Int32) throws -> [String] {
        try text(index).utf8.split(separator: 0x20).map { String(Substring($0)) }
    }

    func scope(_ index: Int32) throws -> Scope { Scope(unchecked: try words(index)) }

    /// A JSON array of texts.
    func texts(_ index: Int32) throws -> [String] {
        let bytes = Array(try text(index).utf8)
        guard bytes != [UInt8(ascii: "["), UInt8(ascii: "]")] else { return [] }
        guard let texts = try? JSONValue(parsing: bytes, limits: .column).strings else { throw damaged(index) }
        return texts
    }

    func object(_ index: Int32) throws -> JSONObject {
        let bytes = Array(try text(index).utf8)
        guard bytes != [UInt8(ascii: "{"), UInt8(ascii: "}")] else { return JSONObject() }
        guard let object = try? JSONObject(parsing: bytes, limits: .column) else { throw damaged(index) }
        return object
    }

    /// What is given at each resource: a line for each, with the resource before its scope.
    func resourceScopes(_ index: Int32) throws -> [ResourceIndicator: Scope] {
        var scopes: [ResourceIndicator: Scope] = [:]
        for line in try text(index).utf8.split(separator: 0x0A) {
            let words = line.split(separator: 0x20).map { String(Substring($0)) }
            guard let first = words.first, let resource = try? ResourceIndicator(first), scopes[resource] == nil else {
                throw damaged(index)
            }
            scopes[resource] = Scope(unchecked: Array(words.dropFirst()))
        }
        return scopes
    }
}

extension SQLValue {
    static func text(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
    static func text(_ scope: Scope) -> SQLValue { .text(scope.description) }
    static func words(_ words: [String]) -> SQLValue { .text(words.joined(separator: " ")) }
    static func blob(_ hash: TokenHash) -> SQLValue { .blob(hash.bytes) }

    static func lines(_ scopes: [ResourceIndicator: Scope]) -> SQLValue { .text(scopes.lines) }
}
