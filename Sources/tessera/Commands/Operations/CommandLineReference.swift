import ArgumentParser

/// The help of every command as one Markdown page.
package enum CommandLineReference {
    package static var markdown: String {
        var page = """
            # Command line

            Generated from the help of the commands by `make docs`; do not edit.

            Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 server not reachable, 4 not found. With `--json` answers go
            to standard output and errors to standard error as one JSON object each: `error`, `message`, `remedy`, or `error`
            and `problems` for the configuration.

            """
        add(TesseraCommand.self, named: "tessera", to: &page)
        return page
    }

    private static func add(_ command: any ParsableCommand.Type, named name: String, to page: inout String) {
        let help = TesseraCommand.helpMessage(for: command, columns: 100)
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            var text = Substring(line)
            while text.last == " " { text.removeLast() }
            return String(text)
        }
        page += "\n## `\(name)`\n\n```text\n" + lines.joined(separator: "\n") + "\n```\n"
        for subcommand in command.configuration.subcommands where subcommand.configuration.shouldDisplay {
            add(subcommand, named: "\(name) \(subcommand._commandName)", to: &page)
        }
    }
}
