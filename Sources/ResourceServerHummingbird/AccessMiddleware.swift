public import Hummingbird
import Logging
import OAuth
import ResourceServer

/// Lets a request in only with a token that is good here and satisfies a rule; others are answered with the challenge
/// of the standards (RFC 6750 §3, RFC 9470 §3, RFC 9728 §5.1).
public struct AccessMiddleware<Context: AccessTokenContext>: RouterMiddleware {
    private let resource: ProtectedResource
    private let rule: AccessRule

    init(_ resource: ProtectedResource, rule: AccessRule) {
        self.resource = resource
        self.rule = rule
    }

    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        resource.follower?.expectToFollow(context.logger)
        do throws(AccessRefusal) {
            context.accessToken = try await resource.accessGuard.admit(
                authorization: request.headers[values: .authorization], rule: rule, from: context.callerAddress,
                at: resource.now())
        } catch {
            context.logger.info("access refused", metadata: ["reason": "\(error.word)", "found": "\(error)"])
            var response = Self.response(to: error, resource.metadata.address)
            // By this the caller can ask, and the operator find the line above, which has it as 'hb.request.id'.
            if let id = context.logger[metadataKey: "hb.request.id"], let name = HTTPFields.Element.Name("X-Request-Id")
            {
                response.headers[name] = "\(id)"
            }
            return response
        }
        return try await next(request, context)
    }

    static func response(to refusal: AccessRefusal, _ address: ProtectedResourceMetadata.Address?) -> Response {
        var headers: HTTPFields = [.cacheControl: "no-store"]
        if let challenge = refusal.challenge(metadata: address) { headers[.wwwAuthenticate] = challenge }
        if case .unavailable = refusal { headers[.retryAfter] = "1" }
        return Response(status: HTTPResponse.Status(code: refusal.status), headers: headers)
    }
}
