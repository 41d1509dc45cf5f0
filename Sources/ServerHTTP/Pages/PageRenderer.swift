import AuthorizationServer
import Mustache
package import OAuth

/// Makes HTML of pages: the templates, texts, colours and addresses of one issuer, read once when it starts.
package struct PageRenderer: Sendable {
    package let translations: Translations
    package let branding: Branding
    /// Parts of the account area that this issuer does not offer.
    package var hidden: Set<AccountSection> = []
    let assets: PageAssets
    private let library: MustacheLibrary
    private let paths: [String: String]
    private let addresses: [String: String]
    private let base: String

    /// - Parameter language: for people whose languages the pages are not written in.
    package init(
        issuer: Issuer, branding: Branding = .standard, language: String = Translations.fallbackLanguage
    ) throws {
        try self.init(issuer: issuer, branding: branding, language: language, files: EmbeddedFiles.files)
    }

    /// For pages of a program that is no issuer.
    /// - Parameter base: the path below which its files are, without a slash at its end.
    package init(
        base: String, branding: Branding = .standard, language: String = Translations.fallbackLanguage
    ) throws {
        try self.init(base: base, branding: branding, language: language, files: EmbeddedFiles.files)
    }

    /// - Parameter files: by folder and name, such as `Templates/layout.mustache`.
    init(issuer: Issuer, branding: Branding, language: String, files: [String: String]) throws {
        try self.init(base: issuer.path, branding: branding, language: language, files: files)
    }

    private init(base: String, branding: Branding, language: String, files: [String: String]) throws {
        var templates: [String: MustacheTemplate] = [:]
        for (name, text) in files {
            if let template = Self.stem(of: name, in: "Templates/", ".mustache") {
                templates[template] = try MustacheTemplate(string: text)
            }
        }
        translations = try Translations(MailLanguage.files, fallback: language)
        library = MustacheLibrary(templates: templates)
        let assets = try PageAssets(branding, files: files)
        self.assets = assets
        self.branding = branding
        paths = Dictionary(
            uniqueKeysWithValues: PagePath.allCases.map { ($0.templateName, base + $0.rawValue) })
        var addresses = [
            "name": PageValue.separated(branding.name), "style": base + assets.style.path,
            "icon": base + assets.icon.path, "form_script": base + assets.formScript.path,
        ]
        addresses["logo"] = assets.logo.map { base + $0.path }
        self.addresses = addresses
        self.base = base
    }

    /// The files that pages refer to, by path.
    package var assetRoutes: [String: Route] {
        Dictionary(
            uniqueKeysWithValues: assets.all.map { asset in
                (base + asset.path, Route("asset", [.get: .immediate { _, _ in asset.response }]))
            })
    }

    private static func stem(of name: String, in folder: String, _ ending: String) -> String? {
        guard name.hasPrefix(folder), name.hasSuffix(ending) else { return nil }
        return String(name.dropFirst(folder.count).dropLast(ending.count))
    }

    /// - Parameter formToken: what the forms on the page prove themselves with (``FormToken``).
    package func html(_ page: some Page, in texts: Texts, formToken: String = "") -> [UInt8] {
        var context: [String: Any] = [
            "language": texts.language, "t": texts.entries, "brand": addresses, "paths": paths,
            "form_token": formToken, "title": PageValue.text(page.title(texts)).forTemplate,
        ]
        for (name, value) in page.content(texts) { context[name] = value.forTemplate }
        if let page = page as? any AccountPage { context["sections"] = sections(around: page.section, in: texts) }
        return Array((library.render(context, withTemplate: type(of: page).template) ?? "").utf8)
    }

    /// The ways through the account area.
    private func sections(around current: AccountSection, in texts: Texts) -> Any {
        PageValue.list(
            AccountSection.allCases.filter { !hidden.contains($0) }.map { section in
                .group([
                    "url": .text(paths[section.path.templateName] ?? ""), "label": .text(texts[section.titleKey]),
                    "current": .flag(section == current),
                ])
            }
        ).forTemplate
    }
}
