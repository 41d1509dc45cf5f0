import JOSE
import NIOCore

/// One request on its way through the server, and when it began.
struct Exchange: Sendable {
    let request: ServerRequest
    let route: Route?
    let started: NIODeadline
    let date: NumericDate

    var isHead: Bool { request.method == .head }
}
