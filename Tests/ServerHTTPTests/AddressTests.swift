import Risk
import ServerHTTP
import TestSupport
import Testing

@Suite struct AddressTests {
    @Test(arguments: [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1", "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
        "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd12::1", "fe80::1", "fec0::1",
        "ff02::1",
    ])
    func `never reaches addresses that are not public`(text: String) throws {
        #expect(ForbiddenAddresses.contains(try #require(IPAddress(text))))
    }

    @Test(arguments: [
        "1.1.1.1", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "2a00::1",
    ])
    func `reaches public addresses`(text: String) throws {
        #expect(!ForbiddenAddresses.contains(try #require(IPAddress(text))))
    }

    @Test(arguments: [
        "", "1", "127.1", "0x7f.0.0.1", "0177.0.0.1", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "fe80::1%eth0", "::g",
        "localhost",
    ])
    func `reads no address that has two readings`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `reads ranges`() throws {
        let range = try #require(AddressRange("10.16.0.0/12"))
        #expect(range.contains(try #require(IPAddress("10.31.255.255"))))
        #expect(!range.contains(try #require(IPAddress("10.32.0.0"))))
        #expect(!range.contains(try #require(IPAddress("::1"))))
        #expect(try #require(AddressRange("0.0.0.0/0")).contains(try #require(IPAddress("9.9.9.9"))))
        #expect(try #require(AddressRange("2001:db8::/33")).contains(try #require(IPAddress("2001:db8:7fff::1"))))
        #expect(!(try #require(AddressRange("2001:db8::/33")).contains(try #require(IPAddress("2001:db8:8000::1")))))
        for text in ["", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "x/8"] {
            #expect(AddressRange(text) == nil)
        }
    }

    private static let proxies = TrustedProxies(
        ranges: ["10.0.0.0/8", "::1"].compactMap { AddressRange($0) })

    private func client(_ peer: String, _ fields: (String, String)...) -> String {
        let headers = HeaderFields(fields.map { HeaderFields.Field(name: $0.0, value: $0.1) })
        let client = Self.proxies.client(of: Peer(address: peer), headers)
        // What falls back to a proxy is nobody's address; anything else is that of the client.
        let isProxy = IPAddress(client.address).map { address in
            ["10.0.0.0/8", "::1"].contains { AddressRange($0)?.contains(address) == true }
        }
        #expect(client.clientAddress == (isProxy == true ? nil : client.address))
        return client.address
    }

    @Test(
        arguments: [
            [], [("x-forwarded-for", "198.51.100.1"), ("forwarded", "for=x")],
            [("x-forwarded-for", "198.51.100.1"), ("forwarded", "")],
            [("x-forwarded-for", "198.51.100.1"), ("forwarded", ",")],
            [("forwarded", "for=198.51.100.1"), ("x-forwarded-for", "10.1.1.1")], [("x-forwarded-for", "")],
            [("x-forwarded-for", "unknown")], [("x-forwarded-for", "198.51.100.1, x")], [("forwarded", "for=_hidden")],
            [("forwarded", "by=198.51.100.1")], [("x-forwarded-for", "10.9.9.9, 10.2.2.2")],
        ] as [[(String, String)]])
    func `knows no address of the client where a proxy tells of none, and never takes the proxy's for it`(
        _ fields: [(String, String)]
    ) {
        let headers = HeaderFields(fields.map { HeaderFields.Field(name: $0.0, value: $0.1) })
        for peer in [Peer(address: "10.0.0.1"), Peer(address: "unix", userID: 33)] {
            let proxies = TrustedProxies(ranges: [AddressRange("10.0.0.0/8")].compactMap(\.self), unix: true)
            let client = proxies.client(of: peer, headers)
            #expect(client.clientAddress == nil)
            // What is counted by address has one caller for all of these.
            #expect(client.address == peer.address && client.userID == peer.userID)
        }
        let stranger = Self.proxies.client(of: Peer(address: "192.0.2.9"), headers)
        #expect(stranger == Peer(address: "192.0.2.9") && stranger.clientAddress == "192.0.2.9")
    }

    @Test(.requirement("9700-2.6-2", "9700-4.13-1")) func `believes forwarding headers of listed peers only`() {
        #expect(client("192.0.2.9", ("x-forwarded-for", "198.51.100.1")) == "192.0.2.9")
        #expect(client("10.0.0.1", ("x-forwarded-for", "198.51.100.1")) == "198.51.100.1")
        #expect(client("10.0.0.1") == "10.0.0.1")
        #expect(TrustedProxies.none.client(of: Peer(address: "10.0.0.1"), HeaderFields()).address == "10.0.0.1")
    }

    @Test func `takes the last address that no proxy of ours has`() {
        #expect(client("10.0.0.1", ("x-forwarded-for", "1.1.1.1, 198.51.100.1, 10.9.9.9")) == "198.51.100.1")
        #expect(
            client("10.0.0.1", ("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "198.51.100.1")) == "198.51.100.1")
        #expect(client("10.0.0.1", ("x-forwarded-for", "198.51.100.1:4711")) == "198.51.100.1")
        #expect(client("10.0.0.1", ("x-forwarded-for", "[2a00::1]:80")) == "2a00::1")
        #expect(client("10.0.0.1", ("x-forwarded-for", "1.1.1.1, junk")) == "10.0.0.1")
        #expect(client("10.0.0.1", ("x-forwarded-for", "10.2.2.2")) == "10.0.0.1")
    }

    @Test func `reads the standard header too, but never both`() {
        #expect(client("10.0.0.1", ("forwarded", "for=1.1.1.1, proto=https;for=198.51.100.1")) == "198.51.100.1")
        #expect(client("::1", ("forwarded", #"for="[2a00::1]:80""#)) == "2a00::1")
        #expect(client("10.0.0.1", ("forwarded", "for=unknown")) == "10.0.0.1")
        let both = client("10.0.0.1", ("forwarded", "for=1.1.1.1"), ("x-forwarded-for", "198.51.100.1"))
        #expect(both == "10.0.0.1")
    }

    @Test func `logs the client behind a trusted proxy`() async throws {
        let range = try #require(AddressRange("127.0.0.1"))
        let server = try await LiveServer.publicServer { $0.proxies = TrustedProxies(ranges: [range]) }
        _ = try await server.exchange(RequestText.get("/jwks", "x-forwarded-for: 198.51.100.7"))
        #expect(await server.logLines().contains { $0.contains(#""address":"198.51.100.7""#) })
        try await server.shutDown()
        let other = try await LiveServer.publicServer()
        _ = try await other.exchange(RequestText.get("/jwks", "x-forwarded-for: 198.51.100.7"))
        #expect(await !other.logLines().contains { $0.contains("198.51.100.7") })
        try await other.shutDown()
    }
}
