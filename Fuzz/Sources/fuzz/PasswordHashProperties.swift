import OAuth

/// What must hold for every input of the parser of stored and imported password hashes.
enum PasswordHashProperties {
    /// Each hash has one spelling, is bounded, and prints nothing.
    static func hash(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self), let hash = try? PasswordHash(text) else { return }
        precondition(hash.encoded.revealedValue.utf8.elementsEqual(bytes), "a hash was rewritten")
        precondition(bytes.count <= PHCFields.maximumLength, "a long text was accepted")
        precondition("\(hash)" == "<password hash>", "a hash was printed")
        guard case .argon2(let argon2) = hash.scheme else { return }
        let parameters = argon2.parameters
        precondition(parameters.memory <= 262_144 && parameters.passes <= 16, "absurd work was accepted")
        precondition(parameters.arenaBytes <= 262_144 << 10, "absurd memory was accepted")
    }
}
