import OAuth

/// Gathers everything that is wrong with a request, so that one answer names all of it.
struct DraftCheck {
    private(set) var problems: [Problem]

    init(_ problems: [Problem]) { self.problems = problems }

    mutating func report(_ field: String, _ text: String) { problems.append(Problem(field, text)) }

    /// Whether something is already known to be wrong with the field itself.
    func hasProblem(with field: String) -> Bool { problems.contains { $0.field == field } }

    func finish() throws(AdministrationError) {
        guard problems.isEmpty else { throw .invalid(problems) }
    }

    /// Reports a field that is needed and absent; one that could not be read has been reported already.
    mutating func required<Value>(_ value: Value?, _ field: String) -> Value? {
        if value == nil, !hasProblem(with: field) { report(field, "is required") }
        return value
    }

    /// An identifier that needs no escaping in a URL, a header or a shell.
    mutating func newIdentifier(_ text: String?, generated: @autoclosure () -> String) -> ClientID {
        guard let text else { return ClientID(unchecked: generated()) }
        let isSafe = text.utf8.allSatisfy(Self.isUnreserved) && text.utf8.first.map(Self.isAlphanumeric) ?? false
        guard isSafe, text.utf8.count <= 128, let id = ClientID(text) else {
            report("id", "must be 1 to 128 letters, digits, '.', '_', '~' or '-', and begin with a letter or digit")
            return ClientID(unchecked: "-")
        }
        // RFC 9068 §5: the id becomes a `sub`. Whose pairwise name it is could not be looked up.
        if PairwiseSubjects.mayHaveMade(Subject(id)) {
            report("id", "must not have the form of the names that clients know people by")
        }
        return id
    }

    mutating func name(_ text: String) -> String {
        guard (1...200).contains(text.utf8.count) else {
            report("name", "must be 1 to 200 bytes long")
            return text
        }
        if text.unicodeScalars.contains(where: Self.isUnprintable) {
            report("name", "must not contain control characters, line separators or direction marks")
        } else if text.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
            report("name", "must not be blank")
        }
        return text
    }

    mutating func scope(_ text: String) -> Scope {
        do { return try Scope(text) } catch {
            report("scope", error.description)
            return .empty
        }
    }

    mutating func oneOf<Choice: RawRepresentable & CaseIterable>(_ text: String, _ field: String) -> Choice?
    where Choice.RawValue == String {
        if let choice = Choice(rawValue: text) { return choice }
        report(field, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        return nil
    }

    mutating func grantTypes(_ texts: [String], method: AuthenticationMethod?) -> [GrantType] {
        var types: [GrantType] = []
        for text in texts {
            guard let type: GrantType = oneOf(text, "grant_types") else { continue }
            guard !types.contains(type) else {
                report("grant_types", "names \(text) twice")
                continue
            }
            types.append(type)
        }
        // RFC 6749 §4.4: only a client that can prove who it is may act on its own behalf.
        if method == AuthenticationMethod.none, types.contains(.clientCredentials) {
            report("grant_types", "client_credentials needs a client that authenticates")
        }
        return types
    }

    mutating func lifetime(_ seconds: Int64, maximum: Int64) -> Int64 {
        let longest = min(86_400, maximum)
        if seconds < 10 || seconds > longest { report("access_token_lifetime", "must be 10 to \(longest) seconds") }
        return seconds
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// RFC 3986 §2.3
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == 0x7E
    }

    /// What would break a line of a log, or make a name look like another one.
    static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: true
        default: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        }
    }
}
