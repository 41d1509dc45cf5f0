import ArgumentParser

/// An option of the form `key=value`.
enum KeyedText {
    /// Split at the first `=`.
    static func split(_ text: String, _ option: String) throws -> (key: String, value: String) {
        guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
            throw ValidationError("\(option) needs the form key=value.")
        }
        return (String(text[..<sign]), String(text[text.index(after: sign)...]))
    }
}
