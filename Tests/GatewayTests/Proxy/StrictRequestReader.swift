/// Reads HTTP/1.1 requests by the letter of RFC 9112, repairing nothing; written apart from the server's own reader, to
/// judge what that lets through.
struct StrictRequestReader: Sendable {
    struct Request: Hashable, Sendable {
        var method = ""
        var target = ""
        var fields: [[String]] = []
        var content: [UInt8] = []

        func values(_ name: String) -> [String] { fields.filter { $0[0] == name }.map { $0[1] } }
    }

    struct Problem: Error {
        let text: String
    }

    private var bytes: [UInt8] = []

    /// The requests that are complete with these bytes.
    mutating func take(_ more: [UInt8]) throws(Problem) -> [Request] {
        bytes += more
        var requests: [Request] = []
        while let (request, length) = try Self.request(bytes) {
            requests.append(request)
            bytes.removeFirst(length)
        }
        return requests
    }

    private static func request(_ bytes: [UInt8]) throws(Problem) -> (Request, Int)? {
        var position = 0
        guard let first = try line(bytes, &position) else { return nil }
        let words = first.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 3, words[2] == "HTTP/1.1", !words[0].isEmpty, words[0].utf8.allSatisfy(isToken),
            words[1].utf8.first == 0x2F, words[1].utf8.allSatisfy(isTarget)
        else { throw Problem(text: "request line: \(first)") }
        var request = Request(method: words[0], target: words[1])
        while true {
            guard let text = try line(bytes, &position) else { return nil }
            if text.isEmpty { break }
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.allSatisfy(isToken) else {
                throw Problem(text: "field: \(text)")
            }
            let value = String(parts[1].drop { $0 == " " })
            guard !value.hasSuffix(" ") else { throw Problem(text: "field: \(text)") }
            request.fields.append([parts[0].lowercased(), value])
        }
        guard request.values("host").count == 1 else { throw Problem(text: "host") }
        let lengths = request.values("content-length")
        let codings = request.values("transfer-encoding")
        guard lengths.count + codings.count <= 1 else { throw Problem(text: "framing twice") }
        if let coding = codings.first {
            guard coding == "chunked" else { throw Problem(text: "coding: \(coding)") }
            guard let content = try chunks(bytes, &position) else { return nil }
            request.content = content
        } else if let text = lengths.first {
            guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(text) else {
                throw Problem(text: "length: \(text)")
            }
            guard bytes.count - position >= length else { return nil }
            request.content = Array(bytes[position..<(position + length)])
            position += length
        }
        return (request, position)
    }

    private static func chunks(_ bytes: [UInt8], _ position: inout Int) throws(Problem) -> [UInt8]? {
        var content: [UInt8] = []
        while true {
            guard let text = try line(bytes, &position) else { return nil }
            guard (1...8).contains(text.utf8.count), let size = Int(text, radix: 16), !text.hasPrefix("+") else {
                throw Problem(text: "chunk: \(text)")
            }
            guard bytes.count - position >= size else { return nil }
            content += bytes[position..<(position + size)]
            position += size
            // The line end of the chunk, or of the trailer section, which has to be empty.
            guard let end = try line(bytes, &position) else { return nil }
            guard end.isEmpty else { throw Problem(text: "chunk end: \(end)") }
            if size == 0 { return content }
        }
    }

    /// The next line; a CR or LF alone, and any other control character, is a problem.
    private static func line(_ bytes: [UInt8], _ position: inout Int) throws(Problem) -> String? {
        var index = position
        while index < bytes.count, bytes[index] != 0x0D {
            guard bytes[index] >= 0x20 && bytes[index] != 0x7F || bytes[index] == 0x09 else {
                throw Problem(text: "control character \(bytes[index])")
            }
            index += 1
        }
        guard index + 1 < bytes.count else { return nil }
        guard bytes[index + 1] == 0x0A else { throw Problem(text: "CR without LF") }
        defer { position = index + 2 }
        return String(decoding: bytes[position..<index], as: UTF8.self)
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// `pchar`, `/` and `?` (RFC 3986 §3).
    private static func isTarget(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~!$&'()*+,;=:@/?%".utf8.contains(byte)
        }
    }
}
