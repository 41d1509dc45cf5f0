import JOSE
import OAuth

/// What must hold for whatever a reader of the revocation feed is sent: what is read is what stands there, and is written
/// the same way.
enum RevocationProperties {
    static func feed(_ bytes: [UInt8]) {
        entries(bytes)
        document(bytes)
        eventID(bytes)
        guard let claims = try? JSONObject(parsing: bytes) else { return }
        message(claims)
        head(claims)
    }

    /// Cut anywhere it is the same entries, or the same refusal.
    private static func entries(_ bytes: [UInt8]) {
        let whole = try? RevocationEntryReader.entries(bytes[...])
        if let whole {
            var written: [UInt8] = []
            for entry in whole { entry.append(to: &written) }
            precondition(written == bytes, "entries are written in two ways")
        }
        let cut = bytes.isEmpty ? 0 : Int(bytes[0]) % bytes.count
        var summary = RevocationEntriesSummary()
        var read: [RevocationEntry] = []
        let isRead =
            (try? summary.take(Array(bytes[..<cut]), { read.append($0) })) != nil
            && (try? summary.take(Array(bytes[cut...]), { read.append($0) })) != nil
        precondition(summary.count == read.count, "miscounted")
        if let whole { precondition(isRead && read == whole, "pieces are read differently") }
    }

    private static func document(_ bytes: [UInt8]) {
        guard let length = RevocationSnapshot.headLength(bytes.prefix(RevocationSnapshot.prefixLength)) else { return }
        precondition((1...CompactJWS.maximumBytes).contains(length), "a head that is no signed message")
    }

    private static func eventID(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self),
            let id = RevocationPosition.parse(eventID: text)
        else { return }
        precondition(
            RevocationPosition(feed: id.feed, sequence: id.sequence, link: "").eventID == text, "another event")
    }

    private static func message(_ claims: JSONObject) {
        guard let message = try? RevocationMessage(claims) else { return }
        guard let written = try? JSONObject(parsing: message.json, limits: .document(maximumBytes: 1 << 20)) else {
            preconditionFailure("a message is written that nobody reads")
        }
        precondition((try? RevocationMessage(written)) == message, "another message")
        precondition(message.entries.allSatisfy { $0.value > 0 }, "an entry that ends nothing")
    }

    private static func head(_ claims: JSONObject) {
        guard let head = try? RevocationSnapshot(claims) else { return }
        guard let written = try? JSONObject(parsing: head.json, limits: .document(maximumBytes: 1 << 20)) else {
            preconditionFailure("a head is written that nobody reads")
        }
        precondition((try? RevocationSnapshot(written)) == head, "another head")
    }
}
