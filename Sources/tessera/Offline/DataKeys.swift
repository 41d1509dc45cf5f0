import Crypto
import JOSE
import OAuth
import Storage

/// The data keys of a store: made once, opened with the master key at each start, wrapped anew when it changes.
enum DataKeys {
    /// Why the data keys cannot be used.
    enum KeyError: Error, Hashable { case none, wrongMasterKey }

    /// Makes the first data key; does nothing if there is one.
    static func create(
        in store: any InstallationStore, with master: MasterKey, secrets: SecretGenerator, actor: String,
        at now: NumericDate
    ) async throws {
        guard try await store.wrappedDataKeys().isEmpty else { return }
        let id = secrets.identifier(prefix: "dk-")
        let wrapped = try master.wrap(SymmetricKey(data: secrets.bytes(32)), id: id)
        let event = AuditEvent(at: now, action: "data_key.created", actor: actor, target: "data-key:\(id)")
        try await store.replaceWrappedDataKeys([id: wrapped], recording: event)
    }

    /// The data keys in clear, by id.
    static func open(
        _ store: any InstallationStore, with master: MasterKey
    ) async throws -> [String: SymmetricKey] {
        let wrapped = try await store.wrappedDataKeys()
        guard !wrapped.isEmpty else { throw KeyError.none }
        var keys: [String: SymmetricKey] = [:]
        for (id, bytes) in wrapped {
            guard let key = master.unwrap(bytes, id: id) else { throw KeyError.wrongMasterKey }
            keys[id] = key
        }
        return keys
    }

    static func sealer(with keys: [String: SymmetricKey]) throws -> SecretSealer {
        // There is one today; with several, any fixed choice will do: each opens what it sealed.
        guard let current = keys.keys.sorted().last, let sealer = SecretSealer(dataKeys: keys, current: current) else {
            throw KeyError.none
        }
        return sealer
    }

    /// Wraps all data keys with another master key, in one transaction with its event.
    static func rewrap(
        _ keys: [String: SymmetricKey], in store: any InstallationStore, to new: MasterKey,
        recording event: AuditEvent
    ) async throws {
        var wrapped: [String: [UInt8]] = [:]
        for (id, key) in keys { wrapped[id] = try new.wrap(key, id: id) }
        try await store.replaceWrappedDataKeys(wrapped, recording: event)
    }
}
