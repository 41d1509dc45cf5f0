/// The members of a `Connection` field: names that concern one connection only (RFC 9110 §7.6.1).
enum ConnectionOptions {
    static func read(_ value: String) -> [String] {
        value.utf8.split(separator: UInt8(ascii: ",")).map { part in
            var bytes = part.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }[...]
            while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
            while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
