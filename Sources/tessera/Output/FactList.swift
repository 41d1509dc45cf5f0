/// Names and values below one another, for people; what has no value is left out.
package struct FactList {
    private var facts: [(name: String, value: String)] = []

    package init() {}

    package mutating func add(_ name: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        facts.append((name, Console.harmless(value)))
    }

    package var text: String {
        let width = facts.map(\.name.count).max() ?? 0
        return facts.map { fact in
            fact.name + String(repeating: " ", count: width - fact.name.count + 2) + fact.value
        }.joined(separator: "\n")
    }
}
