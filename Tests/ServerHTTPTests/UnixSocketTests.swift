import FoundationEssentials
import ServerHTTP
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

@Suite struct UnixSocketTests {
    @Test func `knows the user at the other end of a Unix socket`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/admin.sock"
        let server = try await LiveServer.handlerServer(
            configure: { $0.address = .unix(path: path) },
            handler: { request, _ in .json(Array("\(request.peer.address) \(request.peer.userID ?? 9_999)".utf8)) })
        #expect(try folder.mode("admin.sock") == 0o600)
        let answer = try await server.exchange(RequestText.get("/admin"))
        #expect(answer.body == "unix \(getuid())")
        #expect(await server.logLines().contains { $0.contains(#""address":"unix","uid":\#(getuid()),"#) })
        try await server.shutDown()
        #expect(!FileManager.default.fileExists(atPath: path))
        folder.remove()
    }
}
