package import OAuth

/// One thing that is wrong with what an administrator asked for, by the field that it is wrong with.
package struct Problem: Hashable, Sendable, CustomStringConvertible {
    /// As the request names it, e.g. `name` or `jwks.keys[0]`.
    package let field: String
    /// What is wrong and what would be right, without the value.
    package let text: String

    package init(_ field: String, _ text: String) {
        self.field = field
        self.text = text
    }

    package var description: String { "\(field): \(text)" }
}

/// Why an administrative operation was not done.
package enum AdministrationError: Error, Hashable, Sendable {
    case rightMissing(AdministrativeRight)
    /// All that is wrong, at once.
    case invalid([Problem])
    /// What there is none of, e.g. `client`.
    case missing(String)
    /// Why what is stored does not allow it.
    case conflict(String)
    /// The change was made from another version; this is the stored one.
    case stale(current: Int64)
}

/// What becomes of a value that may be absent.
package enum Replacement<Value: Hashable & Sendable>: Hashable, Sendable {
    case keep
    case remove
    case set(Value)
}

/// What was registered, and its secret: the only time that anybody sees it.
package struct Registered<Value: Hashable & Sendable>: Sendable {
    package let value: Value
    package let secret: Secret?

    init(_ value: Value, secret: Secret?) {
        self.value = value
        self.secret = secret
    }
}
