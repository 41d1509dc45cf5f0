extension String {
    /// Equality of the encoded bytes: `==` uses canonical equivalence, under which two different names could be one.
    @inline(__always)
    func hasSameUTF8(as other: String) -> Bool {
        // Equal bytes are always equal text too, and `==` is the quickest way to tell short texts apart.
        guard utf8.count == other.utf8.count, self == other else { return false }
        var left = self
        var right = other
        return left.withUTF8 { left in right.withUTF8 { right in left.elementsEqual(right) } }
    }

    /// Feeds the encoded bytes to a hasher, in agreement with ``hasSameUTF8(as:)``.
    func hashUTF8(into hasher: inout Hasher) {
        var copy = self
        copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(UInt8(0xFF))
    }

    /// Equality of ASCII letters in either case and of all other bytes exactly, as media types compare.
    func hasSameASCII(ignoringCaseOf other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        for (left, right) in zip(utf8, other.utf8) where left != right {
            let letter = left | 0x20
            guard letter == right | 0x20, letter >= UInt8(ascii: "a"), letter <= UInt8(ascii: "z") else { return false }
        }
        return true
    }
}
