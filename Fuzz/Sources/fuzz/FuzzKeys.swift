import JOSE

/// Keys that are the same in every run, so that a finding can be repeated.
enum FuzzKeys {
    static let signing = key(
        #"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","#
            + #""x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)

    static let all = [
        signing,
        key(
            #"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#
                + #""y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#
        ),
    ]

    private static func key(_ json: String) -> SigningKey {
        do {
            return try SigningKey(JSONWebKey(parsing: Array(json.utf8)))
        } catch {
            preconditionFailure("the key of the fuzz targets is refused: \(error)")
        }
    }
}
