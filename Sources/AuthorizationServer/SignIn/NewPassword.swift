package import Authenticators
import JOSE
import OAuth
import Storage

/// A password that somebody chooses, typed twice.
struct NewPassword: Sendable {
    private let typed: Secret
    private let again: Secret

    init(_ typed: Secret, again: Secret) {
        self.typed = typed
        self.again = again
    }

    /// The password, if it may be this person's. What others know of the person and the place is not a password.
    func judged(for user: User, by policy: PasswordPolicy, knowing place: [String]) -> Result<Password, UnfitPassword> {
        guard typed == again else { return .failure(.repetitionDiffers) }
        let personal = ["name", "given_name", "family_name", "nickname"].compactMap { user.attributes.string($0) }
        let context = [user.username.rawValue] + (user.email.map { [$0.rawValue] } ?? []) + personal + place
        do {
            return .success(try policy.choose(typed.revealedValue, context: context))
        } catch {
            return .failure(.weak(error))
        }
    }
}

/// Why a password may not be chosen, for the page to say.
package enum UnfitPassword: Error, Hashable, Sendable {
    /// It was not typed the same twice.
    case repetitionDiffers
    case weak(PasswordWeakness)
}

extension OpenIDProvider {
    /// Judges a new password of `user` by this issuer's policy.
    func judge(_ new: NewPassword, for user: User) -> Result<Password, UnfitPassword> {
        new.judged(for: user, by: policy.people.passwords, knowing: [policy.people.displayName, issuer.rawValue])
    }
}
