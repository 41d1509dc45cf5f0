import OAuth

extension GatewayProperties {
    /// A place on the same host that is no address of the gateway's own, in a spelling that stays.
    static func returnTarget(_ bytes: [UInt8]) {
        guard let query = String(validating: bytes, as: UTF8.self), let target = try? ReturnTarget(asked: query) else {
            return
        }
        let text = Array(target.text.utf8)
        precondition(text.first == UInt8(ascii: "/"), "not on this host")
        precondition(text.dropFirst().first != UInt8(ascii: "/"), "another host")
        precondition(text.count <= ReturnTarget.maximumBytes, "too long")
        precondition(text.allSatisfy { (0x21...0x7E).contains($0) }, "what no header field has")
        precondition(!text.contains(UInt8(ascii: "\\")) && !text.contains(UInt8(ascii: "#")), "a separator")
        let path = text.prefix { $0 != UInt8(ascii: "?") }
        let meaning = unescaped(String(decoding: path, as: UTF8.self)).map {
            (0x41...0x5A).contains($0) ? $0 | 0x20 : $0
        }
        precondition(
            !meaning.starts(with: "/.tessera/".utf8) && !meaning.elementsEqual("/.tessera".utf8), "the gateway itself")
        precondition((try? ReturnTarget(target.text)) == target, "the spelling is not the last one")
        precondition((try? ReturnTarget(asked: "to=" + target.text)) == target, "it does not survive its own link")
    }
}
