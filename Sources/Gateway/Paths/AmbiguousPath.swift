/// Why a path has no one meaning that a gateway and the server behind it are sure to share.
package enum AmbiguousPath: String, Error, Hashable, Sendable, CaseIterable {
    /// It does not begin with a slash, or is the `*` of a whole server.
    case notAPath = "path_not_absolute"
    case tooLong = "path_too_long"
    /// `%` without two hexadecimal digits, or an octet that no path has unescaped (RFC 3986 §3.3).
    case malformed = "path_malformed"
    case controlCharacter = "path_control_character"
    /// `/` or `\` as an escape, or `\` as it stands: some servers take them for separators, others for letters.
    case hiddenSeparator = "path_hidden_separator"
    /// `;` begins what some servers cut away from a segment and others keep.
    case parameter = "path_parameter"
    /// `.` and `..`, which some resolve before and others after they decide.
    case dotSegment = "path_dot_segment"
    /// `//`, which some servers take for one slash.
    case emptySegment = "path_empty_segment"
    /// Unescaped twice it would be another path.
    case escapedTwice = "path_escaped_twice"
    /// Escapes that are no UTF-8, overlong forms of plain characters among them.
    case notUTF8 = "path_not_utf8"
    /// A character that compatibility mappings turn into one that separates or escapes.
    case lookAlike = "path_look_alike"
}
