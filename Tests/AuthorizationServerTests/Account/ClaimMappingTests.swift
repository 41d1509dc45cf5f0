import AuthorizationServer
import JOSE
import OAuth
import Storage
import Testing

@Suite struct `Claim mapping` {
    private static let shop = ClientID(unchecked: "shop")
    private static let user = User(
        id: Subject(unchecked: "u"), username: LoginName(canonical: "bob"),
        attributes: JSONObject([("department", .string("herons")), ("cost_center", .integer(7))]),
        groups: ["staff", "birds"], roles: ["editor"], createdAt: Issuance.start)

    private static func claims(
        _ mapping: ClaimMapping, scope: String, client: ClientID = shop, in target: ClaimMapping.Target = .idToken
    ) throws -> [String] {
        mapping.claims(for: user, scope: try Scope(scope), client: client, in: target).members.map(\.name)
    }

    @Test func `gives groups and roles to who asks for them`() throws {
        let mapping = ClaimMapping()
        #expect(try Self.claims(mapping, scope: "openid").isEmpty)
        #expect(try Self.claims(mapping, scope: "openid groups") == ["groups"])
        #expect(try Self.claims(mapping, scope: "openid groups roles", in: .accessToken) == ["groups", "roles"])
    }

    @Test func `gives an attribute to the clients, tokens and scopes that the rule names`() throws {
        let mapping = try #require(
            ClaimMapping(adding: [
                .init(
                    claim: "dept", source: .attribute("department"), scope: "profile", clients: [Self.shop],
                    targets: [.userInfo])
            ]))
        #expect(try Self.claims(mapping, scope: "openid profile", in: .userInfo) == ["dept"])
        #expect(try Self.claims(mapping, scope: "openid", in: .userInfo).isEmpty)
        #expect(try Self.claims(mapping, scope: "openid profile", in: .idToken).isEmpty)
        let other = ClientID(unchecked: "notes")
        #expect(try Self.claims(mapping, scope: "openid profile", client: other, in: .userInfo).isEmpty)
    }

    @Test(arguments: ["sub", "iss", "acr", "email_verified", "tessera", "scope", "client_id", "sid", "", "a b"])
    func `never lets an attribute say what the server says`(_ claim: String) {
        #expect(ClaimMapping(adding: [.init(claim: claim, source: .attribute("department"))]) == nil)
        #expect(AttributeSchema(adding: [claim: .init()]) == nil)
    }

    @Test func `leaves out as a whole what breaks the budget`() throws {
        var user = Self.user
        user.groups = (0..<400).map { "group-\($0)" }
        let mapping = ClaimMapping()
        let claims = mapping.claims(for: user, scope: try Scope("groups roles"), client: Self.shop)
        #expect(claims.members.map(\.name) == ["roles"])
        #expect(claims.jsonBytes.count <= mapping.budget)
    }
}

@Suite struct `The schema of attributes` {
    private static let schema = AttributeSchema(adding: [
        "level": .init(.integer, editor: .administrator), "vip": .init(.boolean),
        "tags": .init(.strings, maximumLength: 5),
    ])

    @Test(
        arguments: [
            ("level", JSONValue.integer(3), true), ("level", .string("3"), false), ("vip", .bool(true), true),
            ("vip", .string("true"), false), ("tags", .array([.string("a")]), true),
            ("tags", .array([.string("toolong")]), false), ("tags", .array([.integer(1)]), false),
            ("tags", .array(Array(repeating: .string("a"), count: 65)), false),
            ("birthdate", .string("1984-02-29"), true), ("birthdate", .string("1984-13-01"), false),
            ("birthdate", .string("1990-02-31"), false), ("birthdate", .string("1985-02-29"), false),
            ("birthdate", .string("1900-02-29"), false), ("birthdate", .string("2000-02-29"), true),
            ("birthdate", .string("1990-04-31"), false), ("birthdate", .string("1990-12-31"), true),
            ("birthdate", .string("1990-01-00"), false), ("birthdate", .string("0000-02-29"), true),
            ("birthdate", .string("yesterday"), false), ("website", .string("https://b.example"), true),
            ("website", .string("javascript:alert(1)"), false), ("name", .string(""), false),
            ("address", .object(JSONObject([("formatted", .string("Herons\nBerlin"))])), true),
            ("address", .object(JSONObject([("planet", .string("Earth"))])), false),
            ("address", .string("Berlin"), false), ("name", .object(JSONObject()), false),
            ("unknown", .string("x"), false),
        ])
    func `judges form and length`(_ name: String, _ value: JSONValue, _ isFit: Bool) throws {
        let problem = try #require(Self.schema).problem(with: name, value, by: .administrator)
        #expect((problem == nil) == isFit)
    }

    @Test func `keeps administrators' attributes from people`() throws {
        let schema = try #require(Self.schema)
        #expect(schema.problem(with: "level", .integer(3), by: .person) != nil)
        #expect(schema.problem(with: "phone_number", .string("1"), by: .person) != nil)
        #expect(schema.problem(with: "nickname", .string("Bobby"), by: .person) == nil)
    }
}

@Suite struct `What an operator writes about attributes` {
    private static func read(_ text: String) throws -> PeopleSchema {
        try PeopleSchema(try JSONObject(parsing: Array(text.utf8)))
    }

    @Test func `is read as it is meant`() throws {
        let schema = try Self.read(
            """
            {"attributes": {"department": {"type": "string", "max_length": 40, "editable_by": "person"}},
             "claims": [{"claim": "dept", "attribute": "department", "scope": "profile", "clients": ["shop"],
                         "in": ["userinfo"]}, {"claim": "teams", "from": "groups", "in": ["access_token"]}],
             "budget": 1000}
            """)
        #expect(schema.attributes.attributes["department"] == .init(.string, maximumLength: 40, editor: .person))
        #expect(schema.mapping.budget == 1000)
        #expect(
            schema.mapping.rules.suffix(2) == [
                .init(
                    claim: "dept", source: .attribute("department"), scope: "profile",
                    clients: [ClientID(unchecked: "shop")], targets: [.userInfo]),
                .init(claim: "teams", source: .groups, targets: [.accessToken]),
            ])
        #expect(try Self.read("{}").attributes == AttributeSchema.standard)
    }

    @Test(arguments: [
        (#"{"attributes": []}"#, "attributes"), (#"{"attributes": {"sub": {}}}"#, "attributes.sub"),
        (#"{"attributes": {"x": {"type": "blob"}}}"#, "attributes.x"),
        (#"{"attributes": {"x": {"max_length": 0}}}"#, "attributes.x"),
        (#"{"attributes": {"x": {"typ": "string"}}}"#, "attributes.x"), (#"{"claims": {}}"#, "claims"),
        (#"{"claims": [{"claim": "sub", "from": "roles"}]}"#, "claims[0]"),
        (#"{"claims": [{"claim": "x", "attribute": "nowhere"}]}"#, "claims[0]"),
        (#"{"claims": [{"claim": "x", "from": "roles", "in": ["everywhere"]}]}"#, "claims[0]"),
        (#"{"claims": [{"claim": "x", "from": "roles", "clients": [1]}]}"#, "claims[0]"),
        (#"{"budget": 1}"#, "budget"), (#"{"budget": "a"}"#, "budget"), (#"{"rules": []}"#, "rules"),
    ])
    func `is refused where it says nothing that can be done`(_ text: String, _ field: String) async {
        #expect(await problemFields { _ = try Self.read(text) } == [field])
    }
}
