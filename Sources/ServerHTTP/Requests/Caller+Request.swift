import AuthorizationServer

extension Caller {
    /// Who sent a request.
    init(of request: ServerRequest) {
        self.init(
            address: request.peer.address, isProxy: request.peer.hidesClient, requestID: request.requestID)
    }
}
