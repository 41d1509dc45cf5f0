import Foundation
import OAuth
import ServerHTTP
import TestSupport
import Testing

@Suite struct PageMarkupTests {
    private let renderer: PageRenderer
    private let texts: Texts

    init() throws {
        renderer = try PageRenderer(issuer: try #require(PageSample.issuer))
        texts = renderer.translations.choose(["en"])
    }

    private func html(_ sample: PageSample) -> String {
        String(decoding: renderer.html(sample.page, in: texts, formToken: "token"), as: UTF8.self)
    }

    /// A combining mark makes a quote another `Character`, and a prepended one takes it along.
    private static let hostile = [
        #"<script>alert(1)</script>"#, #""><img src=x onerror=alert(1)>"#, #"' onfocus='alert(1)' autofocus x='"#,
        "\"\u{301} onfocus=alert(1) autofocus x=\"\u{301}", "\u{600}\" onfocus=alert(1) x=\u{600}\"",
        "<\u{338}script>alert(1)<\u{338}/script>", "\u{600}<img src=x onerror=alert(1)>",
        "</title><svg onload=alert(1)>",
        "\u{E2E}'\u{E2E} onfocus=alert(1) x='", "{{{form_token}}}{{#t}}{{title}}{{/t}}", "&lt;script&gt;&#34;",
        "\u{202E}<b>\u{2066}", "\"\u{FE0F} style=color:red \"\u{200D}", "\r\n<script>\r\n",
    ]

    @Test(.requirement("6749-10.14-1", "oidc-form-post-2-2"), arguments: hostile)
    func `lets no text of others become markup`(text: String) {
        let plain = PageSample.all().map { PageHTML(html($0)) }
        let names = plain.reduce(into: Set<String>()) { $0.formUnion($1.names) }
        let attributes = plain.reduce(into: Set<String>()) { $0.formUnion($1.attributeNames) }
        for sample in PageSample.all({ _ in text }) {
            let page = PageHTML(html(sample))
            #expect(page.names.subtracting(names).isEmpty, "\(sample.name)")
            #expect(page.attributeNames.subtracting(attributes).isEmpty, "\(sample.name)")
            #expect(page.all("script").count == (sample.name == "form-post" ? 1 : 0), "\(sample.name)")
        }
    }

    @Test func `shows a template tag in a text as it was written`() {
        let page = html(PageSample("x", SignInPage(clientName: "{{form_token}}{{{title}}}")))
        #expect(page.contains("{{form_token}}{{{title}}}"))
    }

    @Test func `links to no address that runs something`() {
        for address in ["javascript:alert(1)", "data:text/html,x", "http://orders.example", "//orders.example"] {
            let page = PageHTML(
                html(
                    PageSample(
                        "x",
                        ConsentPage(
                            resume: "r", clientName: "c", clientHost: nil, person: "p", items: [], duration: 60,
                            isOffline: false, policyURI: address, termsURI: address))))
            #expect(!page.all("a").contains { $0.attributes["href"] == address })
        }
    }

    @Test func `has no unescaped tag, inline script or inline style in any template`() throws {
        let sources = try PageSources()
        #expect(sources.templates.count >= 20)
        for (name, text) in sources.templates {
            #expect(!text.contains("{{{") && !text.contains("{{&"), "\(name)")
            #expect(!text.contains("CONTENT_TYPE"), "\(name)")
            let page = PageHTML(text)
            #expect(page.all("style").isEmpty, "\(name)")
            #expect(page.all("script").allSatisfy { $0.attributes["src"] != nil }, "\(name)")
            #expect(!page.attributeNames.contains { $0.hasPrefix("on") || $0 == "style" }, "\(name)")
        }
    }

    @Test func `gives every page a language, one heading, a way past its head and a label for each field`() {
        for sample in PageSample.all() {
            let page = PageHTML(html(sample))
            #expect(page.all("html").first?.attributes["lang"] == "en")
            #expect(page.all("h1").count == 1, "\(sample.name)")
            #expect(page.all("main").first?.attributes["id"] == "main")
            #expect(page.all("a").first?.attributes["href"] == "#main")
            let labels = Set(page.all("label").compactMap { $0.attributes["for"] })
            for field in page.all("input") where field.attributes["type"] != "hidden" {
                let isNamed = field.attributes["aria-label"] != nil || labels.contains(field.attributes["id"] ?? "")
                #expect(isNamed, "\(sample.name): \(field.attributes)")
            }
            let ids = page.tags.compactMap { $0.attributes["id"] }
            #expect(Set(ids).count == ids.count, "\(sample.name)")
            for tag in page.tags {
                for id in (tag.attributes["aria-describedby"] ?? "").split(separator: " ") {
                    #expect(ids.contains(String(id)), "\(sample.name): \(id)")
                }
            }
        }
    }

    @Test func `says a problem in the title, and where assistive programs hear it`() {
        let page = html(PageSample("x", SignInPage(notice: .refused)))
        #expect(page.contains("<title>Problem:"))
        #expect(PageHTML(page).tags.contains { $0.attributes["role"] == "alert" && $0.attributes["id"] == "problem" })
    }

    @Test func `tells programs that remember passwords which field is which`() {
        let signIn = PageHTML(html(PageSample("x", SignInPage()))).all("input")
        #expect(signIn.compactMap { $0.attributes["autocomplete"] } == ["username", "current-password"])
        let change = PageHTML(html(PageSample("x", AccountPasswordPage(username: "ada", minimum: 15)))).all("input")
        #expect(
            change.compactMap { $0.attributes["autocomplete"] } == [
                "username", "current-password", "new-password", "new-password",
            ])
    }
}

/// The files that pages are made from.
struct PageSources {
    let templates: [String: String]
    let code: [String: String]
    let styleSheet: String

    init() throws {
        let root =
            "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/Sources/ServerHTTP/Pages"
        var templates: [String: String] = [:]
        var code: [String: String] = [:]
        let paths = try #require(FileManager.default.subpaths(atPath: root))
        for path in paths where path.hasSuffix(".mustache") || path.hasSuffix(".swift") {
            let text = try String(contentsOfFile: root + "/" + path, encoding: .utf8)
            if path.hasSuffix(".swift") { code[path] = text } else { templates[path] = text }
        }
        self.templates = templates
        self.code = code
        styleSheet = try String(contentsOfFile: root + "/Assets/tessera.css", encoding: .utf8)
    }
}
