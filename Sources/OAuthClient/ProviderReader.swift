import JOSE
import OAuth

/// Reads what a provider publishes, and waits for no answer longer than a stated time, whatever the transport does.
struct ProviderReader: Sendable {
    let issuer: Issuer
    let transport: any HTTPTransport
    /// Other origins than the issuer's own that its endpoints may have.
    let origins: Set<String>
    let timeLimit: Duration

    func configuration() async -> Result<ProviderConfiguration, OAuthClientError> {
        do throws(OAuthClientError) {
            let address = issuer.rawValue + "/.well-known/openid-configuration"
            let response = try await fetch(TransportRequest(get: address))
            guard response.status == 200, response.isOf(type: "application/json") else {
                throw OAuthClientError.discovery(
                    "the provider answers with status \(response.status) instead of its document")
            }
            return .success(try ProviderConfiguration(response.body, issuer: issuer, allowing: origins))
        } catch { return .failure(error) }
    }

    func keySet(
        namedBy configuration: ProviderDocument<ProviderConfiguration>, at now: NumericDate
    ) async -> Result<JWKSet, OAuthClientError> {
        do throws(OAuthClientError) {
            let address = try await configuration.value(youngerThan: Provider.maximumAge, at: now).keySetURL
            let response = try await fetch(TransportRequest(get: address, accept: "application/jwk-set+json"))
            guard response.status == 200, let keySet = try? JWKSet(parsing: response.body) else {
                throw OAuthClientError.unavailable("the provider's keys cannot be read")
            }
            return .success(keySet)
        } catch { return .failure(error) }
    }

    private func fetch(_ request: TransportRequest) async throws(OAuthClientError) -> TransportResponse {
        let found = await answer(within: timeLimit) { [transport] in await transport.result(of: request) }
        guard let result = found else { throw .unavailable("the provider does not answer in time") }
        return try result.get()
    }
}

extension HTTPTransport {
    fileprivate func result(of request: TransportRequest) async -> Result<TransportResponse, OAuthClientError> {
        do throws(OAuthClientError) { return .success(try await answer(request)) } catch { return .failure(error) }
    }
}
