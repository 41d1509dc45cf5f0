import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// One way in which an event of the table comes about, at the place where it does. What is disabled is enabled again,
/// and what is deleted registered again: nothing may come back with it.
struct EndingAct: Sendable {
    let name: String
    /// Where none can be sent, links are handed to who asks for them, and nobody can ask for another address.
    let mail: (any MailTransport)?
    let perform: @Sendable (inout EndingScene) async throws -> Void

    init(
        _ name: String, mail: (any MailTransport)? = nil,
        _ perform: @escaping @Sendable (inout EndingScene) async throws -> Void
    ) {
        self.name = name
        self.mail = mail
        self.perform = perform
    }

    private static let password = "seven umbrellas against the window"

    /// All of them, by the event as the table names it.
    static let all: [String: [EndingAct]] = [
        "sign-out; logout at an application's wish": [
            EndingAct("the person's own") { scene in
                try await scene.here.get("/logout")
                try await scene.here.post("/logout", [:])
            },
            EndingAct("through the application") { scene in
                let tokens = try await scene.online.application.tokens()
                try await scene.here.get("/logout?id_token_hint=\(tokens.idToken)")
                #expect(scene.here.location == "/signed-out")
            },
        ],
        "a session ended on the account page": [
            EndingAct("the other one") { scene in
                try await scene.here.get("/account/sessions")
                let rows = scene.here.last.body.split(separator: "<li>").filter { $0.contains(#"name="session""#) }
                let row = try #require(rows.first { !$0.contains("this device") })
                let session = try #require(PageHTML(row).hidden("session"))
                try await scene.here.post("/account/sessions", ["session": session])
            }
        ],
        "log out everywhere": [
            EndingAct("on the account page") { scene in
                try await scene.here.get("/account/log-out-everywhere")
                try await scene.here.post("/account/log-out-everywhere", [:])
            }
        ],
        "password changed": [
            EndingAct("on the account page") { scene in
                try await scene.here.get("/account/password")
                try await scene.here.post(
                    "/account/password",
                    ["current": ConformanceServer.password, "password": password, "password_again": password])
                #expect(scene.here.last.status == 303)
            }
        ],
        "password reset by link": [
            EndingAct("in another browser") { scene in
                let link = try await scene.administration.resetLink(
                    for: scene.ada, by: EndingScene.administrator, at: scene.now)
                let address = try #require(link.address?.revealedValue)
                let browser = PageBrowser(scene.server.live)
                try await browser.get(String(address.dropFirst(ConformanceServer.issuer.count)))
                try await browser.post("/reset/set", ["password": password, "password_again": password])
                #expect(browser.last.status < 400, "\(browser.last)")
            }
        ],
        "password set by an administrator": [
            EndingAct("by the API") { scene in
                try await scene.administration.setPassword(
                    Secret(password), of: scene.ada, by: EndingScene.administrator, at: scene.now)
            }
        ],
        "\"end this application\"": [
            EndingAct("on the account page") { scene in
                try await scene.here.get("/account/applications")
                try await scene.here.post("/account/applications", ["client": "rp"])
            },
            EndingAct("by the API") { scene in
                try await scene.administration.endApplication(
                    ClientID(unchecked: "rp"), of: scene.ada, by: EndingScene.administrator, at: scene.now)
            },
        ],
        "account deleted": [
            EndingAct("by the person") { scene in
                try await scene.here.get("/account/delete")
                try await scene.here.post("/account/delete", ["current": ConformanceServer.password])
            },
            EndingAct("by an administrator") { scene in
                try await scene.administration.deleteUser(scene.ada, by: EndingScene.administrator, at: scene.now)
            },
        ],
        "account disabled": [
            EndingAct("and enabled again") { scene in
                for isEnabled in [false, true] {
                    _ = try await scene.administration.updateUser(
                        scene.ada, with: UserUpdate(isEnabled: isEnabled), by: EndingScene.administrator, at: scene.now)
                }
            }
        ],
        "lockdown of an account": [
            EndingAct("and its release") { scene in
                _ = try await scene.administration.lockDown(scene.ada, by: EndingScene.administrator, at: scene.now)
                _ = try await scene.administration.release(scene.ada, by: EndingScene.administrator, at: scene.now)
            }
        ],
        "all sessions ended by an administrator": [
            EndingAct("by the API") { scene in
                try await scene.administration.endSessions(of: scene.ada, by: EndingScene.administrator, at: scene.now)
            }
        ],
        "one authorization ended by an administrator": [
            EndingAct("by the API") { scene in
                try await scene.administration.endAuthorization(
                    scene.grant, by: EndingScene.administrator, at: scene.now)
            }
        ],
        "everything of everybody ended": [
            EndingAct("in steps") { scene in
                for _ in 0..<20 {
                    let step = try await scene.administration.endEverything(
                        of: ConformanceServer.issuer, upTo: scene.now, limit: 3, by: EndingScene.administrator,
                        at: scene.now)
                    if step.isComplete { return }
                }
                Issue.record("never complete")
            }
        ],
    ].merging(ofClients) { first, _ in first }
}
