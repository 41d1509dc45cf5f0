package import JOSE
import OAuth

/// What an operator writes about the attributes of people: which there are, and which reach tokens.
///
/// ```json
/// {
///   "attributes": {"department": {"type": "string", "max_length": 100, "editable_by": "administrator"}},
///   "claims": [
///     {"claim": "dept", "attribute": "department", "scope": "profile", "clients": ["shop"], "in": ["userinfo"]}
///   ],
///   "budget": 4096
/// }
/// ```
package struct PeopleSchema: Hashable, Sendable {
    package let attributes: AttributeSchema
    package let mapping: ClaimMapping

    /// The longest that an attribute's text may be allowed to be, in bytes.
    static let maximumLength = 4096
    static let maximumRules = 100
    static let budgets: ClosedRange<Int64> = 256...8192

    package init(_ json: JSONObject) throws(AdministrationError) {
        var check = DraftCheck([])
        for member in json.members where !["attributes", "claims", "budget"].contains(member.name) {
            check.report(String(member.name.prefix(64)), "is not known here")
        }
        let attributes = Self.attributes(json, &check)
        let rules = Self.rules(json, attributes, &check)
        let budget = json["budget"].map { $0.integer ?? -1 } ?? 4096
        if !Self.budgets.contains(budget) {
            check.report("budget", "must be \(Self.budgets.lowerBound) to \(Self.budgets.upperBound) bytes")
        }
        try check.finish()
        guard let schema = AttributeSchema(adding: attributes), var mapping = ClaimMapping(adding: rules) else {
            throw .invalid([Problem("attributes", "name what only the server says")])
        }
        mapping.budget = Int(budget)
        self.attributes = schema
        self.mapping = mapping
    }

    private static func attributes(
        _ json: JSONObject, _ check: inout DraftCheck
    ) -> [String: AttributeSchema.Attribute] {
        var attributes: [String: AttributeSchema.Attribute] = [:]
        guard let value = json["attributes"] else { return attributes }
        guard let object = value.object else {
            check.report("attributes", "must be an object")
            return attributes
        }
        for (name, value) in object.members {
            let field = "attributes.\(name.prefix(64))"
            if AttributeSchema(adding: [name: .init()]) == nil {
                check.report(field, "is a name that only the server uses, or none")
            }
            let length = value.object?["max_length"].map { $0.integer ?? 0 } ?? 200
            guard let description = value.object,
                let form = AttributeSchema.Form(rawValue: description.string("type") ?? "string"),
                let editor = AttributeSchema.Editor(rawValue: description.string("editable_by") ?? "administrator"),
                (1...Int64(maximumLength)).contains(length),
                description.members.allSatisfy({ ["type", "max_length", "editable_by"].contains($0.name) })
            else {
                check.report(field, "must have a type, a max_length of 1 to \(maximumLength) and editable_by")
                continue
            }
            attributes[name] = .init(form, maximumLength: Int(length), editor: editor)
        }
        return attributes
    }

    private static func rules(
        _ json: JSONObject, _ attributes: [String: AttributeSchema.Attribute], _ check: inout DraftCheck
    ) -> [ClaimMapping.Rule] {
        guard let value = json["claims"] else { return [] }
        guard let values = value.array, values.count <= maximumRules else {
            check.report("claims", "must be a list of at most \(maximumRules)")
            return []
        }
        let known = Set(attributes.keys).union(AttributeSchema.standard.attributes.keys)
        var rules: [ClaimMapping.Rule] = []
        for (index, value) in values.enumerated() {
            guard let rule = value.object.flatMap({ rule($0, known) }) else {
                check.report(
                    "claims[\(index)]",
                    "must have a claim of its own name, an attribute of the schema (or groups or "
                        + "roles as from), and may have scope, clients and in (id_token, userinfo, access_token)")
                continue
            }
            rules.append(rule)
        }
        return rules
    }

    private static func rule(_ json: JSONObject, _ known: Set<String>) -> ClaimMapping.Rule? {
        let names = ["claim", "attribute", "from", "scope", "clients", "in"]
        guard json.members.allSatisfy({ names.contains($0.name) }), let claim = json.string("claim"),
            ClaimMapping.isMappable(claim), let source = source(json, known)
        else { return nil }
        let places = json["in"].map { $0.strings ?? ["?"] } ?? ["id_token", "userinfo"]
        let targets = places.compactMap { targetNames[$0] }
        let clients = json["clients"].map { $0.strings ?? [""] }?.map { ClientID($0) }
        let scope = json["scope"].map { $0.string ?? "" }
        guard targets.count == places.count, !targets.isEmpty, clients?.allSatisfy({ $0 != nil }) ?? true,
            scope.map({ (try? Scope($0))?.tokens.count == 1 }) ?? true
        else { return nil }
        return ClaimMapping.Rule(
            claim: claim, source: source, scope: scope, clients: clients?.compactMap { $0 }, targets: Set(targets))
    }

    private static func source(_ json: JSONObject, _ known: Set<String>) -> ClaimMapping.Source? {
        switch (json.string("attribute"), json.string("from")) {
        case (let name?, nil): known.contains(name) ? .attribute(name) : nil
        case (nil, "groups"): .groups
        case (nil, "roles"): .roles
        default: nil
        }
    }

    private static let targetNames: [String: ClaimMapping.Target] = [
        "id_token": .idToken, "userinfo": .userInfo, "access_token": .accessToken,
    ]
}
