import FoundationEssentials
package import ServerHTTP

extension Branding {
    /// How the settings want the pages to look; throws what an operator should read.
    package init(_ configuration: Configuration) throws(PageError) {
        var logo: Logo?
        if let path = configuration.text(.pagesLogo) {
            guard let facts = FileFacts(path), facts.isRegularFile, facts.size <= Logo.maximumBytes,
                let bytes = FileManager.default.contents(atPath: path), let picture = Logo([UInt8](bytes))
            else { throw PageError(reason: "\(path) is no picture of at most 256 KiB in PNG, JPEG, WebP or SVG") }
            logo = picture
        }
        try self.init(
            name: configuration.text(.pagesName) ?? "Tessera", logo: logo, accent: configuration.text(.pagesAccent),
            accentInTheDark: configuration.text(.pagesAccentDark))
    }
}
