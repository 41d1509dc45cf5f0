import AuthorizationServer
import JOSE
import OAuth

extension AdministrationAPI {
    func status(_ call: AdministrationCall) async throws -> ServerResponse {
        let status = try await administration.status(by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("version", operations.version)
                writer.member("issuer", status.issuer.rawValue)
                writer.member("started_at", startedAt)
                writer.member("uptime", max(0, (call.now - startedAt).components.seconds))
                writer.member("clients", status.clients)
                writer.member("resources", status.resources)
                Representation.keys(status.keys, at: call.now, &writer)
            })
    }

    func backUp(_ call: AdministrationCall) async throws -> ServerResponse {
        let path = try call.absolutePath("path")
        let event = try administration.operation(
            "backup.made", detail: "to \(path)", by: call.administrator, at: call.now)
        // Recorded first: a copy of everything must not exist without a trace of who made it.
        try await administration.record(event)
        do {
            try await operations.backUp(path)
        } catch {
            let failure = try administration.operation(
                "backup.failed", detail: "to \(path)", by: call.administrator, at: call.now)
            try? await administration.record(failure)
            throw error
        }
        return Self.done(Representation.object { $0.member("path", path) }, status: 201)
    }

    func rewrap(_ call: AdministrationCall) async throws -> ServerResponse {
        let path = try call.absolutePath("new_master_key_file")
        let event = try administration.operation("master_key.rewrapped", by: call.administrator, at: call.now)
        try await operations.rewrap(path, event)
        return Self.doneWithoutContent()
    }

    func metrics(_ call: AdministrationCall) async -> ServerResponse {
        let headers = HeaderFields([
            .init(name: "content-type", value: MetricsRegistry.mediaType),
            .init(name: "cache-control", value: "no-store"),
        ])
        return ServerResponse(status: 200, headers: headers, body: Array(await operations.metrics().utf8))
    }

    func live() -> ServerResponse { Self.health(true) }

    func ready() async -> ServerResponse { Self.health(await operations.isReady()) }

    private static func health(_ isOK: Bool) -> ServerResponse {
        .json(
            Representation.object { $0.member("status", isOK ? "ok" : "unavailable") }, status: isOK ? 200 : 503,
            facts: RequestFacts(decision: "health"))
    }
}

extension AdministrationCall {
    /// The one member of the body, a path without detours.
    fileprivate func absolutePath(_ name: String) throws(AdministrationError) -> String {
        var reader = BodyReader(body)
        let path = reader.string(name)
        var problems = reader.finish()
        if let path {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            let isPlain =
                parts.count > 1 && parts[0].isEmpty && !parts.dropFirst().contains { ["", ".", ".."].contains($0) }
            let hasControls = path.unicodeScalars.contains { $0.properties.generalCategory == .control }
            if !isPlain || hasControls || path.utf8.count > 1024 {
                problems.append(
                    Problem(name, "must be an absolute path of at most 1024 bytes without empty or dot parts"))
            }
        } else if problems.isEmpty {
            problems.append(Problem(name, "is required"))
        }
        guard let path, problems.isEmpty else { throw .invalid(problems) }
        return path
    }
}
