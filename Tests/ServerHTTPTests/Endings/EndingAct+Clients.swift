import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

extension EndingAct {
    private static let rp = ClientID(unchecked: "rp")

    /// What clients do, and what is done to them and to resources.
    static let ofClients: [String: [EndingAct]] = [
        "client disabled, or a grant type taken from it": [
            EndingAct("disabled and enabled again") { scene in
                for isEnabled in [false, true] {
                    try await change(ClientChange(isEnabled: isEnabled), in: scene)
                }
            },
            EndingAct("a grant type taken and given back") { scene in
                for types in [["authorization_code"], ["authorization_code", "refresh_token"]] {
                    try await change(ClientChange(grantTypes: types), in: scene)
                }
            },
        ],
        "client deleted": [
            EndingAct("and another one registered under its name") { scene in
                let client = try #require(try await scene.server.store.client(rp))
                try await scene.administration.deleteClient(rp, by: EndingScene.administrator, at: scene.now)
                var party = try #require(client.relyingParty)
                party.backchannelLogoutURI = "https://heir.example/logout"
                try await ConformanceServer.register(
                    "rp", .clientSecretBasic, party, in: scene.server.store)
                scene.server.provider.registry.forgetClient(rp)
            }
        ],
        "resource deleted": [
            EndingAct("and registered again") { scene in
                try await scene.administration.deleteResource(
                    ClientID(unchecked: "vault"), by: EndingScene.administrator, at: scene.now)
                try await EndingScene.addResource("vault", to: scene.server)
            }
        ],
        "code used twice by its own client": [
            EndingAct("one of each kind") { scene in
                for given in [scene.online, scene.offline] {
                    let answer = try await GivenCredentials.redeem(given.spentCode, by: given.application)
                    try GivenCredentials.expectRefusal(answer)
                }
            }
        ],
        "refresh token used again after its window": [
            EndingAct("one of each kind") { scene in
                scene.server.clock.advance(15)
                for given in [scene.online, scene.offline] {
                    let answer = try await GivenCredentials.refresh(given.firstRefreshToken, by: given.application)
                    try GivenCredentials.expectRefusal(answer)
                }
            }
        ],
        "refresh token newer than the (restored) database knows": [
            EndingAct("one of each kind") { scene in
                let backup = await scene.server.store.snapshot()
                var later: [String] = []
                for given in [scene.online, scene.offline] {
                    let answer = try await GivenCredentials.refresh(given.refreshToken, by: given.application)
                    let json = try JSONObject(parsing: Array(answer.body.utf8))
                    later.append(try #require(json.string("refresh_token")))
                }
                await scene.server.store.restore(backup)
                for token in later {
                    let answer = try await GivenCredentials.refresh(token, by: scene.online.application)
                    try GivenCredentials.expectRefusal(answer)
                }
            }
        ],
        "refresh token or its family revoked by its client": [
            EndingAct("one of each kind") { scene in
                for given in [scene.online, scene.offline] {
                    var form = FormWriter()
                    form.append("token", given.refreshToken)
                    let basic = RequestText.authorization("rp", ConformanceServer.secret.revealedValue)
                    let answer = try await scene.server.live.exchange(
                        RequestText.form("/revoke", form.text, authorization: basic))
                    #expect(answer.status == 200)
                }
            }
        ],
        "profile or address changed": [
            EndingAct("on the account page", mail: TakingMail()) { scene in
                try await scene.here.get("/account/profile")
                try await scene.here.post(
                    "/account/profile",
                    [
                        "attribute.name": "Countess", "email": "countess@mail.example",
                        "current": ConformanceServer.password,
                    ])
                #expect(scene.here.last.status == 303)
            }
        ],
    ]

    private static func change(_ change: ClientChange, in scene: EndingScene) async throws {
        _ = try await scene.administration.updateClient(
            rp, with: change, by: EndingScene.administrator, at: scene.now)
    }
}
