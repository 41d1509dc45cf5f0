import OAuth

/// Where a browser wants to be after it has signed in: a path of the same host with its query, in one spelling, and
/// never an address of the gateway's own.
package struct ReturnTarget: Hashable, Sendable, CustomStringConvertible {
    package static let maximumBytes = 2_048

    /// Why something is no such place.
    package enum Problem: Error, Hashable, Sendable, CaseIterable {
        case tooLong
        /// A space, a control character, `\`, `#` or an octet that is no ASCII.
        case character
        /// No path that is read in one way only: what leads to another host is none.
        case path
        case query
        /// Below `/.tessera/`: that would lead from sign-in to sign-in.
        case own
    }

    package let path: NormalisedPath
    /// As `Location` of an answer, and behind `to=`.
    package let text: String

    package var description: String { text }

    /// The front page.
    package static let start = ReturnTarget(path: .root, text: NormalisedPath.root.text)

    private init(path: NormalisedPath, text: String) {
        self.path = path
        self.text = text
    }

    /// - Parameter target: path and query, as they stand in a request.
    package init(_ target: String) throws(Problem) {
        guard target.utf8.count <= Self.maximumBytes else { throw .tooLong }
        guard target.utf8.allSatisfy(Self.isAllowed) else { throw .character }
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        let path: NormalisedPath
        do { path = try NormalisedPath(String(target[..<(mark ?? target.endIndex)])) } catch { throw .path }
        guard !OwnPath.holds(path) else { throw .own }
        self.path = path
        guard let mark else {
            text = path.text
            return
        }
        guard let query = ForwardedQuery.escaped(String(target[mark...].dropFirst())) else { throw .query }
        let text = path.text + "?" + query
        // Escapes are longer than what they stand for.
        guard text.utf8.count <= Self.maximumBytes else { throw .tooLong }
        self.text = text
    }

    /// Reads the query of `sign-in?to=…`: what follows `to=` is the target as it stands, or as a form encodes it.
    package init(asked query: String?) throws(Problem) {
        guard let query, !query.isEmpty else {
            self = .start
            return
        }
        guard query.utf8.starts(with: "to=/".utf8) else {
            guard query.utf8.count <= 4 * Self.maximumBytes, let form = try? FormParameters(Array(query.utf8)) else {
                throw .character
            }
            try self.init(form["to"] ?? Self.start.text)
            return
        }
        try self.init(String(decoding: query.utf8.dropFirst(3), as: UTF8.self))
    }

    /// The address that leads through a sign-in to this place.
    package var signInAddress: String { OwnPath.signIn.path + "?to=" + text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "#") && byte != Octet.backslash
    }
}
