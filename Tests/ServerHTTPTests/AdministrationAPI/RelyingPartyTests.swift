import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite struct `Relying parties in the administration API` {
    private static let full = #"""
        {"redirect_uris":["https://app.example/cb"],"post_logout_redirect_uris":["https://app.example/"],
        "application_type":"web","scope":"openid email offline_access",
        "resource_scopes":{"https://orders.example":"read"},"default_resource":"https://orders.example",
        "subject_type":"pairwise","sector_identifier":"app.example","id_token_signed_response_alg":"RS256",
        "userinfo_signed_response_alg":"ES256","backchannel_logout_uri":"https://app.example/bc",
        "backchannel_logout_session_required":true,"initiate_login_uri":"https://app.example/login",
        "require_pushed_authorization_requests":true,"may_omit_pkce":true,
        "may_address_assertions_to_token_endpoint":true,"first_party":true,"default_max_age":600,
        "require_auth_time":true,"client_uri":"https://app.example","logo_uri":"https://app.example/logo.png",
        "policy_uri":"https://app.example/privacy","tos_uri":"https://app.example/terms",
        "contacts":["ops@app.example"]}
        """#

    private func create(
        _ server: AdministeredServer, _ party: String, _ more: String = ""
    ) async
        -> AdministeredServer
        .Reply
    {
        await server.socket(
            .post, "/admin/v1/clients",
            #"{"id":"app","name":"App","authentication_method":"client_secret_basic","relying_party":\#(party)\#(more)}"#
        )
    }

    @Test func `come back as they were registered`() async throws {
        let server = try await AdministeredServer()
        _ = try await server.register()
        let created = await create(server, Self.full)
        #expect(created.status == 201, "\(created.text)")
        #expect(created.json.strings("grant_types") == ["authorization_code", "refresh_token"])
        let expected = try JSONObject(parsing: Array(Self.full.utf8))
        #expect(created.json.object("relying_party") == expected)
        #expect(await server.socket(.get, "/admin/v1/clients/app").json.object("relying_party") == expected)
        let changed = await server.socket(
            .patch, "/admin/v1/clients/app",
            #"{"relying_party":{"first_party":false,"default_max_age":null,"logo_uri":null,"tos_uri":""}}"#)
        let party = try #require(changed.json.object("relying_party"))
        #expect(party.bool("first_party") == false && party.strings("redirect_uris") == ["https://app.example/cb"])
        for gone in ["default_max_age", "logo_uri", "tos_uri"] { #expect(party[gone] == nil, "\(gone)") }
        #expect(await server.socket(.get, "/admin/v1/clients/svc").json["relying_party"] == nil)
    }

    @Test func `have safe defaults`() async throws {
        let server = try await AdministeredServer()
        let party = await create(server, #"{"redirect_uris":["https://app.example/cb"]}"#).json.object("relying_party")
        #expect(party?.string("scope") == "openid profile email")
        #expect(party?.string("id_token_signed_response_alg") == "ES256")
        for member in ["may_omit_pkce", "may_address_assertions_to_token_endpoint", "first_party"] {
            #expect(party?.bool(member) == false)
        }
    }

    @Test(arguments: [
        (#"[]"#, "relying_party"), (#"{}"#, "redirect_uris"), (#"{"redirect_uris":[]}"#, "redirect_uris"),
        (#"{"redirect_uris":["http://app.example/cb"]}"#, "redirect_uris[0]"),
        (#"{"redirect_uris":["https://app.example/cb#x"]}"#, "redirect_uris[0]"),
        (#"{"redirect_uris":["https://*.example/cb"]}"#, "redirect_uris[0]"),
        (#"{"redirect_uris":["javascript:alert(1)"]}"#, "redirect_uris[0]"),
        (#"{"redirect_uris":["https://app.example/cb"],"colour":1}"#, "colour"),
        (#"{"redirect_uris":["https://app.example/cb"],"scope":"root"}"#, "scope"),
        (
            #"{"redirect_uris":["https://app.example/cb"],"id_token_signed_response_alg":"none"}"#,
            "id_token_signed_response_alg"
        ),
        (
            #"{"redirect_uris":["https://app.example/cb"],"resource_scopes":{"https://orders.example":7}}"#,
            "resource_scopes"
        ),
        (
            #"{"redirect_uris":["https://app.example/cb"],"resource_scopes":{"https://unknown.example":"a"}}"#,
            "resource_scopes"
        ),
        (
            #"{"redirect_uris":["https://app.example/cb"],"resource_scopes":{"https://id.example/admin/v1":"a"}}"#,
            "resource_scopes"
        ),
        (#"{"redirect_uris":["https://app.example/cb"],"default_max_age":-1}"#, "default_max_age"),
        (
            #"{"redirect_uris":["https://app.example/cb"],"backchannel_logout_uri":"http://169.254.169.254/"}"#,
            "backchannel_logout_uri"
        ),
    ])
    func `have their problems named`(party: String, field: String) async throws {
        let server = try await AdministeredServer()
        _ = try await server.register()
        let reply = await create(server, party)
        #expect(reply.status == 400)
        #expect(reply.fields.contains(field), "\(reply.fields)")
        #expect(try await server.store.client(ClientID(unchecked: "app")) == nil)
    }

    @Test func `are what the code flow needs, and nothing for others`() async throws {
        let server = try await AdministeredServer()
        let alone = await server.socket(
            .post, "/admin/v1/clients",
            #"{"name":"A","authentication_method":"client_secret_basic","grant_types":["authorization_code"]}"#)
        #expect(alone.status == 400 && alone.fields == ["redirect_uris"])
        let other = await create(
            server, #"{"redirect_uris":["https://app.example/cb"]}"#, #","grant_types":["client_credentials"]"#)
        #expect(other.status == 400 && other.fields == ["grant_types"])
        let publicClient = await server.socket(
            .post, "/admin/v1/clients",
            #"{"name":"A","authentication_method":"none","relying_party":{"redirect_uris":["https://a.example/"],"may_omit_pkce":true}}"#
        )
        #expect(publicClient.status == 400 && publicClient.fields == ["may_omit_pkce"])
    }
}
