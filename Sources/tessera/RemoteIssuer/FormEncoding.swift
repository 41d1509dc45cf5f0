/// `application/x-www-form-urlencoded` (RFC 6749 Appendix B): unreserved characters stay, a space becomes `+`.
enum FormEncoding {
    static func encode(_ text: String) -> String {
        // In percent-encoded text every %20 stands for a space and nothing else does.
        PercentEncoding.encode(text).split(separator: "%20", omittingEmptySubsequences: false).joined(separator: "+")
    }
}
