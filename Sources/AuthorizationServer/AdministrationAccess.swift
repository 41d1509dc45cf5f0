package import JOSE
package import OAuth
import Storage

/// Who is administering, and what they may do.
package struct Administrator: Hashable, Sendable {
    /// As the audit log names them: `uid:0`, `client:ops`.
    package let actor: String
    package let rights: Set<AdministrativeRight>
    package let address: String
    package let requestID: String
    /// The access token that was shown; `nil` on the socket.
    package let token: DecisionFacts?

    package init(
        actor: String, rights: Set<AdministrativeRight>, address: String, requestID: String,
        token: DecisionFacts? = nil
    ) {
        self.actor = actor
        self.rights = rights
        self.address = address
        self.requestID = requestID
        self.token = token
    }
}

extension OpenIDProvider {
    /// The resource whose tokens open the administration API over TCP.
    package var administrationResource: ResourceIndicator {
        ResourceIndicator(unchecked: issuer.url(of: .administration))
    }
    package static let administrationResourceID = ClientID(unchecked: "tessera-admin")

    /// Judges a bearer token for the administration API (RFC 9068 §4).
    package func administrator(
        bearing token: Secret, caller: Caller, at now: NumericDate
    ) throws(Rejection) -> Administrator {
        do {
            let claims = try reader.read(token, at: now)
            // A token that a person gave is no administrator's, whatever it says: only standing grants are.
            guard claims.audience.contains(administrationResource), claims.authentication == nil else {
                throw Rejection.audienceWrong(claims.clientID, claims.tokenID)
            }
            return Administrator(
                actor: "client:\(claims.clientID)",
                rights: Set(claims.scope.tokens.compactMap(AdministrativeRight.init(rawValue:))),
                address: caller.address, requestID: caller.requestID,
                token: DecisionFacts(
                    "administered", client: claims.clientID, resource: administrationResource, grant: claims.grant,
                    tokenID: claims.tokenID))
        } catch {
            let rejection: Rejection =
                switch error {
                case let rejection as Rejection: rejection
                case let fault as TokenFaultError: .tokenNotAccepted(fault.fault)
                default: .tokenNotAccepted(.malformed)
                }
            let evidence = evidenceFinder.tokenEvidence(
                rejection, .access(token, at: administrationResource), at: now)
            record(
                Refusal(
                    of: "administration", reason: rejection.reason, client: rejection.client, caller: caller, at: now,
                    evidence: evidence ?? .none))
            throw rejection
        }
    }

    /// Created at the first start. Nobody authenticates as it; its tokens are opaque and short-lived.
    func ensureAdministrationResource(at now: NumericDate) async throws {
        guard try await store.resource(Self.administrationResourceID) == nil else { return }
        let resource = ProtectedResource(
            id: Self.administrationResourceID, identifier: administrationResource, name: "Administration API",
            credentials: RegisteredCredentials(method: .none),
            scope: Scope(unchecked: AdministrativeRight.allCases.map(\.rawValue)), tokenFormat: .opaque,
            accessTokenLifetime: 300, createdAt: now)
        _ = try await store.insert(
            resource,
            recording: AuditEvent(
                at: now, action: "resource.created", actor: "system", target: "resource:\(resource.id)"))
    }
}
