import AuthorizationServer
import JOSE
import OAuth

/// One request to the administration API after everything around it has been checked.
struct AdministrationCall: Sendable {
    let administrator: Administrator
    let now: NumericDate
    /// The decoded names in the path.
    let parameters: [String]
    let query: AdministrationQuery
    /// Empty without a body.
    let body: JSONObject
    /// The version in `If-Match`.
    let matchedVersion: Int64?

    /// The name in the path at `index`, as an identifier of the kind that is asked for.
    func identifier<Kind: Identifier>(_ index: Int = 0) throws(AdministrationError) -> Kind {
        guard parameters.indices.contains(index), let id = Kind(parameters[index]) else { throw .missing("such thing") }
        return id
    }
}
