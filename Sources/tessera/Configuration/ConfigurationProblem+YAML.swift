import Yams

extension ConfigurationProblem {
    /// Why a file is not YAML, with the line where that shows.
    static func malformed(_ path: String, _ error: any Error) -> [ConfigurationProblem] {
        guard let error = error as? YamlError else {
            return [ConfigurationProblem(.fileMalformed, path, "it is not YAML", fix: "Correct the file.")]
        }
        switch error {
        case .duplicatedKeysInMapping(let duplicates, let context):
            return duplicates.map { name in
                ConfigurationProblem(
                    .duplicateKey, name, "\(path) has it twice near line \(context.mark.line)", fix: "Keep one of them."
                )
            }
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return [
                ConfigurationProblem(
                    .fileMalformed, "\(path):\(mark.line)", "it is not YAML: \(problem)", fix: "Correct this line.")
            ]
        default: return [ConfigurationProblem(.fileMalformed, path, "it is not YAML", fix: "Correct the file.")]
        }
    }
}
