/// The query of a request in the one spelling that everybody behind the gateway reads alike.
package enum ForwardedQuery {
    /// What RFC 3986 §3.4 has no room for is escaped, so that nobody behind has to repair it; `nil` for a percent sign that
    /// escapes nothing.
    package static func escaped(_ query: String) -> String? {
        let bytes = Array(query.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            if byte == Octet.percent {
                guard index + 2 < bytes.count, Octet.hexDigit(bytes[index + 1]) != nil,
                    Octet.hexDigit(bytes[index + 2]) != nil
                else { return nil }
                output.append(byte)
            } else if Octet.isPlain(byte) || byte == UInt8(ascii: "?") || byte == Octet.semicolon {
                output.append(byte)
            } else {
                output += [Octet.percent, Octet.hexDigits[Int(byte >> 4)], Octet.hexDigits[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
