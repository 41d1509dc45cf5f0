/// Why a text is not the JSON we accept, and at which byte; never repeats any of the text.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case tooLarge = "larger than allowed"
        case tooDeep = "nested deeper than allowed"
        case tooManyMembers = "more members than allowed"
        case unexpectedEnd = "ends too early"
        case unexpectedByte = "unexpected byte"
        case trailingBytes = "bytes after the value"
        case byteOrderMark = "byte order mark"
        case duplicateName = "duplicate member name"
        case invalidEscape = "invalid escape"
        case loneSurrogate = "lone surrogate"
        case controlCharacter = "unescaped control character"
        case invalidUTF8 = "invalid UTF-8"
        case invalidNumber = "invalid number"
        case numberOutOfRange = "number out of range"
        case notAnObject = "not an object"
    }

    public let kind: Kind
    public let offset: Int

    public init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    public var description: String { "JSON: \(kind.rawValue) at byte \(offset)" }
}
