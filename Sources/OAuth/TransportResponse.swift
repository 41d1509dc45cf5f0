/// What another party answered.
public struct TransportResponse: Sendable {
    public var status: Int
    public var headers: TransportHeaders
    public var body: [UInt8]

    public init(status: Int, headers: TransportHeaders = TransportHeaders(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// For answers of which only the media type matters.
    public init(status: Int, contentType: String?, body: [UInt8]) {
        self.init(status: status, headers: TransportHeaders([("content-type", contentType ?? "")]), body: body)
    }

    /// Whether the media type is `expected`, whatever its parameters and letter case.
    public func isOf(type expected: String) -> Bool { headers.isOf(type: expected) }
}

/// The beginning of an answer that goes on. To stop reading is to end it.
public struct TransportStream: Sendable {
    public var status: Int
    public var headers: TransportHeaders
    /// Each as it arrived, cut anywhere. A transport makes it so that what is not read waits at the sender.
    public var chunks: AsyncThrowingStream<[UInt8], any Error>

    public init(status: Int, headers: TransportHeaders, chunks: AsyncThrowingStream<[UInt8], any Error>) {
        self.status = status
        self.headers = headers
        self.chunks = chunks
    }
}

/// The fields of an answer, by name in any letter case.
public struct TransportHeaders: Sendable {
    private var values: [String: String] = [:]

    /// - Parameter fields: as they came; several of one name are joined, as RFC 9110 §5.3 allows.
    public init(_ fields: some Sequence<(String, String)> = EmptyCollection<(String, String)>()) {
        for (name, value) in fields where !value.isEmpty {
            let name = name.lowercased()
            values[name] = values[name].map { $0 + ", " + value } ?? value
        }
    }

    public subscript(name: String) -> String? { values[name.lowercased()] }

    /// Whether the media type is `expected`, whatever its parameters and letter case.
    public func isOf(type expected: String) -> Bool {
        guard let type = self["content-type"] else { return false }
        let bare = type.prefix { $0 != ";" }.utf8.filter { $0 != 0x20 && $0 != 0x09 }
        return bare.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } == Array(expected.utf8)
    }

    /// For how long the answer may be kept (`max-age`, RFC 9111 §5.2.2.1); zero if it may not, `nil` if it does not say.
    public var lifetime: Duration? {
        guard let text = self["cache-control"] else { return nil }
        var found: Duration?
        for part in text.split(separator: ",") {
            let directive = part.utf8.filter { $0 != 0x20 && $0 != 0x09 && $0 != 0x22 }
            let name = String(decoding: directive.prefix { $0 != 0x3D }, as: UTF8.self).lowercased()
            if name == "no-store" || name == "no-cache" { return .zero }
            guard name == "max-age" else { continue }
            let digits = String(decoding: directive.dropFirst(name.utf8.count + 1), as: UTF8.self)
            // RFC 9111 §5.2.2.1: a number too large is a long time, and what is no number is none.
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return .zero }
            found = .seconds(min(Int64(digits) ?? Int64.max, 10 * 366 * 86_400))
        }
        return found
    }
}
