import AuthorizationServer
import JOSE
import OAuth
import Storage
import Testing

extension Administrator {
    static let root = Administrator(
        actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r-root")
    static let writer = Administrator(
        actor: "client:ops", rights: [.read, .write], address: "192.0.2.7", requestID: "r-writer")
    static let reader = Administrator(
        actor: "client:ro", rights: [.read], address: "192.0.2.8", requestID: "r-reader")
    static let nobody = Administrator(actor: "client:eve", rights: [], address: "192.0.2.9", requestID: "r-nobody")
}

/// What an operation was refused with; `nil` if it was done.
func refusal(_ operation: () async throws -> Void) async -> AdministrationError? {
    do {
        try await operation()
        return nil
    } catch let error as AdministrationError {
        return error
    } catch {
        Issue.record("threw \(error)")
        return nil
    }
}

/// The fields of which an operation complains.
func problemFields(_ operation: () async throws -> Void) async -> [String] {
    guard case .invalid(let problems)? = await refusal(operation) else { return [] }
    return problems.map(\.field)
}
