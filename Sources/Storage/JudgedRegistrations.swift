package import OAuth

/// The registrations that a request was judged by. What a person gives rests on them: nothing is given if one of them
/// was changed or deleted between the judgement and the moment at which it is written.
package struct JudgedRegistrations: Hashable, Sendable {
    package let client: ClientID
    package let version: Int64
    /// Each resource that anything is asked for at, with its version.
    package let resources: [ResourceIndicator: Int64]

    package init(client: ClientID, version: Int64, resources: [ResourceIndicator: Int64] = [:]) {
        self.client = client
        self.version = version
        self.resources = resources
    }
}
