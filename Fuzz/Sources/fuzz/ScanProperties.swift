import Crypto
import OAuth

/// What must hold for the search for secrets in any bytes.
enum ScanProperties {
    /// In pieces it finds what it finds in the whole, and a key of ours wherever it is put.
    static func bytes(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let text = Array(bytes.dropFirst())
        let size = Int(first % 100) + 1
        let whole = matches(text, inPiecesOf: .max)
        precondition(matches(text, inPiecesOf: size) == whole, "pieces are read differently")
        for match in whole {
            precondition(match.line >= 1 && match.column >= 1 && match.beginning.utf8.count <= 8, "an odd place")
            precondition(match.beginning.hasPrefix(match.kind.prefix), "another kind")
        }
        let drawn = Array(SHA256.hash(data: bytes))
        let key = Array(APIKeyText.make(from: SecretGenerator { _ in drawn }).secret.revealedValue.utf8)
        let place = text.isEmpty ? 0 : Int(drawn[0]) % (text.count + 1)
        let planted = text[..<place] + key + text[place...]
        let found = matches(Array(planted), inPiecesOf: size)
        let beginning = String(decoding: key.prefix(SecretScanner.shown), as: UTF8.self)
        precondition(found.contains { $0.isCertain && $0.beginning == beginning }, "a key was not found")
        precondition(found == matches(Array(planted), inPiecesOf: .max), "pieces with a key are read differently")
    }

    private static func matches(_ bytes: [UInt8], inPiecesOf size: Int) -> [SecretScanner.Match] {
        var scanner = SecretScanner()
        var found: [SecretScanner.Match] = []
        var (start, end) = (0, 0)
        while true {
            let isLast = end == bytes.count
            if !isLast { end = bytes.count - end > size ? end + size : bytes.count }
            let piece = bytes[start..<end]
            let done = piece.withUnsafeBytes { scanner.scan($0, isLast: isLast) { found.append($0) } }
            precondition((0...piece.count).contains(done), "more done than there is")
            start += done
            if isLast { return found }
        }
    }
}
