import Glibc
import tessera

extension Mutation {
    private static let sound = "mail:\n  host: mail.example.com\n  from: id@example.com\n"

    static let people: [Mutation] = [
        Mutation("mail in clear across a network", .mailPlain, yaml: sound + "  security: none\n"),
        Mutation("mail in clear to a name like loopback", .mailPlain, yaml: sound + "  security: none\n") {
            try $0.write(
                "issuer: https://id.example.com\nmail:\n  host: localhost.evil.example\n  from: id@example.com\n"
                    + "  security: none\n", to: "tessera.yaml", mode: 0o644)
        },
        Mutation("mail in clear on this machine", yaml: "mail:\n  host: 127.0.0.1\n  from: a@b.c\n  security: none\n"),
        Mutation("mail from nobody", .mailSenderInvalid, yaml: "mail:\n  host: mail.example.com\n"),
        Mutation(
            "mail from two", .mailSenderInvalid, yaml: "mail:\n  host: mail.example.com\n  from: a@b.c, d@e.f\n"),
        Mutation("a name of two lines", .mailSenderInvalid, yaml: sound + "  from-name: \"a\\r\\nBcc: x@y.z\"\n"),
        Mutation("a mail server with a path", .mailHostInvalid, yaml: "mail:\n  host: a.b/c\n  from: a@b.c\n"),
        Mutation("mail settings without a server", .contradiction, yaml: "mail:\n  from: a@b.c\n"),
        Mutation("unknown security", .notAllowed, yaml: sound + "  security: maybe\n"),
        Mutation("a user without a password", .contradiction, yaml: sound + "  user: me\n"),
        Mutation(
            "a mail password in a readable file", .fileExposed, yaml: sound + "  user: me\n  password: secret\n"),
        Mutation(
            "a mail password that others may read", .mailPasswordExposed,
            yaml: sound + "  user: me\n  password-file: mail.txt\n"
        ) { try $0.write("secret\n", to: "mail.txt", mode: 0o644) },
        Mutation(
            "an empty mail password", .mailPasswordMissing, yaml: sound + "  user: me\n  password-file: mail.txt\n"
        ) { try $0.write("\n", to: "mail.txt") },
        Mutation(
            "two mail passwords", .contradiction, yaml: sound + "  user: me\n  password-file: mail.txt\n",
            environment: ["TESSERA_MAIL_PASSWORD": "secret"]
        ) { try $0.write("secret\n", to: "mail.txt") },
        Mutation("mail authorities that are none", .authoritiesBroken, yaml: sound + "  authorities: tessera.yaml\n"),
        Mutation("alarms to no address", .alarmsUnusable, yaml: sound + "alarms:\n  mail: nobody\n"),
        Mutation("alarms without mail", .contradiction, yaml: "alarms:\n  mail: security@example.com\n"),
        Mutation("alarms by mail", yaml: sound + "alarms:\n  mail: security@example.com\n"),
        Mutation("a status list of nothing", .statusListResourceInvalid, yaml: "status-list:\n  resources: ['*', x]\n"),
        Mutation("a status list of all", yaml: "status-list:\n  resources: ['*']\n"),
        Mutation("alarms in clear", .alarmsUnusable, yaml: "alarms:\n  webhook: http://alarms.example.com/\n"),
        Mutation("alarms to a webhook", yaml: "alarms:\n  webhook: https://alarms.example.com/in\n"),
        Mutation(
            "keys that live longer than they may", .contradiction,
            yaml: "api-keys:\n  lifetime: 7200\n  maximum-lifetime: 3600\n"),
        Mutation("accounts without mail", .contradiction, yaml: "accounts:\n  self-registration: true\n"),
        Mutation("a schema that is none", .schemaUnusable, yaml: "accounts:\n  schema: tessera.yaml\n"),
        Mutation("a schema of a taken name", .schemaUnusable, yaml: "accounts:\n  schema: schema.json\n") {
            try $0.write(#"{"attributes": {"email": {}}}"#, to: "schema.json")
        },
        Mutation("a schema", yaml: "accounts:\n  schema: schema.json\n") {
            try $0.write(
                #"{"attributes": {"department": {}}, "claims": [{"claim": "dept", "attribute": "department"}]}"#,
                to: "schema.json")
        },
        Mutation("a short password", .outOfRange, yaml: "passwords:\n  minimum-length: 14\n"),
        Mutation("quick hashes", .passwordHashWeak, yaml: "passwords:\n  memory: 7168\n  passes: 4\n"),
        Mutation("hashes of one pass", .passwordHashWeak, yaml: "passwords:\n  passes: 1\n"),
        Mutation(
            "a session that idles longer than it lives", .contradiction, yaml: "sessions:\n  idle-lifetime: 700000\n"),
        Mutation("an eternal session", .outOfRange, yaml: "sessions:\n  lifetime: 7776001\n"),
        Mutation("a slow code", .outOfRange, yaml: "tokens:\n  code-lifetime: 61\n"),
        Mutation("white on white", .brandingUnusable, yaml: "pages:\n  accent: '#ffffff'\n"),
        Mutation("a logo of text", .brandingUnusable, yaml: "pages:\n  logo: tessera.yaml\n"),
    ]
}
