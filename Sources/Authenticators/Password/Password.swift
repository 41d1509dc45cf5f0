// All of Foundation: normalisation is not part of FoundationEssentials.
import Foundation
import OAuth

/// A password as somebody typed it, in the one form in which it is hashed and compared.
///
/// The form is that of OpaqueString (RFC 8265 §4.2.2): spaces of other scripts become the plain one, and then NFC, so
/// that two keyboards that spell `é` differently type the same password. No other character is refused but controls.
package struct Password: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// In bytes, after normalisation.
    package static let maximumLength = 1_024
    /// Normalisation makes text at most three times shorter; beyond that nothing is looked at.
    private static let maximumTypedLength = 3 * maximumLength

    private let secret: Secret

    /// Judges what a form carried. A password that is refused here was never somebody's.
    package init(_ typed: String) throws(PasswordError) {
        guard !typed.isEmpty else { throw .empty }
        guard typed.utf8.count <= Self.maximumTypedLength else { throw .tooLong }
        guard typed.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw .controlCharacter
        }
        var spaced = String.UnicodeScalarView()
        for scalar in typed.unicodeScalars {
            spaced.append(scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
        }
        let text = String(spaced).precomposedStringWithCanonicalMapping
        guard text.utf8.count <= Self.maximumLength else { throw .tooLong }
        secret = Secret(text)
    }

    package var revealedValue: String { secret.revealedValue }
    var bytes: [UInt8] { Array(secret.revealedValue.utf8) }

    package var description: String { "<password>" }
    package var debugDescription: String { "<password>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why what was typed cannot be a password.
package enum PasswordError: Error, Equatable {
    case empty
    /// More than ``Password/maximumLength`` bytes.
    case tooLong
    /// NUL, a line end or another control character, which other software would cut at or change.
    case controlCharacter
}
