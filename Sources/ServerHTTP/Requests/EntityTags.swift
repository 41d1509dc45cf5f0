/// Reads the validators that a client sends with a request.
enum EntityTags {
    /// Whether `If-None-Match` names this one, with the weak comparison that RFC 9110 §13.1.2 asks for.
    static func match(_ headers: HeaderFields, _ etag: String) -> Bool {
        guard headers.first("if-none-match") != nil else { return false }
        return headers.all("if-none-match").contains { value in
            value.utf8.split(separator: UInt8(ascii: ",")).contains { part in
                var text = Substring(part)
                while text.first == " " || text.first == "\t" { text.removeFirst() }
                while text.last == " " || text.last == "\t" { text.removeLast() }
                if text.hasPrefix("W/") { text = text.dropFirst(2) }
                return text == "*" || text == etag[...]
            }
        }
    }
}
