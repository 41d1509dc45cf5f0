import AuthorizationServer
import JOSE
import OAuth

/// The query of a request, with every parameter known by name, given once, and of its type.
struct AdministrationQuery: Sendable {
    private let parameters: FormParameters

    init(_ text: String?, knowing names: Set<String>) throws(AdministrationError) {
        do { parameters = try FormParameters(Array((text ?? "").utf8)) } catch {
            throw .invalid([Problem("query", error.description)])
        }
        var problems: [Problem] = []
        for name in parameters.names where !names.contains(name) {
            problems.append(Problem(name, "is no parameter of this operation"))
        }
        for name in names where parameters.all(name).count > 1 {
            problems.append(Problem(name, "is given more than once"))
        }
        guard problems.isEmpty else { throw .invalid(problems) }
    }

    func text(_ name: String, maximumLength: Int) throws(AdministrationError) -> String? {
        guard let text = parameters[name] else { return nil }
        guard text.utf8.count <= maximumLength else {
            throw .invalid([Problem(name, "is longer than \(maximumLength) bytes")])
        }
        return text
    }

    func identifier<Kind: Identifier>(_ name: String) throws(AdministrationError) -> Kind? {
        guard let text = parameters[name] else { return nil }
        guard let id = Kind(text) else { throw .invalid([Problem(name, "is no identifier")]) }
        return id
    }

    /// A number without sign, leading zeros or other spellings.
    func number(_ name: String, in range: ClosedRange<Int64>) throws(AdministrationError) -> Int64? {
        guard let text = parameters[name] else { return nil }
        guard text.utf8.count <= 19, let number = Int64(text), String(number) == text, range.contains(number) else {
            throw .invalid([Problem(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")])
        }
        return number
    }

    func date(_ name: String) throws(AdministrationError) -> NumericDate? {
        try number(name, in: 0...9_007_199_254_740_991).map(NumericDate.init(secondsSince1970:))
    }
}
