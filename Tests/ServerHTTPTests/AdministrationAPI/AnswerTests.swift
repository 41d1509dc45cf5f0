import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite struct `Answers of the administration API` {
    @Test func `show a secret once and never again`() async throws {
        let server = try await AdministeredServer()
        let first = try await server.register()
        let second = await server.socket(.post, "/admin/v1/clients/svc/secrets").json.string("client_secret") ?? ""
        let resource =
            await server.socket(.post, "/admin/v1/resources/orders/secrets").json.string("client_secret") ?? ""
        let token = try await server.token(of: "svc2", scope: "read", at: "https://orders.example")
        let inspection = await server.socket(.post, "/admin/v1/tokens/inspect", #"{"token":"\#(token.revealedValue)"}"#)
        #expect(inspection.json.bool("active") == true)
        var secrets = [first.revealedValue, second, resource, token.revealedValue]
        #expect(secrets.allSatisfy { $0.count > 40 })
        let client = try #require(try await server.store.client(ClientID(unchecked: "svc")))
        for stored in client.credentials.secrets {
            secrets.append(Base64URL.encode(stored.hash.bytes))
            secrets.append(stored.hash.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        }
        for key in try await server.store.keys() { secrets.append(Base64URL.encode(Array(key.sealedKey.suffix(24)))) }
        _ = try await server.insertKey()
        let apiKey = AdministeredServer.apiKey.secret
        secrets += [apiKey.revealedValue, Base64URL.encode(TokenHash(of: apiKey).bytes)]
        try await server.insertAda()
        secrets += [AdministeredServer.adaHash, AdministeredServer.sessionSecret.revealedValue]
        secrets.append(Base64URL.encode(TokenHash(of: AdministeredServer.sessionSecret).bytes))
        // A refusal that is remembered.
        _ = await server.socket(.post, "/admin/v1/clients", "{}")
        for route in AdministrationRoute.all where route.method == .get {
            for (client, resource) in [("svc", "orders"), ("svc2", "tessera-admin")] {
                let id = route.path.contains("/users/") ? "ada" : route.path.contains("/resources/") ? resource : client
                let named =
                    route.path.contains("/api-keys/") ? "key" : route.path.contains("/decisions/") ? "req-1" : id
                let path = route.path.replacing("{id}", with: named)
                let reply = await server.socket(.get, path)
                #expect(reply.status == 200, "\(path)")
                for secret in secrets { #expect(!reply.text.contains(secret), "\(path)") }
                for member in ["\"d\"", "\"k\"", "hash", "sealed_key", "sealedKey"] {
                    #expect(!reply.text.contains(member), "\(path)")
                }
            }
        }
        #expect(!inspection.text.contains(token.revealedValue))
    }

    @Test func `show clients and resources as the description says`() async throws {
        let server = try await AdministeredServer()
        let key = try SigningKey.generate(.ES256)
        let jwks = key.verificationKey.jwk.json.jsonText
        let body =
            #"{"id":"jwt","name":"J","authentication_method":"private_key_jwt","assertion_algorithm":"ES256","jwks":{"keys":[\#(jwks)]}}"#
        let client = await server.socket(.post, "/admin/v1/clients", body)
        #expect(client.status == 201 && client.header("location") == "/admin/v1/clients/jwt")
        #expect(
            client.json.members.map(\.name) == [
                "id", "name", "enabled", "authentication_method", "jwks", "assertion_algorithm", "secrets",
                "grant_types",
                "allowed_origins", "self_registered", "created_at", "updated_at", "version",
            ])
        #expect(client.json.object("jwks")?["keys"]?.array?.count == 1)
        let removed = await server.socket(.patch, "/admin/v1/clients/jwt", #"{"assertion_algorithm":null}"#)
        #expect(removed.status == 200 && removed.json["assertion_algorithm"] == nil)
        let moved = await server.socket(.patch, "/admin/v1/clients/jwt", #"{"jwks_uri":"https://svc.example/jwks"}"#)
        #expect(moved.json["jwks"] == nil && moved.json.string("jwks_uri") == "https://svc.example/jwks")
        let resource = await server.socket(.post, "/admin/v1/resources", AdministeredServer.resourceBody)
        #expect(
            resource.json.members.map(\.name) == [
                "id", "identifier", "name", "enabled", "authentication_method", "secrets", "scope",
                "scope_descriptions", "token_format", "access_token_lifetime", "signing_algorithm", "built_in",
                "created_at", "updated_at", "version", "client_secret",
            ])
        #expect(await server.socket(.get, "/admin/v1/resources/tessera-admin").json.bool("built_in") == true)
        #expect(await server.socket(.delete, "/admin/v1/resources/tessera-admin").status == 409)
    }

    @Test func `show a registration token once, and list it without`() async throws {
        let server = try await AdministeredServer()
        let path = "/admin/v1/registration-tokens"
        let made = await server.socket(.post, path, #"{"uses":3,"expires_in":60}"#)
        #expect(made.status == 201 && made.json.string("registration_token")?.hasPrefix("tsi_") == true)
        let id = try #require(made.json.string("id"))
        _ = await server.socket(.post, path)
        let listed = await server.socket(.get, path)
        #expect(listed.json["registration_tokens"]?.array?.count == 2 && !listed.text.contains("tsi_"))
        let first = await server.socket(.get, path + "?limit=1")
        let next = try #require(first.json.string("next"))
        let rest = await server.socket(.get, path + "?after=\(next)&limit=5")
        #expect(rest.json["registration_tokens"]?.array?.count == 1 && rest.json["next"] == nil)
        let token = try #require(
            listed.json["registration_tokens"]?.array?.compactMap(\.object).first { $0.string("id") == id })
        #expect(token.integer("uses") == 3)
        #expect(token.date("expires_at") == AdministeredServer.start + .seconds(60))
        #expect(await server.socket(.delete, path + "/" + id).status == 204)
        #expect(await server.socket(.delete, path + "/" + id).status == 404)
        for body in [#"{"uses":0}"#, #"{"uses":1001}"#, #"{"expires_in":59}"#, #"{"secret":"x"}"#] {
            #expect(await server.socket(.post, path, body).status == 400)
        }
    }

    @Test func `show the words for scopes as they were given`() async throws {
        let server = try await AdministeredServer()
        let created = await server.socket(
            .post, "/admin/v1/resources",
            #"{"id":"shop","identifier":"https://shop.example","name":"Shop","scope":"read buy","#
                + #""scope_descriptions":{"read":{"text":"Look","translations":{"de-AT":"Schauen"}},"buy":{"text":"Buy"}}}"#
        )
        #expect(created.status == 201)
        let read = await server.socket(.get, "/admin/v1/resources/shop").json.object("scope_descriptions")
        #expect(
            read?.jsonText
                == #"{"buy":{"text":"Buy"},"read":{"text":"Look","translations":{"de-at":"Schauen"}}}"#)
        let path = "/admin/v1/resources/shop"
        let changed = await server.socket(.patch, path, #"{"scope_descriptions":{"buy":{"text":"Pay"}}}"#)
        #expect(changed.json.object("scope_descriptions")?.jsonText == #"{"buy":{"text":"Pay"}}"#)
        for wrong in [
            #"{"buy":"Pay"}"#, #"{"buy":{"text":"Pay","note":"x"}}"#, #"{"buy":{}}"#,
            #"{"buy":{"text":"Pay","translations":{"de":1}}}"#, #"{"sell":{"text":"Sell"}}"#,
        ] {
            #expect(await server.socket(.patch, path, "{\"scope_descriptions\":\(wrong)}").status == 400, "\(wrong)")
        }
    }

    @Test func `tell the status of the issuer`() async throws {
        let server = try await AdministeredServer()
        _ = try await server.register()
        let now = AdministeredServer.start + .seconds(90)
        let status = await server.socket(.get, "/admin/v1/status", at: now).json
        #expect(status.string("version") == "1.2.3" && status.string("issuer") == "https://id.example")
        #expect(status.integer("uptime") == 90 && status.integer("clients") == 1 && status.integer("resources") == 2)
        #expect(status["keys"]?.array?.count == 3, "tokens, seals and the feed")
    }

    @Test func `count usage by the minute`() async throws {
        let server = try await AdministeredServer()
        _ = try await server.register()
        _ = try await server.token(of: "other", scope: "read", at: "https://orders.example")
        _ = await server.provider.flush(at: AdministeredServer.start)
        let usage = await server.socket(.get, "/admin/v1/usage?client=other").json["usage"]?.array ?? []
        #expect(usage.count == 1)
        #expect(usage.first?.object?.string("kind") == "issued" && usage.first?.object?.integer("count") == 1)
        #expect(usage.first?.object?.integer("minute") == AdministeredServer.start.secondsSince1970 / 60 * 60)
    }

    @Test func `end tokens before they are given`() async throws {
        let server = try await AdministeredServer()
        _ = try await server.register()
        let token = try await server.token(of: "doomed", scope: "read", at: "https://orders.example").revealedValue
        func isActive() async -> Bool? {
            await server.socket(.post, "/admin/v1/tokens/inspect", #"{"token":"\#(token)"}"#).json.bool("active")
        }
        #expect(await isActive() == true)
        let revoked = await server.socket(.post, "/admin/v1/tokens/revoke", #"{"token":"\#(token)"}"#)
        #expect(revoked.json.bool("revoked") == true)
        #expect(await isActive() == false)
        let both = #"{"token":"\#(token)","jti":"x","expires_at":1}"#
        #expect(await server.socket(.post, "/admin/v1/tokens/revoke", both).fields == ["token"])
        #expect(await server.socket(.post, "/admin/v1/tokens/revoke", "{}").fields == ["token"])
    }

    @Test func `may not be kept by caches`() async throws {
        let server = try await AdministeredServer()
        _ = try await server.register()
        for (method, path) in [
            (RequestMethod.get, "/admin/v1/clients"), (.get, "/nothing"), (.delete, "/admin/v1/clients/svc"),
        ] {
            #expect(await server.socket(method, path).header("cache-control") == "no-store")
        }
    }
}
