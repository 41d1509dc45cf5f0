import Gateway
import JOSE
import OAuth
import ResourceServer
import Risk
import ServerHTTP
import Synchronization
import Testing

/// API keys that are good from some networks only, at the gateway.
@Suite struct CallerAddressTests {
    /// An issuer that answers every question about a key with yes, and notes it.
    private final class AgreeingIssuer: HTTPTransport {
        let forms = Mutex<[String]>([])

        func send(_ request: TransportRequest) async throws -> TransportResponse {
            guard let form = request.form else {
                let metadata = JSONObject([
                    ("issuer", .string(CraftedGateway.issuer)), ("jwks_uri", .string(CraftedGateway.issuer + "/jwks")),
                    ("introspection_endpoint", .string(CraftedGateway.issuer + "/introspect")),
                ])
                return TransportResponse(status: 200, contentType: "application/json", body: metadata.jsonBytes)
            }
            forms.withLock { $0.append(String(decoding: form, as: UTF8.self)) }
            let answer = JSONObject([
                ("active", .bool(true)), ("sub", .string("u1")), ("aud", .string(CraftedGateway.resource.rawValue)),
                ("scope", .string("read")), ("token_type", .string("api_key")),
            ])
            return TransportResponse(status: 200, contentType: "application/json", body: answer.jsonBytes)
        }
    }

    private let issuer = AgreeingIssuer()
    private let endpoint: ForwardAuthEndpoint
    private let key = APIKeyText.make(from: .system).secret.revealedValue

    init() throws {
        let crafted = try CraftedGateway()
        let client = IntrospectionClient(
            IssuerDiscovery(issuer: try #require(Issuer(CraftedGateway.issuer)), transport: issuer),
            as: IntrospectionClient.Registration(
                resource: CraftedGateway.resource, id: ClientID(unchecked: "api"),
                authentication: .secretBasic(Secret("s"))), policy: IntrospectionPolicy(timeLimit: .seconds(30)))
        let judge = crafted.endpoint.judge
        endpoint = ForwardAuthEndpoint(
            judge: GatewayJudge(
                routes: judge.routes, admission: AccessGuard(judge.admission.validator, introspection: client)),
            proxies: crafted.endpoint.proxies, metadata: crafted.endpoint.metadata)
    }

    private func ask(from client: String) async -> Int {
        let fields = [
            ("host", "a.example"), ("x-original-uri", "/files/a"), ("x-original-method", "GET"),
            ("authorization", "Bearer " + key),
        ]
        let request = ServerRequest(
            method: .get, path: ForwardAuthConvention.original.address,
            headers: HeaderFields(fields.map { .init(name: $0.0, value: $0.1) }), peer: Peer(address: client),
            sender: Peer(address: "127.0.0.1"), requestID: "r1", listener: "forward-auth")
        return await endpoint.answer(.original, request, at: CraftedGateway.now).status
    }

    @Test func `the issuer is told of each address that a key comes from, and of no proxy's`() async throws {
        #expect(await ask(from: "192.0.2.7") == 200)
        #expect(await ask(from: "192.0.2.7") == 200)
        #expect(await ask(from: "192.0.2.8") == 200)
        // The proxy did not say for whom it asks.
        #expect(await ask(from: "127.0.0.1") == 200)
        #expect(
            issuer.forms.withLock { $0 } == [
                "token=\(key)&caller_address=192.0.2.7", "token=\(key)&caller_address=192.0.2.8", "token=\(key)",
            ])
    }
}
