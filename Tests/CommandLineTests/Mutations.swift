import Glibc
import Storage
import tessera

extension Mutation {
    static let issuers: [Mutation] = [
        Mutation("no issuer", .issuerMissing, damage: file("log:\n  level: info\n")),
        Mutation("plain http off loopback", .issuerPlain, damage: file("issuer: http://id.example.com\n")),
        Mutation(
            "plain http on a name that begins like loopback", .issuerPlain,
            damage: file("issuer: http://localhost.evil.test\n")),
        Mutation("trailing slash", .issuerInvalid, damage: file("issuer: https://id.example.com/\n")),
        Mutation("query", .issuerInvalid, damage: file("issuer: https://id.example.com?a=b\n")),
        Mutation("fragment", .issuerInvalid, damage: file("issuer: 'https://id.example.com#a'\n")),
        Mutation("user", .issuerInvalid, damage: file("issuer: https://me@id.example.com\n")),
        Mutation("capital letters", .issuerInvalid, damage: file("issuer: https://ID.example.com\n")),
        Mutation("no URL", .issuerInvalid, damage: file("issuer: id.example.com\n")),
        Mutation("empty", .emptyValue, .issuerMissing, damage: file("issuer:\n")),
    ]

    static let files: [Mutation] = [
        Mutation("missing file", .fileMissing, .issuerMissing, damage: removal(of: "tessera.yaml")),
        Mutation("not YAML", .fileMalformed, .issuerMissing, damage: file("issuer: [\n")),
        Mutation("a list at the top", .fileMalformed, .issuerMissing, damage: file("- issuer\n")),
        Mutation("a key twice", .duplicateKey, .issuerMissing, damage: file("issuer: https://a\nissuer: https://b\n")),
        Mutation("unknown key", .unknownKey, yaml: "isuer: https://x.example\n"),
        Mutation("unknown key below a known level", .unknownKey, yaml: "listen:\n  adress: 127.0.0.1\n"),
        Mutation("unknown list of mappings", .unknownKey, .issuerMissing, yaml: "users:\n  - name: root\n"),
        Mutation("a mapping where a value belongs", .wrongType, yaml: "data:\n  folder: x\n"),
        Mutation("text for a number", .wrongType, yaml: "listen:\n  port: https\n"),
        Mutation("a fraction for a number", .wrongType, yaml: "listen:\n  port: 84.43\n"),
        Mutation("text for a flag", .wrongType, yaml: "log:\n  requests: sometimes\n"),
        Mutation("one value for a list", .wrongType, yaml: "proxy:\n  trusted: 10.0.0.1\n"),
        Mutation("a list for one value", .wrongType, yaml: "listen:\n  address: [127.0.0.1]\n"),
        Mutation("port 0", .outOfRange, yaml: "listen:\n  port: 0\n"),
        Mutation("port beyond 65535", .outOfRange, yaml: "listen:\n  port: 65536\n"),
        Mutation("skew over a minute", .outOfRange, yaml: "tokens:\n  clock-skew: 61\n"),
        Mutation("weak RSA keys", .outOfRange, yaml: "keys:\n  rsa-bits: 1024\n"),
        Mutation("unknown level of log", .notAllowed, yaml: "log:\n  level: loud\n"),
        Mutation("unknown algorithm", .notAllowed, yaml: "keys:\n  algorithms: [ES256, HS256]\n"),
        Mutation("no algorithm", .notAllowed, yaml: "keys:\n  algorithms: []\n"),
        Mutation("unknown variable", .unknownVariable, environment: ["TESSERA_LISTEN_PROT": "9000"]),
        Mutation("variable of another type", .wrongType, environment: ["TESSERA_LISTEN_PORT": "many"]),
        Mutation("variable out of range", .outOfRange, environment: ["TESSERA_LISTEN_PORT": "70000"]),
        Mutation("empty variable", .emptyValue, environment: ["TESSERA_LISTEN_ADDRESS": ""]),
        Mutation("unknown option", .unknownFlag, flags: ["--listen-prot", "9000"]),
        Mutation("argument of no option", .unknownFlag, flags: ["9000"]),
        Mutation("option of another type", .wrongType, flags: ["--listen-port", "many"]),
        Mutation("configuration that others may write", .fileExposed, damage: mode(0o666, of: "tessera.yaml")),
        Mutation(
            "a secret in a readable file", .fileExposed,
            yaml: "master-key:\n  value: \(MasterKey.text(of: Array(0..<32)))\n"),
    ]

    static let network: [Mutation] = [
        Mutation("plain listener for the world", .listenerPlain, yaml: "listen:\n  tls: false\n  address: 0.0.0.0\n"),
        Mutation(
            "plain listener on another address", .listenerPlain, yaml: "listen:\n  tls: false\n  address: 192.0.2.1\n"),
        Mutation("no certificate for the world", .certificateMissing, yaml: "listen:\n  address: '::'\n"),
        Mutation("a name to listen on", .addressInvalid, yaml: "listen:\n  address: id.example.com\n"),
        Mutation("socket and port", .contradiction, yaml: "listen:\n  socket: /run/t.sock\n  port: 9000\n"),
        Mutation("socket with TLS", .contradiction, yaml: "listen:\n  socket: /run/t.sock\n  tls: true\n"),
        Mutation(
            "a long socket", .socketPathTooLong, yaml: "listen:\n  socket: /\(String(repeating: "x", count: 120))\n"),
        Mutation(
            "administration for the world without TLS", .administrationPlain,
            yaml: "administration:\n  address: 0.0.0.0\n"),
        Mutation(
            "administration for the world, TLS off", .administrationPlain,
            yaml: "listen:\n  tls: false\nadministration:\n  address: 0.0.0.0\n"),
        Mutation("administration port without address", .contradiction, yaml: "administration:\n  port: 9000\n"),
        Mutation(
            "both listeners on one port", .contradiction, yaml: "administration:\n  address: 127.0.0.1\n  port: 8443\n"),
        Mutation("a proxy by name", .blockInvalid, yaml: "proxy:\n  trusted: [proxy.example]\n"),
        Mutation("a block too long", .blockInvalid, yaml: "proxy:\n  trusted: [10.0.0.0/33]\n"),
        Mutation("everybody a proxy", .proxyEveryone, yaml: "proxy:\n  trusted: [0.0.0.0/0]\n"),
        Mutation("everybody a proxy by IPv6", .proxyEveryone, yaml: "proxy:\n  trusted: ['::/0']\n"),
        Mutation("fetching from everywhere", .outboundEveryone, yaml: "outbound:\n  allowed: [0.0.0.0/0]\n"),
        Mutation("authorities that are none", .authoritiesBroken, yaml: "outbound:\n  authorities: tessera.yaml\n"),
        Mutation("announcing too short", .contradiction, yaml: "keys:\n  announcement: 500\n"),
        Mutation("announcing longer than signing", .contradiction, yaml: "keys:\n  rotation: 3600\n"),
        Mutation("one address may take all", .contradiction, yaml: "limits:\n  connections: 10\n"),
        Mutation("an open socket folder", .administrationOpen) { installation in
            mkdir(installation.path("data/admin"), 0o755)
            chmod(installation.path("data/admin"), 0o755)
        },
    ]

    static let data: [Mutation] = [
        Mutation("no data folder", .dataMissing, .masterKeyMissing, yaml: "data: nowhere\n"),
        Mutation("a file for a data folder", .dataNotFolder, .masterKeyMissing, yaml: "data: tessera.yaml\n"),
        Mutation("a data folder for everybody", .dataWritable, damage: mode(0o777, of: "data")),
        Mutation("a data folder for the group", .dataWritable, damage: mode(0o770, of: "data")),
        Mutation("no database", .databaseMissing, damage: removal(of: "data/tessera.sqlite")),
        Mutation("a database for everybody", .databaseExposed, damage: mode(0o644, of: "data/tessera.sqlite")),
        Mutation("no master key", .masterKeyMissing, damage: removal(of: "data/master.key")),
        Mutation("a master key for everybody", .masterKeyExposed, damage: mode(0o644, of: "data/master.key")),
        Mutation("a master key for the group", .masterKeyExposed, damage: mode(0o640, of: "data/master.key")),
        Mutation("a short master key", .masterKeyInvalid) { try $0.write("tsm_AAAA\n", to: "data/master.key") },
        Mutation("a master key of zeros", .masterKeyInvalid) {
            try $0.write(MasterKey.text(of: Array(repeating: 0, count: 32)), to: "data/master.key")
        },
        Mutation("a master key by hand", .masterKeyInvalid) { try $0.write("hunter2\n", to: "data/master.key") },
        Mutation("a broken key in the environment", .masterKeyInvalid, environment: ["TESSERA_MASTER_KEY": "hunter2"]),
    ]
}
