import Glibc
package import OAuth

/// Finds secrets of ours in bytes that come in pieces.
///
/// Looks for the `_` that stands behind each prefix, which is rarer in text than any letter, and judges what follows with
/// ``SecretText``. Memory is the caller's buffer; no piece of a secret is kept.
package struct SecretScanner {
    /// Where a secret begins. Of the secret itself no more than its first characters.
    package struct Match: Hashable, Sendable {
        package let kind: SecretText.Kind
        /// Whether a checksum proves it.
        package let isCertain: Bool
        package let line: Int
        /// In bytes, from 1.
        package let column: Int
        package let beginning: String
    }

    /// What is shown of a secret: its prefix and four characters, 24 bits of 256.
    package static let shown = 8
    /// A run of characters that is longer is no secret of ours, and need not be kept for the next piece.
    package static let longest = SecretText.Kind.longest

    /// Bytes before a prefix that say whether it stands alone.
    private static let lookedBack = 3

    private static let underscore: UInt8 = 0x5F
    private static let lineFeed: UInt8 = 0x0A

    private var line = 1
    /// Bytes of the current line before the piece.
    private var carriedColumns = 0

    package init() {}

    /// Judges all that is complete in `bytes` and returns how many of them are done with: the rest, at most
    /// ``longest`` bytes and a prefix, has to come again at the beginning of the next piece.
    ///
    /// - Parameter isLast: whether nothing follows.
    package mutating func scan(
        _ bytes: UnsafeRawBufferPointer, isLast: Bool, _ found: (Match) -> Void
    ) -> Int {
        var counted = 0
        var end = isLast ? bytes.count : max(0, bytes.count - Self.lookedBack - 3)
        var from = 3
        var runEnd = 0
        while let place = Self.index(of: Self.underscore, in: bytes, from: from) {
            from = place + 1
            guard bytes[place - 3] == 0x74, bytes[place - 2] == 0x73, Self.isKind(bytes[place - 1]) else { continue }
            // All prefixes in one run of characters have the same end: hostile text is read once, too.
            if runEnd <= place { runEnd = Self.endOfRun(in: bytes, from: place + 1) }
            let run = (place + 1)..<runEnd
            // It may go on in the next piece, unless it is too long already.
            if !isLast, runEnd == bytes.count, run.count <= Self.longest {
                end = max(counted, place - 3 - Self.lookedBack)
                break
            }
            guard let (secret, length) = Self.secret(in: bytes, at: place - 3, run) else { continue }
            advance(over: bytes, from: counted, to: place - 3)
            counted = place - 3
            found(
                Match(
                    kind: secret.kind, isCertain: secret.isCertain, line: line, column: carriedColumns + 1,
                    beginning: Self.text(bytes, from: place - 3, count: Self.shown)))
            from = place + 1 + length
        }
        let done = max(end, counted)
        advance(over: bytes, from: counted, to: done)
        return done
    }

    /// Moves the line and the column on.
    private mutating func advance(over bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) {
        guard start < end else { return }
        var position = start
        while let place = Self.index(of: Self.lineFeed, in: bytes, from: position), place < end {
            line += 1
            carriedColumns = 0
            position = place + 1
        }
        carriedColumns += end - position
    }

    /// The secret that begins at `start`, where `run` are the characters of base64url behind its prefix, and how many of
    /// them are its own.
    private static func secret(
        in bytes: UnsafeRawBufferPointer, at start: Int, _ run: Range<Int>
    ) -> (SecretText, length: Int)? {
        guard run.count >= 43, let kind = SecretText.Kind(rawValue: text(bytes, from: start, count: 4)) else {
            return nil
        }
        let hasFixedLength = kind.bodyLength.count == 1
        // A checksum speaks for itself, whatever stands around it, where it is known at which character it ends.
        let length = kind.hasChecksum && hasFixedLength ? min(kind.bodyLength.upperBound, run.count) : run.count
        guard kind.bodyLength.contains(length) else { return nil }
        guard kind.hasChecksum && hasFixedLength || standsAlone(bytes, start) else { return nil }
        return SecretText(bytes[start..<(run.lowerBound + length)]).map { ($0, length) }
    }

    private static func standsAlone(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Bool {
        start == 0 || !isCharacter(bytes[start - 1]) || isEscaped(bytes, start)
    }

    /// Whether what stands before is the end of an escape, as in `%3Dtsk_` and `\ntsk_`.
    private static func isEscaped(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Bool {
        (start >= 2 && bytes[start - 2] == 0x5C) || (start >= 3 && bytes[start - 3] == 0x25)
    }

    private static func endOfRun(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var end = start
        while end < bytes.count, isCharacter(bytes[end]) { end += 1 }
        return end
    }

    /// Whether a kind of secret has this letter.
    private static func isKind(_ byte: UInt8) -> Bool { letters.contains(byte) }
    private static let letters = Set(SecretText.Kind.allCases.compactMap { $0.prefix.utf8.dropFirst(2).first })

    private static func isCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }

    private static func text(_ bytes: UnsafeRawBufferPointer, from start: Int, count: Int) -> String {
        String(decoding: bytes[start..<min(bytes.count, start + count)], as: UTF8.self)
    }

    private static func index(of byte: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress,
            let place = memchr(base + start, Int32(byte), bytes.count - start)
        else { return nil }
        return UnsafeRawPointer(place) - base
    }
}
