import AuthorizationServer
import JOSE
import Storage

extension AdministrationAPI {
    func listKeys(_ call: AdministrationCall) async throws -> ServerResponse {
        let keys = try await administration.keys(by: call.administrator, at: call.now)
        return Self.done(Representation.object { Representation.keys(keys, at: call.now, &$0) })
    }

    func rotateKeys(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let text = body.string("purpose")
        var problems = body.finish()
        var purpose: KeyRecord.Purpose?
        if let text, text != "all" {
            purpose = KeyRecord.Purpose(rawValue: text)
            if purpose == nil { problems.append(Problem("purpose", "must be signing:ALGORITHM, sealing, feed or all")) }
        }
        guard problems.isEmpty else { throw AdministrationError.invalid(problems) }
        let keys = try await administration.rotateKeys(for: purpose, by: call.administrator, at: call.now)
        return Self.done(Representation.object { Representation.keys(keys, at: call.now, &$0) })
    }

    func distrustKey(_ call: AdministrationCall) async throws -> ServerResponse {
        let key = try await administration.distrustKey(try call.identifier(), by: call.administrator, at: call.now)
        return Self.done(Representation.object { Representation.key(key, at: call.now, &$0) })
    }

    func retireKey(_ call: AdministrationCall) async throws -> ServerResponse {
        let key = try await administration.retireKey(try call.identifier(), by: call.administrator, at: call.now)
        return Self.done(Representation.object { Representation.key(key, at: call.now, &$0) })
    }
}
