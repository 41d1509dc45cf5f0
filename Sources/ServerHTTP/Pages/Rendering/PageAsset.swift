import Crypto
import JOSE

/// A file that pages refer to. Its address changes with its content, so that browsers may keep it for ever.
package struct PageAsset: Sendable {
    /// Below the issuer's path.
    package let path: String
    let mediaType: String
    package let bytes: [UInt8]

    init(name: String, fileExtension: String, mediaType: String, bytes: [UInt8]) {
        let digest = Array(SHA256.hash(data: bytes).prefix(12))
        path = "/assets/\(name).\(Base64URL.encode(digest)).\(fileExtension)"
        self.mediaType = mediaType
        self.bytes = bytes
    }

    var response: ServerResponse {
        var headers = HeaderFields()
        headers.append("content-type", mediaType)
        headers.append("cache-control", "public, max-age=31536000, immutable")
        headers.append("cross-origin-resource-policy", "same-origin")
        // An operator's SVG could hold a script: opened by itself it may run nothing.
        headers.append(
            "content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox")
        return ServerResponse(status: 200, headers: headers, body: bytes)
    }
}

/// All of them for one issuer.
struct PageAssets: Sendable {
    let style: PageAsset
    let icon: PageAsset
    let formScript: PageAsset
    let logo: PageAsset?

    init(_ branding: Branding, files: [String: String]) throws(PageError) {
        guard let style = files["Assets/tessera.css"], let script = files["Assets/form-post.js"],
            let icon = files["Assets/icon.svg"]
        else { throw PageError(reason: "an asset of the pages is missing") }
        let colours = ":root{--accent-light:\(branding.accent);--accent-dark:\(branding.accentInTheDark)}\n"
        self.style = PageAsset(
            name: "tessera", fileExtension: "css", mediaType: "text/css; charset=utf-8",
            bytes: Array((colours + style).utf8))
        formScript = PageAsset(
            name: "form-post", fileExtension: "js", mediaType: "text/javascript; charset=utf-8",
            bytes: Array(script.utf8))
        self.icon = PageAsset(
            name: "icon", fileExtension: "svg", mediaType: "image/svg+xml", bytes: Array(icon.utf8))
        logo = branding.logo.map {
            PageAsset(name: "logo", fileExtension: $0.fileExtension, mediaType: $0.mediaType, bytes: $0.bytes)
        }
    }

    var all: [PageAsset] { [style, icon, formScript] + (logo.map { [$0] } ?? []) }
}
