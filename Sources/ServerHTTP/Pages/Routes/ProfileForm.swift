import AuthorizationServer
import JOSE
import OAuth
import Storage

/// The form in which a person changes their attributes: which fields it has, and what it means when it comes back.
struct ProfileForm {
    private let user: User
    private let names: [String]
    private let schema: AttributeSchema

    /// The standard ones that have a label, in the order of the page, with what browsers can fill in.
    private static let standard: [(name: String, labelKey: String, type: String, autocomplete: String)] = [
        ("name", "display_name", "text", "name"), ("given_name", "given_name", "text", "given-name"),
        ("family_name", "family_name", "text", "family-name"), ("nickname", "nickname", "text", "nickname"),
        ("birthdate", "birthdate", "date", "bday"), ("website", "website", "url", "url"),
        ("locale", "locale", "text", "language"), ("zoneinfo", "zoneinfo", "text", "off"),
    ]

    /// - Parameter schema: of it, what people may change.
    init(_ user: User, schema: AttributeSchema) {
        self.user = user
        self.schema = schema
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
        return ProfileChange(attributes: attributes, version: form["version"].flatMap { Int64($0) })
    }

    func page(isSaved: Bool) -> AccountProfilePage {
        AccountProfilePage(
            fields: names.map { field($0, value: form(of: $0).text(of: user.attributes[$0])) },
            email: user.email?.rawValue ?? "",
            version: user.version, isSaved: isSaved)
    }

    /// What was typed, and what is wrong with it.
    func page(filledWith form: FormParameters, _ problem: PasswordProblem) -> AccountProfilePage {
        AccountProfilePage(
            fields: names.map { field($0, value: form[Self.prefix + $0] ?? "") }, email: form["email"] ?? "",
            version: user.version, problem: problem)
    }

    private func field(_ name: String, value: String) -> AccountProfilePage.Field {
        guard let known = Self.standard.first(where: { $0.name == name }) else {
            return custom(name, value: value)
        }
        return AccountProfilePage.Field(
            name: Self.prefix + name, value: value, labelKey: known.labelKey, type: known.type,
            autocomplete: known.autocomplete)
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
            name: Self.prefix + name, value: value, labelKey: nil, label: name, type: type)
        switch form {
        case .boolean: field.control = .yesOrNo
        case .strings, .address: field.control = .lines
        case .string, .url, .date, .integer: field.control = .line
        }
        return field
    }
}
