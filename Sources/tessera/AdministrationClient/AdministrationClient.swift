import AsyncHTTPClient
import FoundationEssentials
import JOSE
import NIOCore
import NIOHTTP1

/// Speaks to the administration API of the running server over its Unix socket.
struct AdministrationClient: Sendable {
    private static let maximumAnswer = 16 << 20
    private static let deadline = TimeAmount.seconds(60)

    let socket: String

    enum Method: String { case get, post, put, patch, delete }

    /// What the server answered.
    struct Answer {
        let status: UInt
        let body: [UInt8]

        /// The object in the body; empty if there is none.
        var json: JSONObject {
            (try? JSONObject(parsing: body, limits: .document(maximumBytes: AdministrationClient.maximumAnswer)))
                ?? JSONObject()
        }
    }

    /// The object of a successful answer; everything else is a ``CommandFailure``.
    @discardableResult
    func send(
        _ method: Method, _ path: String, query: [(String, String?)] = [], body: JSONObject? = nil
    ) async throws -> JSONObject {
        let answer = try await answer(method, path, query: query, body: body)
        guard (200..<300).contains(answer.status) else { throw AdministrationFailure.failure(answer) }
        return answer.json
    }

    func answer(
        _ method: Method, _ path: String, query: [(String, String?)] = [], body: JSONObject? = nil
    ) async throws -> Answer {
        guard FileFacts(socket) != nil else { throw AdministrationFailure.unreachable(socket) }
        guard let url = Self.url(socket: socket, path: path, query: query) else {
            throw CommandFailure(.usage, "invalid_path", "\(socket) is no path of a socket")
        }
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method.rawValue.uppercased())
        request.headers.add(name: "Host", value: "localhost")
        request.headers.add(name: "User-Agent", value: "tessera/\(Version.text)")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body.jsonBytes)
        }
        do {
            return try await HTTPExchange.perform(request, within: Self.deadline, limit: Self.maximumAnswer) {
                Answer(status: $0, body: $1)
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw AdministrationFailure.unreachable(socket, because: error)
        }
    }

    /// One segment of a path, so that an id can never become two segments or a query.
    static func segment(_ id: String) -> String { PercentEncoding.encode(id) }

    static func url(socket: String, path: String, query: [(String, String?)]) -> String? {
        let pairs = query.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.encode($0))" } }
        let suffix = pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
        guard !socket.isEmpty else { return nil }
        return "http+unix://" + PercentEncoding.encode(socket) + path + suffix
    }
}
