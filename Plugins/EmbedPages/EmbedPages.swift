import Foundation
import PackagePlugin

/// Compiles templates, translations and assets into the program, so that it stays one file; a new language or template is
/// found by being there.
@main
struct EmbedPages: BuildToolPlugin {
    /// Of a target, where it has them.
    private static let folders = ["Pages/Templates", "Pages/Assets", "Translations"]

    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        guard let target = target as? any SourceModuleTarget else { return [] }
        let inputs = try Self.folders.map { target.directoryURL.appending(path: $0) }
            .filter { FileManager.default.fileExists(atPath: $0.path) }
            .flatMap { try FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil) }
            .filter { !$0.lastPathComponent.hasPrefix(".") }.sorted { $0.path < $1.path }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
        return [
            .buildCommand(
                displayName: "Embedding files of \(target.name)",
                executable: try context.tool(named: "embed-pages").url,
                arguments: [output.path] + inputs.map(\.path), inputFiles: inputs, outputFiles: [output])
        ]
    }
}
