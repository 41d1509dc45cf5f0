import ArgumentParser
import JOSE
import Storage

/// Whom a command is about.
struct UserArgument: ParsableArguments {
    @Argument(help: "The id, user name or e-mail address of the person.")
    var user: String

    /// The path of the person, found by name if that is no id.
    func path(_ rest: String = "", asking client: AdministrationClient) async throws -> String {
        "/admin/v1/users/" + AdministrationClient.segment(try await id(asking: client)) + rest
    }

    /// An id goes first: somebody whose name is the id of another must not stand for them.
    private func id(asking client: AdministrationClient) async throws -> String {
        let answer = try await client.answer(.get, "/admin/v1/users/" + AdministrationClient.segment(user))
        if answer.status == 200 { return user }
        guard answer.status == 404, let name = LoginName(user) else { throw AdministrationFailure.failure(answer) }
        var after: String?
        repeat {
            let page = try await client.send(
                .get, "/admin/v1/users", query: [("search", name.rawValue), ("after", after), ("limit", "1000")])
            let found = page.objects("users").first { person in
                [person.string("username"), person.string("email")].contains(name.rawValue)
            }
            if let id = found?.string("id") { return id }
            after = page.string("next")
        } while after != nil
        throw AdministrationFailure.failure(answer)
    }
}
