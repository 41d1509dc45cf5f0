import Foundation
import OAuth
import ServerHTTP
import Testing

/// Every page in every language, byte for byte. After a change of the pages: `TESSERA_GOLDEN=write`, and look at the
/// difference.
@Suite struct GoldenPageTests {
    private static let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    private static let isWriting = ProcessInfo.processInfo.environment["TESSERA_GOLDEN"] == "write"

    @Test(arguments: ["en", "de"])
    func `shows every page as it was looked at`(language: String) throws {
        let renderer = try PageRenderer(issuer: try #require(PageSample.issuer))
        let texts = renderer.translations.choose([language])
        #expect(texts.language == language)
        let folder = "/\(Self.folder)/Golden/\(language)"
        let samples = PageSample.all()
        for sample in samples {
            let html = try Self.withoutHashes(
                String(decoding: renderer.html(sample.page, in: texts, formToken: "token"), as: UTF8.self))
            let path = "\(folder)/\(sample.name).html"
            if Self.isWriting {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try html.write(toFile: path, atomically: true, encoding: .utf8)
            }
            let golden = try #require(FileManager.default.contents(atPath: path), "no golden file \(path)")
            #expect(html == String(decoding: golden, as: UTF8.self), "\(path)")
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(Set(files) == Set(samples.map { $0.name + ".html" }))
    }

    /// A page does not change because the style sheet does.
    private static func withoutHashes(_ html: String) throws -> String {
        html.replacing(try Regex(#"(/assets/[a-z-]+)\.[A-Za-z0-9_-]+\."#)) { match in
            "\(match.output[1].substring ?? "").hash."
        }
    }
}
