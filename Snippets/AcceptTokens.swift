//! Accepting tokens without a framework: one call for each request.

// snippet.hide
import Foundation
import JOSE
import Logging
import OAuth
import ResourceServer

func judge(
    _ fields: [String], _ transport: any HTTPTransport, _ description: ProtectedResourceMetadata,
    answer: (Int, String?) -> Void, at now: NumericDate
) async throws {
    // snippet.show
    // snippet.one-call
    let validator = try AccessTokenValidator(
        issuer: "https://id.example.com", resource: "https://notes.example.com", transport: transport)
    let accessGuard = AccessGuard(validator)
    let rule = AccessRule(scope: try Scope("read"))
    do throws(AccessRefusal) {
        let token = try await accessGuard.admit(authorization: fields, rule: rule, at: now)
        print("hello, \(token.subject)")
    } catch {
        // The status of the answer, and its field WWW-Authenticate.
        answer(error.status, error.challenge(metadata: description.address))
    }
    // snippet.end
    // snippet.hide
}

func ask(
    _ issuer: Issuer, _ resource: ResourceIndicator, _ id: ClientID, _ secret: Secret, _ transport: any HTTPTransport
) -> AccessGuard {
    // snippet.show
    // snippet.opaque-tokens
    let discovery = IssuerDiscovery(issuer: issuer, transport: transport)
    let introspection = IntrospectionClient(
        discovery,
        as: IntrospectionClient.Registration(resource: resource, id: id, authentication: .secretBasic(secret)))
    let accessGuard = AccessGuard(AccessTokenValidator(discovery, resource: resource), introspection: introspection)
    // snippet.end
    // snippet.hide
    return accessGuard
}

func follow(
    _ validator: AccessTokenValidator, _ issuer: Issuer, _ resource: ResourceIndicator, _ secret: Secret,
    _ transport: any HTTPTransport & HTTPStreamTransport, _ logger: Logger
) -> (AccessGuard, RevocationFeedReader) {
    // snippet.show
    // snippet.revocations
    let feed = RevocationFeed(
        issuer: issuer, audience: resource, resource: ClientID(unchecked: "orders"), secret: secret)
    let revocations = RevocationFeedReader(
        feed, policy: RevocationPolicy(mode: .refuse, bound: .seconds(15)), transport: transport, streams: transport,
        clock: ReaderClock(ContinuousClock()) { NumericDate(secondsSince1970: Int64(Date().timeIntervalSince1970)) },
        report: { state in logger.notice("\(state)") })
    let accessGuard = AccessGuard(validator, revocations: revocations)
    // snippet.end
    // snippet.hide
    return (accessGuard, revocations)
}
