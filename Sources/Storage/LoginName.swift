import Foundation  // precomposedStringWithCompatibilityMapping is not in FoundationEssentials

/// A user name or e-mail address in the one form in which it is compared and stored: NFKC, lower case, without spaces
/// around.
package struct LoginName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// In bytes.
    package static let maximumLength = 254

    package let rawValue: String

    /// From a store, which only holds canonical names.
    package init(canonical rawValue: String) { self.rawValue = rawValue }

    /// `nil` if nothing remains, if it is too long, or if it holds a control or format character.
    package init?(_ text: String) {
        guard text.utf8.count <= 4 * Self.maximumLength else { return nil }
        let mapped = text.precomposedStringWithCompatibilityMapping.lowercased()
            .precomposedStringWithCompatibilityMapping
        let trimmed = mapped.trimmingCharacters(in: .whitespaces)
        guard (1...Self.maximumLength).contains(trimmed.utf8.count),
            !trimmed.unicodeScalars.contains(where: Self.isForbidden)
        else { return nil }
        rawValue = trimmed
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: true
        default: false
        }
    }

    package var description: String { rawValue }

    package static func == (left: LoginName, right: LoginName) -> Bool {
        left.rawValue.utf8.elementsEqual(right.rawValue.utf8)
    }
    package func hash(into hasher: inout Hasher) { for byte in rawValue.utf8 { hasher.combine(byte) } }
    package static func < (left: LoginName, right: LoginName) -> Bool {
        left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
    }
}
