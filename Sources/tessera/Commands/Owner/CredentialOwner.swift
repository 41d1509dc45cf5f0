/// Who has a `client_id` with secrets and tokens of its own: the commands for clients and for resources differ in the word
/// and in the path.
protocol CredentialOwner {
    static var word: String { get }
}

enum ClientOwner: CredentialOwner { static let word = "client" }
enum ResourceOwner: CredentialOwner { static let word = "resource" }

extension CredentialOwner {
    static func path(_ id: String, _ more: String) -> String {
        "/admin/v1/\(word)s/\(AdministrationClient.segment(id))/\(more)"
    }
}
