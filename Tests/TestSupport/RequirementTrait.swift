public import Testing

/// Ties a test to the requirements of `docs/specifications` that it proves, by their ids.
public struct RequirementTrait: TestTrait, SuiteTrait {
    public let ids: [String]
    public var comments: [Comment] { ids.map { Comment(rawValue: "proves \($0)") } }
}

extension Trait where Self == RequirementTrait {
    /// The ids, such as `7662-2.2-3`, are looked up by `scripts/spec-map`.
    public static func requirement(_ ids: String...) -> Self { RequirementTrait(ids: ids) }
}
