/// How much JSON a reader accepts before it looks at the content: a bound on time and memory for unproven input.
public struct JSONLimits: Hashable, Sendable {
    public let maximumBytes: Int
    /// Levels of arrays and objects within one another; never more than 64, because the reader recurses.
    public let maximumDepth: Int
    /// Members of all objects and elements of all arrays together.
    public let maximumMembers: Int

    public init(maximumBytes: Int, maximumDepth: Int = 16, maximumMembers: Int = 1024) {
        self.maximumBytes = max(0, maximumBytes)
        self.maximumDepth = min(64, max(0, maximumDepth))
        self.maximumMembers = max(0, maximumMembers)
    }

    /// What a token, its header and a single key may take: 16 KiB.
    public static let token = JSONLimits(maximumBytes: 16 * 1024)

    /// A larger document, such as a key set or a request body, with a size limit of its own.
    public static func document(maximumBytes: Int) -> JSONLimits {
        JSONLimits(maximumBytes: maximumBytes)
    }
}
