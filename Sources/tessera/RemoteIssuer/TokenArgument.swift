import ArgumentParser

/// A token from the command line or, better, from standard input.
struct TokenArgument: ParsableArguments {
    @Argument(help: "The token; - or nothing reads it from standard input.")
    var token = "-"

    func text() throws -> String { token == "-" ? try SecretInput.read("-") : token }
}
