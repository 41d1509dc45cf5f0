/// The value of a setting.
package enum SettingValue: Hashable, Sendable, CustomStringConvertible {
    case text(String)
    case flag(Bool)
    case integer(Int)
    case list([String])

    package var description: String {
        switch self {
        case .text(let text): text
        case .flag(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        case .list(let items): "[" + items.joined(separator: ", ") + "]"
        }
    }
}
