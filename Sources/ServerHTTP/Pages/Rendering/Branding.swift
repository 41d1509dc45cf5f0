/// How an operator makes the pages their own: a name, a logo, a colour.
package struct Branding: Sendable {
    package let name: String
    package let logo: Logo?
    /// For links and buttons on light ground, and on dark.
    package let accent: AccentColor
    package let accentInTheDark: AccentColor

    package static let minimumContrast = 4.5
    // As in tessera.css: what the accent stands on.
    private static let lightGround = AccentColor(red: 0xF5, green: 0xF4, blue: 0xF1)
    private static let darkCard = AccentColor(red: 0x1E, green: 0x1E, blue: 0x21)

    package static let standard = Branding(
        name: "Tessera", logo: nil, accent: AccentColor(red: 0x0E, green: 0x5A, blue: 0x6B),
        accentInTheDark: AccentColor(red: 0x86, green: 0xD2, blue: 0xE2))

    private init(name: String, logo: Logo?, accent: AccentColor, accentInTheDark: AccentColor) {
        self.name = name
        self.logo = logo
        self.accent = accent
        self.accentInTheDark = accentInTheDark
    }

    /// - Parameter accent: `#rrggbb`; `nil`: the colours of the house.
    /// - Parameter accentInTheDark: `nil`: a lighter shade of `accent`.
    package init(
        name: String, logo: Logo? = nil, accent: String? = nil, accentInTheDark: String? = nil
    ) throws(PageError) {
        guard (1...80).contains(name.count), !name.unicodeScalars.contains(where: { $0.properties.isControl }) else {
            throw PageError(reason: "the name on the pages has 1 to 80 characters")
        }
        let light = try accent.map(Self.color) ?? Self.standard.accent
        guard light.contrast(with: Self.lightGround) >= Self.minimumContrast else {
            throw PageError(reason: "the accent colour \(light) is too light to be read; contrast must be 4.5 or more")
        }
        let dark: AccentColor
        if let accentInTheDark {
            dark = try Self.color(accentInTheDark)
        } else if accent == nil {
            dark = Self.standard.accentInTheDark
        } else {
            let shades = (0...10).lazy.map { light.lightened(tenths: $0) }
            dark = shades.first { $0.contrast(with: Self.darkCard) >= 7 } ?? Self.standard.accentInTheDark
        }
        guard dark.contrast(with: Self.darkCard) >= Self.minimumContrast else {
            throw PageError(
                reason: "the accent colour \(dark) for dark pages is too dark to be read; contrast must be 4.5 or more")
        }
        self.init(name: name, logo: logo, accent: light, accentInTheDark: dark)
    }

    private static func color(_ text: String) throws(PageError) -> AccentColor {
        guard let color = AccentColor(text) else {
            throw PageError(reason: "a colour is # and six hexadecimal digits")
        }
        return color
    }

    /// A picture that is served from this server's own origin.
    package struct Logo: Sendable {
        package static let maximumBytes = 262_144

        let bytes: [UInt8]
        let mediaType: String
        let fileExtension: String

        /// Recognises PNG, JPEG, WebP and SVG by how they begin; `nil` for anything else, or if it is too large.
        package init?(_ bytes: [UInt8]) {
            guard bytes.count <= Self.maximumBytes else { return nil }
            switch bytes {
            case _ where bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]):
                (mediaType, fileExtension) = ("image/png", "png")
            case _ where bytes.starts(with: [0xFF, 0xD8, 0xFF]):
                (mediaType, fileExtension) = ("image/jpeg", "jpg")
            case _ where bytes.starts(with: Array("RIFF".utf8)) && bytes.dropFirst(8).starts(with: Array("WEBP".utf8)):
                (mediaType, fileExtension) = ("image/webp", "webp")
            case _ where bytes.starts(with: Array("<svg".utf8)) || bytes.starts(with: Array("<?xml".utf8)):
                (mediaType, fileExtension) = ("image/svg+xml", "svg")
            default: return nil
            }
            self.bytes = bytes
        }
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isControl: Bool { generalCategory == .control || generalCategory == .format }
}
