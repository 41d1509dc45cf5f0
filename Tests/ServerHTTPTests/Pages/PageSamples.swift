import JOSE
import OAuth
import ServerHTTP
import Storage

/// One page of each kind and state, as the golden files show them.
struct PageSample: Sendable {
    let name: String
    let page: any Page

    init(_ name: String, _ page: any Page) {
        self.name = name
        self.page = page
    }

    static let issuer = Issuer("https://id.example/tenant")
    private static let time = NumericDate(secondsSince1970: 1_763_698_706)

    /// - Parameter text: applied to all that others could have chosen, so that one list serves for hostile texts too.
    static func all(_ text: (String) -> String = { $0 }) -> [PageSample] {
        signIn(text) + consent(text) + messages(text) + passwords(text) + account(text) + accountLists(text)
    }

    private static func signIn(_ text: (String) -> String) -> [PageSample] {
        [
            PageSample(
                "sign-in",
                SignInPage(
                    resume: text("tsp_1"), clientName: text("Orders"), allowsRegistration: true,
                    formTarget: text("https://orders.example/callback"))),
            PageSample("sign-in-refused", SignInPage(resume: "tsp_1", login: text("ada"), notice: .refused)),
            PageSample("sign-in-throttled", SignInPage(login: text("ada"), notice: .throttled(seconds: 90))),
            PageSample("sign-in-no-mail", SignInPage(canReset: false)),
            PageSample("sign-in-busy", SignInPage(login: text("ada"), notice: .busy)),
            PageSample(
                "sign-in-again",
                SignInPage(resume: "tsp_1", clientName: text("Orders"), again: text("Ada"), login: text("ada"))),
        ]
    }

    private static func consent(_ text: (String) -> String) -> [PageSample] {
        [
            PageSample(
                "consent",
                ConsentPage(
                    resume: text("tsp_1"), clientName: text("Orders"), clientHost: text("orders.example"),
                    person: text("Ada Lovelace"),
                    items: [
                        .init(value: "openid", scope: "openid", resource: nil, isRequired: true, isNew: false),
                        .init(value: "email", scope: "email", resource: nil, isRequired: false, isNew: false),
                        .init(
                            value: "offline_access", scope: "offline_access", resource: nil, isRequired: false,
                            isNew: true),
                        .init(
                            value: text("https://api.example read"), scope: text("read"),
                            resource: text("Order archive"), isRequired: false, isNew: false),
                    ], duration: 7_776_000, isOffline: true, policyURI: "https://" + text("orders.example/privacy"),
                    termsURI: "https://" + text("orders.example/terms"), formTarget: "https://orders.example/callback")
            ),
            PageSample(
                "consent-device",
                ConsentPage(
                    resume: "tsp_1", clientName: text("Tool"), clientHost: nil, person: text("Ada Lovelace"),
                    items: [
                        .init(value: "openid", scope: "openid", resource: nil, isRequired: true, isNew: false),
                        .init(value: text("odd"), scope: text("odd"), resource: nil, isRequired: false, isNew: true),
                    ],
                    duration: 43_200, isOffline: false, policyURI: "javascript:alert(1)",
                    formTarget: "http://127.0.0.1:49152/callback")),
        ]
    }

    private static func messages(_ text: (String) -> String) -> [PageSample] {
        MessagePage.Message.allCases.map { message in
            PageSample(
                "message-" + message.rawValue.replacing("_", with: "-"),
                MessagePage(message, reference: text("abcdef1"), address: text("/tenant/sign-in")))
        }
            + GatewayMessagePage.Message.allCases.map { message in
                PageSample("gateway-" + message.rawValue, GatewayMessagePage(message, address: text("/a?b=c&d")))
            } + [
                PageSample(
                    "gateway-sign-out",
                    GatewaySignOutPage(
                        action: "/.tessera/sign-out", back: text("/"), formTarget: "https://id.example")),
                PageSample("logout", LogoutPage()),
                PageSample(
                    "logout-asked",
                    LogoutPage(
                        clientName: text("Orders"), fields: [.init(name: text("state"), value: text("xyz"))],
                        formTarget: "https://orders.example/bye")),
                PageSample(
                    "form-post",
                    FormPostPage(
                        action: text("https://orders.example/callback"),
                        fields: [
                            .init(name: "code", value: text("tsz_1")), .init(name: "iss", value: "https://id.example"),
                        ], clientName: text("Orders"))),
            ]
    }

    private static func passwords(_ text: (String) -> String) -> [PageSample] {
        [
            PageSample("reset-ask", ResetAskPage()),
            PageSample("reset-ask-no-mail", ResetAskPage(problem: .noMail)),
            PageSample("reset-ask-busy", ResetAskPage(login: text("ada"), problem: .throttled(seconds: 3_700))),
            PageSample("reset-set", ResetSetPage(link: text("tsl_1"), username: text("ada"), minimum: 15)),
            PageSample(
                "reset-set-short",
                ResetSetPage(link: "tsl_1", username: "ada", minimum: 15, problem: .tooShort(minimum: 15))),
            PageSample("verify-address", VerifyAddressPage(link: text("tsl_1"), email: text("ada@mail.example"))),
            PageSample(
                "invitation",
                InvitationPage(
                    link: text("tsl_1"), minimum: 15, place: text("Tessera"), username: text("ada"), problem: .common)),
            PageSample("register", RegisterPage(email: text("ada@mail.example"), problem: .addressMalformed)),
        ]
    }

    private static func account(_ text: (String) -> String) -> [PageSample] {
        guard let issuer else { return [] }
        return [
            PageSample(
                "account",
                AccountOverviewPage(
                    issuer: issuer, name: text("Ada Lovelace"), username: text("ada"), email: text("ada@mail.example"),
                    isEmailVerified: false, pendingEmail: text("new@mail.example"), hasSentMail: true,
                    canSendLink: true)),
            PageSample(
                "account-plain",
                AccountOverviewPage(
                    issuer: issuer, name: nil, username: text("ada"), email: nil, isEmailVerified: false,
                    problem: .linkLimit)),
            PageSample(
                "account-profile",
                AccountProfilePage(
                    fields: [
                        .init(
                            name: "attribute.name", value: text("Ada Lovelace"), labelKey: "display_name",
                            autocomplete: "name", maximumLength: 200),
                        .init(name: "attribute.team", value: "", labelKey: nil, label: text("team"), maximumLength: 40),
                        field("attribute.remote", "true", .yesOrNo), field("attribute.languages", text("en"), .lines),
                    ], email: text("ada@mail.example"), version: 3, problem: .field(text("team")), isSaved: true)),
            PageSample(
                "account-password", AccountPasswordPage(username: text("ada"), minimum: 15, problem: .currentWrong)),
            PageSample("account-data", AccountDataPage(problem: .currentWrong)),
            PageSample("account-everywhere", LogOutEverywherePage()),
        ]
    }

    private static func field(
        _ name: String, _ value: String, _ control: AccountProfilePage.Field.Control
    ) -> AccountProfilePage.Field {
        var field = AccountProfilePage.Field(name: name, value: value, labelKey: nil, label: name)
        field.control = control
        return field
    }

    private static func accountLists(_ text: (String) -> String) -> [PageSample] {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        return [
            PageSample(
                "account-sessions",
                AccountSessionsPage(
                    items: [
                        .init(
                            id: text("s1"), userAgent: text(firefox), address: text("192.0.2.7"), signedInAt: time,
                            lastSeenAt: time, isCurrent: true),
                        .init(
                            id: "s2", userAgent: "", address: "2001:db8::1", signedInAt: time, lastSeenAt: time,
                            isCurrent: false),
                    ], hasEnded: true)),
            PageSample(
                "account-applications",
                AccountApplicationsPage(
                    items: [
                        .init(
                            id: text("c1"), name: text("Orders"), host: text("orders.example"),
                            permissions: [
                                .init(scope: "email", resource: nil),
                                .init(scope: text("read"), resource: text("Order archive")),
                            ], since: time,
                            address: "https://orders.example/login?tab=1&iss=https%3A%2F%2Fid.example",
                            isUnverified: true),
                        .init(id: "c2", name: "Notes", host: nil, permissions: [], since: time),
                    ], hasEnded: true)),
            PageSample("account-applications-none", AccountApplicationsPage(items: [])),
            PageSample(
                "account-keys",
                AccountKeysPage(
                    items: [
                        .init(
                            id: text("k1"), name: text("Nightly build"), state: .active,
                            permissions: [.init(scope: text("read"), resource: text("Order archive"))], createdAt: time,
                            lastUsedAt: time, expiresAt: time),
                        .init(
                            id: "k2", name: "Old", state: .rerolled, permissions: [], createdAt: time, lastUsedAt: nil,
                            expiresAt: time),
                        .init(
                            id: "k3", name: "Leaked", state: .quarantined, permissions: [], createdAt: time,
                            lastUsedAt: nil, expiresAt: nil),
                    ], hasEnded: true)),
            PageSample("account-keys-none", AccountKeysPage(items: [])),
            PageSample(
                "account-key-new",
                AccountNewKeyPage(
                    name: text("Nightly build"),
                    choices: [
                        .init(
                            value: text("https://api.example read"),
                            permission: .init(
                                scope: text("read"), resource: text("Order archive"),
                                description: ScopeDescription(text("See your orders"))), isChosen: true),
                        .init(
                            value: "https://api.example write", permission: .init(scope: "write", resource: "Orders")),
                    ], lifetimes: [7, 90], lifetime: 90, failure: .password(.currentWrong))),
            PageSample(
                "account-key-new-none", AccountNewKeyPage(name: "", choices: [], lifetimes: [90], lifetime: 90)),
            PageSample("account-key-made", AccountKeyMadePage(name: text("Nightly build"), key: text("tsk_1"))),
            PageSample(
                "account-key-reroll",
                AccountKeyRerollPage(
                    id: text("k1"), name: text("Nightly build"), overlap: 86_400, problem: .currentWrong)),
            PageSample(
                "account-activity",
                AccountActivityPage(items: [
                    .init(action: "sign_in.refused", client: nil, at: time, address: text("192.0.2.7"), count: 12),
                    .init(
                        action: "account.reset_requested", client: nil, at: time, address: "192.0.2.7", places: 3,
                        count: 4),
                    .init(action: "application.ended", client: text("Orders"), at: time, address: ""),
                    .init(
                        action: "application.ended", client: text("Orders"), at: time, address: "", isByOperator: true),
                    .init(action: "user.disabled", client: nil, at: time, address: "", isByOperator: true),
                ])),
            PageSample("account-activity-none", AccountActivityPage(items: [])),
        ]
    }
}
