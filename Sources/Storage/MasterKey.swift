package import Crypto
import JOSE

/// The key that wraps the data keys. It lives outside the database: in a file, the environment or a systemd credential.
package struct MasterKey: Sendable {
    private let key: SymmetricKey

    /// `nil` unless it is 32 bytes long and not one byte repeated.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32, Set(bytes).count > 8 else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// The text form: `tsm_` and 43 characters of base64url.
    package init?(text: String) {
        guard text.hasPrefix("tsm_"), let bytes = try? Base64URL.decode(String(text.dropFirst(4))) else { return nil }
        self.init(bytes: bytes)
    }

    package static func text(of bytes: [UInt8]) -> String { "tsm_" + Base64URL.encode(bytes) }

    package func wrap(_ dataKey: SymmetricKey, id: String) throws -> [UInt8] {
        let bytes = dataKey.withUnsafeBytes { Array($0) }
        let box = try AES.GCM.seal(bytes, using: key, authenticating: Self.associated(id))
        guard let combined = box.combined else { throw SecretSealer.SealError.damaged }
        return Array(combined)
    }

    /// `nil` if this is not the master key that wrapped it, or it was damaged.
    package func unwrap(_ wrapped: [UInt8], id: String) -> SymmetricKey? {
        guard let box = try? AES.GCM.SealedBox(combined: wrapped),
            let bytes = try? AES.GCM.open(box, using: key, authenticating: Self.associated(id))
        else { return nil }
        return SymmetricKey(data: bytes)
    }

    private static func associated(_ id: String) -> [UInt8] { Array("tessera/data-key/1/\(id)".utf8) }
}
