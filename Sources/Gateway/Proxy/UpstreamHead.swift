/// The head of an upstream's answer on a connection that may leave HTTP, read as strictly as a request (RFC 9112 §4, §5).
package struct UpstreamHead: Sendable {
    package let status: Int
    package let fields: [(name: String, value: String)]

    package struct Malformed: Error, Hashable {}

    /// Where the head ends in what has come so far, looked for behind what was looked through before.
    package static func end(of bytes: [UInt8], after known: Int = 0) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in max(3, known)..<max(3, bytes.count)
        where bytes[index] == 10 && bytes[index - 1] == 13 && bytes[index - 2] == 10 && bytes[index - 3] == 13 {
            return index + 1
        }
        return nil
    }

    /// Reads `HTTP/1.1 101 …`, its fields and the empty line behind them.
    package init(_ bytes: ArraySlice<UInt8>) throws(Malformed) {
        guard bytes.suffix(4).elementsEqual([13, 10, 13, 10]) else { throw Malformed() }
        let lines = bytes.dropLast(2).split(separator: 10, omittingEmptySubsequences: false).dropLast()
        var status: Int?
        var fields: [(name: String, value: String)] = []
        for line in lines {
            guard line.last == 13 else { throw Malformed() }
            let line = line.dropLast()
            guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw Malformed() }
            if status == nil {
                status = try Self.status(line)
            } else {
                fields.append(try Self.field(line))
            }
        }
        guard let status else { throw Malformed() }
        self.status = status
        self.fields = fields
    }

    /// RFC 9112 §4: three digits, and nothing beside them but what a space begins.
    private static func status(_ line: ArraySlice<UInt8>) throws(Malformed) -> Int {
        let code = line.dropFirst(9)
        guard line.starts(with: "HTTP/1.1 ".utf8), code.count >= 3, code.dropFirst(3).first.map({ $0 == 0x20 }) ?? true,
            code.prefix(3).allSatisfy({ (0x30...0x39).contains($0) })
        else { throw Malformed() }
        let status = code.prefix(3).reduce(0) { $0 &* 10 &+ Int($1 - 0x30) }
        guard (100...599).contains(status) else { throw Malformed() }
        return status
    }

    /// RFC 9112 §5.1: no space before the colon, and no line that goes on in the next.
    private static func field(_ line: ArraySlice<UInt8>) throws(Malformed) -> (name: String, value: String) {
        guard let colon = line.firstIndex(of: 0x3A), colon > line.startIndex,
            line[..<colon].allSatisfy(isTokenCharacter)
        else { throw Malformed() }
        var value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
        while let last = value.last, last == 0x20 || last == 0x09 { value = value.dropLast() }
        return (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    /// RFC 9110 §5.6.2
    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
