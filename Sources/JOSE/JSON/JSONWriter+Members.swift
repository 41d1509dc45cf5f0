extension JSONWriter {
    public mutating func member(_ name: StaticString, _ value: String) {
        self.name(name)
        self.value(value)
    }

    /// Writes nothing for `nil`: an absent member and a null one are different things.
    public mutating func member(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        member(name, value)
    }

    public mutating func member(_ name: StaticString, _ value: Int64) {
        self.name(name)
        self.value(value)
    }

    public mutating func member(_ name: StaticString, _ value: Int) {
        member(name, Int64(value))
    }

    public mutating func member(_ name: StaticString, _ value: Bool) {
        self.name(name)
        self.value(value)
    }

    public mutating func member(_ name: StaticString, _ value: NumericDate) {
        member(name, value.secondsSince1970)
    }

    public mutating func member(_ name: StaticString, _ value: [String]) {
        self.name(name)
        self.value(value)
    }

    public mutating func member(_ name: StaticString, _ value: JSONObject) {
        self.name(name)
        self.value(value)
    }

    public mutating func member(_ name: StaticString, _ value: JSONValue) {
        self.name(name)
        self.value(value)
    }

    /// Writes a member whose value `body` writes.
    public mutating func member(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        self.name(name)
        body(&self)
    }
}
