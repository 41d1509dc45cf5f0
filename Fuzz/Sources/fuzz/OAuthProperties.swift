import JOSE
import OAuth

/// What must hold for every input of OAuth's parsers; a broken property ends the process like a crash.
enum OAuthProperties {
    /// No NUL, no empty value, and every parameter but `resource` once.
    static func form(_ bytes: [UInt8]) {
        guard let form = try? FormParameters(bytes) else { return }
        precondition(form.names.count <= FormParameters.maximumCount, "too many parameters")
        var encoded: [String] = []
        for name in Set(form.names) {
            let values = form.all(name)
            precondition(form[name] == values.first, "two readings of one parameter")
            precondition(values.count == 1 || name == "resource", "a parameter was accepted twice")
            for value in values {
                precondition(!value.isEmpty && !value.utf8.contains(0), "an empty value or NUL was accepted")
                encoded.append(percentEncoded(name) + "=" + percentEncoded(value))
            }
        }
        guard form.names.allSatisfy({ $0.utf8.count * 3 <= FormParameters.maximumNameLength }) else { return }
        guard let again = try? FormParameters(Array(encoded.joined(separator: "&").utf8)) else {
            preconditionFailure("an encoded form is not read")
        }
        precondition(again.names.sorted() == form.names.sorted(), "an encoded form is read differently")
        for name in form.names {
            precondition(again.all(name) == form.all(name), "an encoded form is read differently")
        }
    }

    static func scope(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self), let scope = try? Scope(text) else { return }
        precondition((try? Scope(scope.description)) == scope, "a scope is read differently the second time")
        precondition(Set(scope.tokens).count == scope.tokens.count, "a token stands twice in a scope")
        precondition(scope.tokens.allSatisfy { !$0.isEmpty && !$0.utf8.contains(0x20) }, "no token")
    }

    static func resource(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self), let resource = try? ResourceIndicator(text) else {
            return
        }
        precondition(resource.rawValue.utf8.elementsEqual(bytes), "a resource was rewritten")
        precondition(!bytes.contains(0x23), "a fragment was accepted")
    }

    /// The input as an `Authorization` header, and as a form of client credentials.
    static func basic(_ bytes: [UInt8]) {
        guard let empty = try? FormParameters([]) else { preconditionFailure("an empty form is refused") }
        if let text = String(validating: bytes, as: UTF8.self) {
            let credentials = try? ClientCredentials(authorization: text, form: empty)
            if let credentials { precondition(isBasic(credentials), "a header without Basic was accepted") }
        }
        guard let form = try? FormParameters(bytes) else { return }
        _ = try? ClientCredentials(authorization: nil, form: form)
    }

    private static func isBasic(_ credentials: ClientCredentials) -> Bool {
        guard case .basic = credentials.proof else { return false }
        return true
    }

    private static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let encoded = text.utf8.flatMap { [0x25, digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: encoded, as: UTF8.self)
    }
}
