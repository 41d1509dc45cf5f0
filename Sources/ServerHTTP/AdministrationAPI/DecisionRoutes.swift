package import AuthorizationServer
import JOSE
import OAuth

/// What was refused and why, at a Unix socket of its own, for a gateway that runs without a server: the two operations of
/// the administration API that need none, at the same paths and in the same words, so that `tessera explain` asks either.
package struct DecisionRoutes: Sendable {
    private let journal: DecisionJournal
    /// Who may ask besides root.
    private let ownUserID: UInt32

    private static let path = "/admin/v1/decisions"
    private static let parameters: Set<String> = ["before", "check", "endpoint", "client", "since", "until", "limit"]

    package init(journal: DecisionJournal, ownUserID: UInt32) {
        self.journal = journal
        self.ownUserID = ownUserID
    }

    package var table: RouteTable {
        let route = Route("decisions", [.get: .apart { answer($0, at: $1) }])
        return RouteTable([Self.path: route], below: Self.path + "/", route)
    }

    private func answer(_ request: ServerRequest, at now: NumericDate) -> ServerResponse {
        do {
            try checkSender(of: request)
            guard request.path != Self.path else { return .json(try page(request, at: now)) }
            _ = try AdministrationQuery(request.query, knowing: [])
            return .json(try one(request, at: now))
        } catch let refusal as AdministrationRefusal {
            return refusal.response
        } catch AdministrationError.invalid(let problems) {
            let text = problems.map(\.description).joined(separator: "; ")
            return AdministrationRefusal(400, "invalid_request", text, problems: problems).response
        } catch {
            return AdministrationRefusal.notFound("there is no such decision").response
        }
    }

    /// The operating system says who is at the other end of the socket; a browser is nobody who may ask.
    private func checkSender(of request: ServerRequest) throws(AdministrationRefusal) {
        guard request.headers.count("origin") == 0 else {
            throw AdministrationRefusal(403, "forbidden", "this socket is not for pages of a browser")
        }
        guard let userID = request.sender.userID, userID == 0 || userID == ownUserID else {
            throw AdministrationRefusal(403, "forbidden", "only root and the user of the gateway may ask")
        }
    }

    private func page(_ request: ServerRequest, at now: NumericDate) throws(AdministrationError) -> [UInt8] {
        let asked = try DecisionQuery(AdministrationQuery(request.query, knowing: Self.parameters), of: journal)
        return Representation.decisions(journal.decisions(asked, at: now), of: asked)
    }

    private func one(_ request: ServerRequest, at now: NumericDate) throws(AdministrationRefusal) -> [UInt8] {
        // A name has nothing that a path would escape.
        let name = String(request.path.dropFirst(Self.path.count + 1))
        guard let decision = journal.decision(named: name, at: now) else {
            throw .notFound("there is no such decision: nothing was refused under this name, or it is forgotten")
        }
        return Representation.object { Representation.decision(decision, &$0) }
    }
}
