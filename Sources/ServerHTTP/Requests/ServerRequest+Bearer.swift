import OAuth

extension ServerRequest {
    /// RFC 6750 §2.1, the one way to present a token here; two headers, or another scheme, present none.
    var bearerToken: Secret? {
        guard headers.count("authorization") == 1, let value = headers.first("authorization") else { return nil }
        // RFC 9110 §11.1: the scheme is case-insensitive.
        let scheme = value.utf8.prefix(7).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        guard scheme == Array("bearer ".utf8) else { return nil }
        return Secret(String(decoding: value.utf8.dropFirst(7).drop { $0 == 0x20 }, as: UTF8.self))
    }
}
