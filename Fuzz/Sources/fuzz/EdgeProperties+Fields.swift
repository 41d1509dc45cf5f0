import Risk

/// What must hold for every value of the fields that the edge reads itself.
extension EdgeProperties {
    /// Each line is a `Cookie` field: a name that is given once has the value that stands there, any other has none.
    static func cookies(_ bytes: [UInt8]) {
        guard bytes.count <= Cookies.maximumBytes + 200, let values = fieldValues(bytes) else { return }
        let cookies = Cookies(HeaderFields(values.map { HeaderFields.Field(name: "cookie", value: $0) }))
        // RFC 9113 §8.2.3: fields that were split are one.
        let joined = Cookies(HeaderFields([.init(name: "cookie", value: values.joined(separator: ";"))]))
        let pairs = values.flatMap { $0.utf8.split(separator: UInt8(ascii: ";")).map(Array.init) }
        var given: [[UInt8]: Int] = [:]
        for pair in pairs where pair.contains(UInt8(ascii: "=")) {
            given[trimmed(pair.prefix { $0 != UInt8(ascii: "=") }), default: 0] += 1
        }
        let length = values.reduce(0) { $0 + $1.utf8.count }
        for (name, count) in given {
            let text = String(decoding: name, as: UTF8.self)
            if length + values.count <= Cookies.maximumBytes {
                precondition(cookies[text] == joined[text], "a cookie depends on how the fields are split")
            }
            guard let value = cookies[text] else { continue }
            precondition(count == 1 && pairs.count <= Cookies.maximumCount, "one of two cookies was believed")
            precondition(length <= Cookies.maximumBytes, "too many cookies")
            precondition(value.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != 0x22 && $0 != 0x5C }, "no cookie-octet")
            precondition(
                pairs.contains { trimmed($0[...]) == name + [UInt8(ascii: "=")] + Array(value.utf8) },
                "a cookie was rewritten")
        }
    }

    /// Tags that stand in the value, best first, and few; of one range nothing but the grammar's weights counts.
    static func language(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        for tags in [LanguageRange.accepted(text), LanguageRange.listed(text)] {
            precondition(tags.count <= LanguageRange.maximumCount, "too many languages")
            precondition(tags.isEmpty || bytes.count <= LanguageRange.maximumBytes, "a long field was read")
            for tag in tags {
                precondition(2...35 ~= tag.utf8.count && tag.utf8.allSatisfy { isAlphanumeric($0) }, "no tag")
                // Blanks are taken out of the tags of `Accept-Language`.
                precondition(bytes.filter { !ByteClass.isBlank($0) }.contains(Array(tag.utf8)), "an invented tag")
            }
        }
        let accepted = LanguageRange.accepted(text)
        precondition(LanguageRange.accepted(accepted.joined(separator: ", ")) == accepted, "another order")
        let listed = LanguageRange.listed(text)
        precondition(LanguageRange.listed(listed.joined(separator: " ")) == listed, "another order")
        guard bytes.count < 64, !bytes.contains(where: { [0x20, 0x09, 0x2C, 0x3B].contains($0) }) else { return }
        let isTaken = !LanguageRange.accepted("de;q=" + text).isEmpty
        precondition(isTaken == isPositiveWeight(bytes), "a weight that is none, or none that is one")
    }

    /// `qvalue` of RFC 9110 §12.4.2, other than zero.
    private static func isPositiveWeight(_ bytes: [UInt8]) -> Bool {
        let zero = UInt8(ascii: "0")
        guard let first = bytes.first, bytes.count <= 5, bytes.dropFirst().first ?? 0x2E == 0x2E else { return false }
        let digits = bytes.dropFirst(2)
        if first == UInt8(ascii: "1") { return digits.allSatisfy { $0 == zero } }
        return first == zero && digits.allSatisfy { 0x30...0x39 ~= $0 } && digits.contains { $0 != zero }
    }

    /// Whatever a client claims, the client is whom the last trusted proxy saw.
    static func proxies(_ bytes: [UInt8]) {
        guard let values = fieldValues(bytes), let near = AddressRange("10.0.0.0/8"), let far = AddressRange("fd00::/8")
        else { return }
        let proxies = TrustedProxies(ranges: [near, far])
        let peer = Peer(address: "10.0.0.1")
        let stranger = Peer(address: "203.0.113.9")
        for name in ["x-forwarded-for", "forwarded"] {
            let claimed = HeaderFields(values.map { HeaderFields.Field(name: name, value: $0) })
            let client = proxies.client(of: peer, claimed)
            let address = client.clientAddress
            precondition(address.map(isCanonical) ?? true, "no address, or one in another spelling")
            precondition(address == nil || !proxies.contains(client), "a proxy is the client")
            precondition(address != nil || client.address == peer.address, "nobody has an address of its own")
            precondition(proxies.client(of: stranger, claimed) == stranger, "a stranger was believed")
            let start = name == "forwarded" ? "for=" : ""
            var seen = claimed
            seen.append(name, start + "192.0.2.7")
            precondition(proxies.client(of: peer, seen).address == "192.0.2.7", "a client chose its address")
            seen.append(name, start + "10.0.0.2")
            precondition(proxies.client(of: peer, seen).address == "192.0.2.7", "a client chose its address")
            let line = HeaderFields([
                .init(name: name, value: (values + [start + "192.0.2.7"]).joined(separator: ", "))
            ])
            precondition(proxies.client(of: peer, line).address == "192.0.2.7", "a client chose its address")
            seen.append(name == "forwarded" ? "x-forwarded-for" : "forwarded", "192.0.2.8")
            precondition(proxies.client(of: peer, seen).clientAddress == nil, "two truths were believed")
        }
        for value in values {
            guard let range = AddressRange(value) else { continue }
            precondition(AddressRange(range.description) == range, "a range is read differently the second time")
        }
    }

    private static func isCanonical(_ address: String) -> Bool {
        let proxy = TrustedProxies(ranges: [AddressRange(address)].compactMap { $0 })
        return AddressRange(address)?.description == address && proxy.contains(Peer(address: address))
    }

    /// A validator matches by whole members of the list only.
    static func entityTags(_ bytes: [UInt8]) {
        guard let values = fieldValues(bytes) else { return }
        let tag = #""abc""#
        let headers = HeaderFields(values.map { HeaderFields.Field(name: "if-none-match", value: $0) })
        let members = values.flatMap { $0.utf8.split(separator: UInt8(ascii: ",")).map { trimmed(Array($0)[...]) } }
        let expected = [tag, "W/" + tag, "*", "W/*"].map { Array($0.utf8) }
        precondition(EntityTags.match(headers, tag) == members.contains { expected.contains($0) }, "another validator")
    }

    // MARK: What they share

    /// The lines as values of fields; `nil` for what no field can hold.
    private static func fieldValues(_ bytes: [UInt8]) -> [String]? {
        let lines = bytes.split(separator: ByteClass.lineFeed, omittingEmptySubsequences: false)
        let values = lines.compactMap { line in
            line.allSatisfy(ByteClass.isFieldValue) ? String(validating: line, as: UTF8.self) : nil
        }
        return values.count == lines.count ? values : nil
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let start = bytes.drop(while: ByteClass.isBlank)
        return start.reversed().drop(while: ByteClass.isBlank).reversed()
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D: true
        default: false
        }
    }
}
