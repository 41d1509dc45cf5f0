import OAuth
import ServerHTTP
import Testing

@Suite struct BrandingTests {
    @Test func `refuses colours that cannot be read`() throws {
        for colour in ["#ffffff", "#ffee00", "#8899aa", "red", "#12345", "#gggggg", "#12345é"] {
            #expect(throws: PageError.self) { _ = try Branding(name: "Place", accent: colour) }
        }
        #expect(throws: PageError.self) { _ = try Branding(name: "Place", accentInTheDark: "#111111") }
        #expect(throws: PageError.self) { _ = try Branding(name: "") }
        #expect(throws: PageError.self) { _ = try Branding(name: "a\u{202E}b") }
        #expect(throws: PageError.self) { _ = try Branding(name: String(repeating: "x", count: 81)) }
    }

    @Test(arguments: ["#7a1f5c", "#000000", "#0b5d1e", "#1a3fb0"])
    func `makes a shade for the dark that can be read`(colour: String) throws {
        let branding = try Branding(name: "Place", accent: colour)
        let card = try #require(AccentColor("#1e1e21"))
        #expect(branding.accentInTheDark.contrast(with: card) >= 4.5)
    }

    @Test func `measures contrast as WCAG does`() throws {
        let black = try #require(AccentColor("#000000"))
        let white = try #require(AccentColor("#ffffff"))
        let grey = try #require(AccentColor("#767676"))
        #expect(abs(black.contrast(with: white) - 21) < 0.01)
        #expect(abs(grey.contrast(with: white) - 4.54) < 0.01)
        #expect(white.contrast(with: white) == 1)
    }

    /// Text on what it stands on, in both schemes, as the style sheet says.
    @Test func `has readable text in the light and in the dark`() throws {
        let sheet = try PageSources().styleSheet
        let parts = sheet.split(separator: "@media (prefers-color-scheme: dark)")
        for scheme in [try #require(parts.first), try #require(parts.dropFirst().first)] {
            func colour(_ name: String) throws -> AccentColor {
                let text = try #require(scheme.split(separator: "--\(name): ").dropFirst().first).prefix(7)
                return try #require(AccentColor(String(text)))
            }
            for (text, ground) in [
                ("text", "ground"), ("text", "card"), ("text", "field"), ("soft", "card"), ("soft", "ground"),
                ("danger", "card"), ("danger", "danger-ground"), ("success", "success-ground"),
            ] {
                #expect(try colour(text).contrast(with: try colour(ground)) >= 4.5, "\(text) on \(ground)")
            }
            // The edge of a field (WCAG 1.4.11).
            #expect(try colour("line").contrast(with: try colour("card")) >= 3)
        }
    }

    @Test func `takes pictures for a logo, and serves them from its own origin`() throws {
        #expect(Branding.Logo(Array("<html>".utf8)) == nil)
        #expect(Branding.Logo([]) == nil)
        #expect(Branding.Logo([UInt8](repeating: 0x89, count: 300_000)) == nil)
        let logo = try #require(Branding.Logo([0x89, 0x50, 0x4E, 0x47, 0x0D]))
        let renderer = try PageRenderer(
            issuer: try #require(PageSample.issuer), branding: try Branding(name: "Place", logo: logo))
        let html = String(
            decoding: renderer.html(SignInPage(), in: renderer.translations.choose(["en"])), as: UTF8.self)
        let image = try #require(PageHTML(html).all("img").first)
        #expect(image.attributes["src"]?.hasPrefix("/tenant/assets/logo.") == true)
        #expect(image.attributes["alt"] == "Place")
    }
}
