/// Header fields in the order they came, names in lower case.
package struct HeaderFields: Sendable {
    package struct Field: Sendable, Hashable {
        /// Lower case.
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var fields: [Field]

    package init(_ fields: [Field] = []) { self.fields = fields }

    package mutating func append(_ name: String, _ value: String) { fields.append(Field(name: name, value: value)) }

    /// The value of the first field of a name, which is given in lower case.
    package func first(_ name: String) -> String? {
        for field in fields where field.name == name { return field.value }
        return nil
    }

    package func count(_ name: String) -> Int {
        var count = 0
        for field in fields where field.name == name { count += 1 }
        return count
    }

    package func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// One field of this name, whatever there was before.
    package mutating func replace(_ name: String, _ value: String) {
        remove(name)
        append(name, value)
    }

    /// No field of this name, which is given in lower case.
    package mutating func remove(_ name: String) { fields.removeAll { $0.name == name } }
}
