/// What must hold of every path that the gateway takes; a broken property ends the process like a crash.
enum GatewayProperties {
    /// One spelling, which names what the input names and nothing that another reader resolves to another place.
    static func path(_ bytes: [UInt8]) {
        guard let written = String(validating: bytes, as: UTF8.self), let path = try? NormalisedPath(written) else {
            return
        }
        let again = try? NormalisedPath(path.text)
        precondition(again?.text == path.text, "the spelling is not the last one")
        precondition(unescaped(path.text) == unescaped(written), "another path than was asked for")
        precondition(path.text.utf8.first == UInt8(ascii: "/"), "no path")
        precondition(path.text.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "an octet that no target has")
        var meaning = unescaped(path.text)
        // However often another server unescapes.
        for _ in 0..<3 {
            let segments = meaning.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            precondition(segments.first?.isEmpty == true, "no leading slash")
            precondition(segments.dropFirst().dropLast().allSatisfy { !$0.isEmpty }, "an empty segment")
            for segment in segments {
                precondition(!segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8), "a dot segment")
            }
            precondition(!meaning.contains(where: { $0 < 0x20 || $0 == 0x7F }), "a control character")
            precondition(!meaning.contains(UInt8(ascii: "\\")) && !meaning.contains(UInt8(ascii: ";")), "a separator")
            meaning = unescaped(String(decoding: meaning, as: UTF8.self))
        }
    }

    /// As lenient servers do it: what is no escape stays.
    static func unescaped(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            // Swift reads `+d` and `-0` as numbers, too.
            guard byte == UInt8(ascii: "%"), digits.count == 2, !digits.contains(where: { $0 == 0x2B || $0 == 0x2D }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else {
                output.append(byte)
                continue
            }
            output.append(value)
            rest = rest.dropFirst(2)
        }
        return output
    }
}
