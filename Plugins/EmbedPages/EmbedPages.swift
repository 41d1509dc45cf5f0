import Foundation
import PackagePlugin

/// Compiles the templates, translations and assets of the pages into the program, so that it stays one file; a new
/// language or template is found by being there.
@main
struct EmbedPages: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        guard let target = target as? any SourceModuleTarget else { return [] }
        let folder = target.directoryURL.appending(path: "Pages")
        let inputs = try ["Templates", "Translations", "Assets"].flatMap { name in
            try FileManager.default.contentsOfDirectory(
                at: folder.appending(path: name), includingPropertiesForKeys: nil)
        }.filter { !$0.lastPathComponent.hasPrefix(".") }.sorted { $0.path < $1.path }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedPages.swift")
        return [
            .buildCommand(
                displayName: "Embedding pages", executable: try context.tool(named: "embed-pages").url,
                arguments: [output.path] + inputs.map(\.path), inputFiles: inputs, outputFiles: [output])
        ]
    }
}
