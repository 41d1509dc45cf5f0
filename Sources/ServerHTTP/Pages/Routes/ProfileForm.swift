import AuthorizationServer
import JOSE
import OAuth
import Storage

/// The form in which a person changes their attributes: which fields it has, and what it means when it comes back.
struct ProfileForm {
    private let user: User
    private let names: [String]
    private let schema: AttributeSchema
    /// Without mail no address can be proven, so none is asked for.
    private let canChangeAddress: Bool

    /// The standard ones that have a label, in the order of the page, with what browsers can fill in.
    private static let standard: [(name: String, labelKey: String, type: String, autocomplete: String)] = [
        ("name", "display_name", "text", "name"), ("given_name", "given_name", "text", "given-name"),
        ("family_name", "family_name", "text", "family-name"), ("nickname", "nickname", "text", "nickname"),
        ("birthdate", "birthdate", "date", "bday"), ("website", "website", "url", "url"),
        ("locale", "locale", "text", "language"), ("zoneinfo", "zoneinfo", "text", "off"),
    ]

    /// - Parameter provider: of its attributes, what people may change.
    init(_ user: User, of provider: OpenIDProvider) {
        let schema = provider.policy.people.attributes
        self.user = user
        self.schema = schema
        canChangeAddress = provider.sendsMail
        let known = Self.standard.map(\.name)
        let custom = schema.attributes.filter { name, attribute in
            AttributeSchema.standard.attributes[name] == nil && attribute.editor == .person
        }
        names = known.filter { schema.attributes[$0]?.editor == .person } + custom.keys.sorted()
    }

    private static let prefix = "attribute."

    func change(_ form: FormParameters) -> ProfileChange {
        var attributes: [String: String] = [:]
        // An emptied field removes the attribute.
        for name in names { attributes[name] = form[Self.prefix + name] ?? "" }
        var change = ProfileChange(attributes: attributes, version: form["version"].flatMap { Int64($0) })
        if let email = form["email"], isAnother(email) {
            change.address = AddressChange(to: email, password: Secret(form["current"] ?? ""))
        }
        return change
    }

    /// In the form in which addresses are compared: the same one in capitals is no other.
    private func isAnother(_ email: String) -> Bool {
        guard let address = LoginName(email) else { return !email.isEmpty || user.email != nil }
        return address != user.email
    }

    func page(isSaved: Bool) -> AccountProfilePage {
        AccountProfilePage(
            fields: names.map { field($0, value: form(of: $0).text(of: user.attributes[$0])) },
            email: user.email?.rawValue ?? "", canChangeAddress: canChangeAddress, version: user.version,
            isSaved: isSaved)
    }

    /// What was typed, and what is wrong with it.
    func page(filledWith form: FormParameters, _ problem: PasswordProblem) -> AccountProfilePage {
        AccountProfilePage(
            fields: names.map { field($0, value: form[Self.prefix + $0] ?? "") }, email: form["email"] ?? "",
            canChangeAddress: canChangeAddress, version: user.version, problem: problem)
    }

    private func field(_ name: String, value: String) -> AccountProfilePage.Field {
        guard let known = Self.standard.first(where: { $0.name == name }) else {
            return custom(name, value: value)
        }
        return AccountProfilePage.Field(
            name: Self.prefix + name, value: value, labelKey: known.labelKey, type: known.type,
            autocomplete: known.autocomplete, maximumLength: maximumLength(of: name))
    }

    /// The schema counts bytes and a browser UTF-16 units, of which a text never has more than bytes. What has a form
    /// of its own is as long as that.
    private func maximumLength(of name: String) -> Int? {
        guard let attribute = schema.attributes[name] else { return nil }
        return switch attribute.form {
        case .string, .url: attribute.maximumLength
        case .date, .integer, .boolean, .strings, .address: nil
        }
    }

    private func form(of name: String) -> AttributeSchema.Form { schema.attributes[name]?.form ?? .string }

    private func custom(_ name: String, value: String) -> AccountProfilePage.Field {
        let form = form(of: name)
        let type =
            switch form {
            case .date: "date"
            case .integer: "number"
            default: "text"
            }
        var field = AccountProfilePage.Field(
            name: Self.prefix + name, value: value, labelKey: nil, label: name, type: type,
            maximumLength: maximumLength(of: name))
        switch form {
        case .boolean: field.control = .yesOrNo
        case .strings, .address: field.control = .lines
        case .string, .url, .date, .integer: field.control = .line
        }
        return field
    }
}
