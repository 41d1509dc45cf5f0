import JOSE
import OAuth

/// A value for a parameter of a prepared statement.
enum SQLValue {
    case text(String)
    case integer(Int64)
    case blob([UInt8])
    case null

    static func text(_ identifier: some Identifier) -> SQLValue { .text(identifier.rawValue) }
    static func date(_ date: NumericDate) -> SQLValue { .integer(date.secondsSince1970) }
    static func date(_ date: NumericDate?) -> SQLValue { date.map { .integer($0.secondsSince1970) } ?? .null }
    static func bool(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }
}
