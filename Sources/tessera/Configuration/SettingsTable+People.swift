import Authenticators
import AuthorizationServer
import ServerHTTP
import Storage

/// The settings of people who sign in.
extension SettingsTable {
    static let sessions: [Setting] = [
        Setting(
            .sessionsIdleLifetime, .integer(300...2_592_000, unit: "seconds"), default: .integer(43_200),
            "How long a session lives without being used."),
        Setting(
            .sessionsLifetime, .integer(300...7_776_000, unit: "seconds"), default: .integer(604_800),
            "How long after signing in a session is over, however much it is used."),
        Setting(
            .sessionsAuthorizations, .integer(8...1000, unit: "authorizations"),
            default: .integer(AuthorizationTerms.usualLimit),
            "What one application may hold in one session; for one more the oldest ends, those first whose code nobody "
                + "redeemed."),
        Setting(
            .sessionsPerPerson, .integer(10...1000, unit: "sessions"), default: .integer(Session.usualLimit),
            "In how many browsers a person may be signed in at once; for one more that session ends which was used "
                + "longest ago."),
    ]

    static let passwords: [Setting] = [
        Setting(
            .passwordsMinimumLength, .integer(PasswordPolicy.standardMinimum...64, unit: "characters"),
            default: .integer(PasswordPolicy.standardMinimum), "The shortest password that somebody may choose."),
        Setting(
            .passwordsThreads, .integer(0...64, unit: "threads"), default: .integer(0),
            "Passwords hashed at once, each on a thread with memory of its own; 0 stands for one for each core that it may "
                + "use."),
        Setting(
            .passwordsWaiting, .integer(PasswordHasherSettings.settableWaiting, unit: "people"),
            default: .integer(PasswordHasherSettings.standardWaiting),
            "How many may wait for a thread; who comes then is asked to try again."),
        Setting(
            .passwordsMemory, .integer(Argon2Parameters.settableMemory, unit: "KiB"),
            default: .integer(Argon2Parameters.standard.memory),
            "Memory of one Argon2id hash. Hashes of other parameters are made anew when their owner signs in."),
        Setting(
            .passwordsPasses, .integer(Argon2Parameters.verifiablePasses, unit: "passes"),
            default: .integer(Argon2Parameters.standard.passes), "How often Argon2id goes over that memory."),
    ]

    static let accounts: [Setting] = [
        Setting(
            .accountsSchema, .path,
            "A JSON file that describes the attributes of people beside the standard ones, and which attribute, group or "
                + "role reaches which token of which client: docs/guide/people.md."),
        Setting(
            .accountsSelfRegistration, .flag, default: .flag(false),
            "Whether strangers may make themselves an account, with an address that they prove by mail."),
        Setting(
            .accountsResetLinkLifetime, .integer(300...86_400, unit: "seconds"), default: .integer(1800),
            "How long a link to reset a password is good."),
        Setting(
            .accountsVerificationLinkLifetime, .integer(3600...604_800, unit: "seconds"), default: .integer(86_400),
            "How long a link to verify an address is good."),
        Setting(
            .accountsInvitationLifetime, .integer(86_400...2_592_000, unit: "seconds"), default: .integer(604_800),
            "How long an invitation is good."),
        Setting(
            .accountsUnclaimedLifetime, .integer(86_400...2_592_000, unit: "seconds"), default: .integer(604_800),
            "How long an account waits that a stranger asked for, until its owner takes it up; then it goes."),
        Setting(
            .accountsMailsPerHour, .integer(1...20, unit: "mails"), default: .integer(3),
            "Mails that one person gets in an hour because somebody asked for them on a page."),
    ]

    static let mail: [Setting] = [
        Setting(
            .mailHost, .text,
            "The mail server that takes our mails, by SMTP. Without one no mail is sent: nobody can reset a password, and "
                + "invitations are links that an administrator passes on."),
        Setting(.mailPort, .integer(1...65_535, unit: "a port"), default: .integer(587), "Its port."),
        Setting(
            .mailSecurity, .choice(SMTPSettings.Security.allCases.map(\.rawValue)), default: .text("starttls"),
            "How the connection becomes private: starttls demands the command of that name, tls speaks TLS from the first "
                + "byte (port 465), none is for a server on this machine only."),
        Setting(
            .mailAuthorities, .path,
            "Certificate authorities in PEM that are trusted for this server, besides the system's."),
        Setting(.mailUser, .text, "The name that we sign in with there; none: we do not sign in."),
        Setting(
            .mailPassword, .text, isSecret: true,
            "The password of mail.user; meant for the environment variable, where no file should hold it."),
        Setting(
            .mailPasswordFile, .path, "A file with the password of mail.user, readable by its owner only."),
        Setting(.mailFrom, .text, "The address that mails are from. Required when mail.host is set."),
        Setting(.mailFromName, .text, defaultText: "the value of pages.name", "The name beside that address."),
        Setting(
            .mailTimeLimit, .integer(5...120, unit: "seconds"), default: .integer(30),
            "How long handing over one mail may take."),
        Setting(
            .mailLifetime, .integer(600...604_800, unit: "seconds"), default: .integer(86_400),
            "How long a mail is tried again before it is given up."),
        Setting(
            .mailParallel, .integer(1...32, unit: "mails"), default: .integer(4),
            "Mails handed over at the same time, each over a connection and on a thread of its own, so that one which the "
                + "server is slow to take holds up no other."),
    ]

    static let pages: [Setting] = [
        Setting(
            .pagesName, .text, default: .text("Tessera"), "What people know this place by, on pages and in mails."),
        Setting(
            .pagesLogo, .path,
            "A picture to show instead of our mark: PNG, JPEG, WebP or SVG, at most 256 KiB. Served by this server."),
        Setting(
            .pagesAccent, .text,
            "The colour of buttons and links, as #rrggbb; it must be dark enough to be read on light ground."),
        Setting(
            .pagesAccentDark, .text, defaultText: "a lighter shade of pages.accent",
            "The same for dark pages, where it must be light enough."),
        Setting(
            .pagesLanguage, .choice(MailLanguage.all.map(\.code)), default: .text("en"),
            "The language of pages and mails for people whose own language they are not written in."),
    ]

    static let signInThrottling: [Setting] = [
        Setting(
            .throttleAccountBurst, .integer(5...100, unit: "failures"), default: .integer(50),
            "Wrong passwords for one account, from browsers in which its owner never signed in, before they have to wait."
        ),
        Setting(
            .throttleAccountRate, .integer(1...100, unit: "failures an hour"), default: .integer(2),
            "How fast they are forgiven."),
        Setting(
            .throttleAccountAddressBurst, .integer(5...100, unit: "failures"), default: .integer(10),
            "Wrong passwords for one account from one address before it has to wait."),
        Setting(
            .throttleAccountAddressRate, .integer(1...1000, unit: "failures an hour"), default: .integer(60),
            "How fast they are forgiven."),
        Setting(
            .throttleKnownBrowserBurst, .integer(5...100, unit: "failures"), default: .integer(20),
            "Wrong passwords for one account in a browser in which its owner signed in before; what strangers do does not "
                + "count here."),
        Setting(
            .throttleKnownBrowserRate, .integer(1...1000, unit: "failures an hour"), default: .integer(3),
            "How fast they are forgiven."),
        Setting(
            .throttleBrowserBurst, .integer(5...1000, unit: "failures"), default: .integer(30),
            "Wrong passwords from one browser, whatever the account, before it has to wait."),
        Setting(
            .throttleBrowserRate, .integer(1...10_000, unit: "failures an hour"), default: .integer(60),
            "How fast they are forgiven."),
        Setting(
            .throttleSignInAddressBurst, .integer(10...100_000, unit: "failures"), default: .integer(100),
            "Wrong passwords from one address, whatever the account, before it has to wait."),
        Setting(
            .throttleSignInAddressRate, .integer(10...100_000, unit: "failures an hour"), default: .integer(600),
            "How fast they are forgiven."),
        Setting(
            .throttleMailBurst, .integer(1...10_000, unit: "requests"), default: .integer(20),
            "Requests from one address that cause mail, before it has to wait."),
        Setting(
            .throttleMailRate, .integer(1...10_000, unit: "requests an hour"), default: .integer(60),
            "How fast they are forgiven."),
    ]
}
