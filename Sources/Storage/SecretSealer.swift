package import Crypto

/// Seals what must be recoverable, such as private keys: AES-256-GCM under a data key that the master key wraps.
package struct SecretSealer: Sendable {
    /// By id; the id is stored in clear in front of what it sealed.
    private let dataKeys: [String: SymmetricKey]
    private let current: String

    package enum SealError: Error, Hashable, Sendable { case unknownDataKey(String), damaged }

    /// `nil` if `current` is not among the keys, or an id is not 1 to 32 bytes long.
    package init?(dataKeys: [String: SymmetricKey], current: String) {
        guard dataKeys[current] != nil, dataKeys.keys.allSatisfy({ (1...32).contains($0.utf8.count) }) else {
            return nil
        }
        self.dataKeys = dataKeys
        self.current = current
    }

    /// `context` says where the result is stored (`table.column.row`), so that no sealed value can be moved elsewhere.
    package func seal(_ plain: [UInt8], context: String) throws -> [UInt8] {
        guard let key = dataKeys[current] else { throw SealError.unknownDataKey(current) }
        let box = try AES.GCM.seal(plain, using: key, authenticating: Self.associated(current, context))
        guard let combined = box.combined else { throw SealError.damaged }
        return [UInt8(current.utf8.count)] + Array(current.utf8) + Array(combined)
    }

    package func open(_ sealed: [UInt8], context: String) throws -> [UInt8] {
        guard let length = sealed.first.map(Int.init), sealed.count > 1 + length else { throw SealError.damaged }
        let id = String(decoding: sealed[1..<(1 + length)], as: UTF8.self)
        guard let key = dataKeys[id] else { throw SealError.unknownDataKey(id) }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed[(1 + length)...])
            return Array(try AES.GCM.open(box, using: key, authenticating: Self.associated(id, context)))
        } catch { throw SealError.damaged }
    }

    private static func associated(_ id: String, _ context: String) -> [UInt8] {
        Array("tessera/1/\(id)/\(context)".utf8)
    }
}
