import Crypto
import JOSE
import OAuth
import Storage

/// A refresh token taken apart: which generation of which family it claims to be.
///
/// `tsr_` and the base64url of `version (1) ‖ grant (16) ‖ generation (8) ‖ HMAC-SHA256 (32) ‖ CRC-32 of all before (4)`.
/// The code is made with the key of the family, so that the store keeps one row for a family and not one for each token,
/// a repeat gets the same successor, and nobody else can name a generation, old or new.
struct RefreshToken: Sendable {
    static let prefix = "tsr_"
    static let grantLength = 16
    private static let version: UInt8 = 1
    private static let headLength = 1 + grantLength + 8
    private static let codeLength = 32
    private static let checksumLength = 4
    private static let length = headLength + codeLength + checksumLength

    let grant: GrantID
    let generation: Int64
    private let code: [UInt8]

    /// `nil` for anything but the one spelling of a token of this version.
    init?(_ token: Secret) {
        let text = token.revealedValue
        // 61 bytes are 82 characters; longer text is refused before it is decoded.
        guard text.hasPrefix(Self.prefix), text.utf8.count <= 128,
            let bytes = try? Base64URL.decode(utf8: text.utf8.dropFirst(Self.prefix.utf8.count)),
            bytes.count == Self.length, bytes[0] == Self.version
        else { return nil }
        let end = Self.headLength + Self.codeLength
        guard CRC32.of(bytes[..<end]) == bytes[end...].reduce(UInt32(0), { $0 << 8 | UInt32($1) }) else { return nil }
        grant = GrantID(unchecked: Base64URL.encode(Array(bytes[1...Self.grantLength])))
        let number = bytes[(1 + Self.grantLength)..<Self.headLength].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        generation = Int64(bitPattern: number)
        code = Array(bytes[Self.headLength..<end])
    }

    /// Compared in constant time.
    ///
    /// - Parameter known: the code of this very generation, if it need not be made again.
    func isGenuine(_ key: RefreshKey, known: RefreshKey.Code? = nil) -> Bool {
        if let known { return known == code }
        guard let head = Self.head(grant, generation) else { return false }
        return key.code(of: head) == code
    }

    /// The token of a generation and its code; `nil` for a grant that no authorization of ours is named by.
    static func text(_ grant: GrantID, generation: Int64, key: RefreshKey) -> (token: Secret, code: RefreshKey.Code)? {
        guard var bytes = head(grant, generation) else { return nil }
        let code = key.code(of: bytes)
        bytes.append(contentsOf: code)
        let checksum = CRC32.of(bytes)
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: checksum >> UInt32(shift))) }
        return (Secret(prefix + Base64URL.encode(bytes)), code)
    }

    private static func head(_ grant: GrantID, _ generation: Int64) -> [UInt8]? {
        guard let id = try? Base64URL.decode(grant.rawValue), id.count == grantLength else { return nil }
        let number = UInt64(bitPattern: generation)
        return [version] + id + (0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
    }
}

/// The key of one refresh token family, ready to make and to check the codes of its generations.
struct RefreshKey: Sendable {
    typealias Code = HMAC<SHA256>.MAC

    /// Has taken the key and the issuer: a request needs two codes, which differ in nothing else.
    private let begun: HMAC<SHA256>

    init(_ bytes: [UInt8], issuer: Issuer) {
        var begun = HMAC<SHA256>(key: SymmetricKey(data: bytes))
        begun.update(data: Array("tessera refresh".utf8) + Array(issuer.rawValue.utf8))
        self.begun = begun
    }

    /// The head has a fixed length, so no two issuers and heads make the same message.
    func code(of head: [UInt8]) -> Code {
        var code = begun
        code.update(data: head)
        return code.finalize()
    }
}

/// The keys of refresh token families, which are stored sealed.
struct RefreshKeys: Sendable {
    let issuer: Issuer
    let sealer: SecretSealer

    /// A key for a new family, and how it is stored.
    func make(for grant: GrantID, from secrets: SecretGenerator) throws -> (key: RefreshKey, sealed: [UInt8]) {
        let bytes = secrets.bytes(32)
        return (RefreshKey(bytes, issuer: issuer), try sealer.seal(bytes, context: Self.context(grant)))
    }

    func key(of family: RefreshFamily) throws -> RefreshKey {
        guard let bytes = try? sealer.open(family.sealedKey, context: Self.context(family.grant)), bytes.count == 32
        else { throw StoreError.damaged("refresh_family.key") }
        return RefreshKey(bytes, issuer: issuer)
    }

    func token(
        _ grant: GrantID, generation: Int64, key: RefreshKey
    ) throws -> (token: Secret, code: RefreshKey.Code) {
        guard let token = RefreshToken.text(grant, generation: generation, key: key) else {
            throw StoreError.damaged("authorization.id")
        }
        return token
    }

    private static func context(_ grant: GrantID) -> String { "refresh_family.key.\(grant)" }
}
