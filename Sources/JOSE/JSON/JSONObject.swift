/// The members of a JSON object in their order; names compare by UTF-8 bytes, and equality ignores the order.
public struct JSONObject: Sendable {
    public private(set) var members: [(name: String, value: JSONValue)]

    public init() {
        members = []
    }

    /// Takes `members` in their order; of members with the same name the last value stays, at the first one's place.
    public init(_ members: [(String, JSONValue)]) {
        self.members = []
        self.members.reserveCapacity(members.count)
        for (name, value) in members {
            self[name] = value
        }
    }

    /// Takes members that the reader has already found to have distinct names.
    init(distinct members: [(name: String, value: JSONValue)]) {
        self.members = members
    }

    /// Reads exactly one object.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .token) throws(JSONError) {
        guard case .object(let object) = try JSONValue(parsing: bytes, limits: limits) else {
            throw JSONError(.notAnObject, at: 0)
        }
        self = object
    }

    public var isEmpty: Bool { members.isEmpty }
    public var count: Int { members.count }

    /// The value of a member; assigning `nil` removes the member.
    public subscript(_ name: String) -> JSONValue? {
        get {
            // By index: to take each member out of the array on the way would retain and release what it holds.
            for index in members.indices where members[index].name.hasSameUTF8(as: name) {
                return members[index].value
            }
            return nil
        }
        set {
            let index = members.firstIndex { $0.name.hasSameUTF8(as: name) }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((name, value))
            case (nil, nil): break
            }
        }
    }

    public func string(_ name: String) -> String? { self[name]?.string }
    public func integer(_ name: String) -> Int64? { self[name]?.integer }
    public func bool(_ name: String) -> Bool? { self[name]?.bool }
    public func date(_ name: String) -> NumericDate? { self[name]?.date }
    public func strings(_ name: String) -> [String]? { self[name]?.strings }
    public func object(_ name: String) -> JSONObject? { self[name]?.object }

    public var jsonText: String {
        var writer = JSONWriter()
        writer.value(.object(self))
        return writer.text
    }

    public var jsonBytes: [UInt8] {
        var writer = JSONWriter()
        writer.value(.object(self))
        return writer.bytes
    }
}

extension JSONObject: Hashable {
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.members.allSatisfy { right[$0.name] == $0.value }
    }

    public func hash(into hasher: inout Hasher) {
        // Independent of the order, because equality is.
        var sum = 0
        for member in members {
            var inner = Hasher()
            member.name.hashUTF8(into: &inner)
            inner.combine(member.value)
            sum ^= inner.finalize()
        }
        hasher.combine(members.count)
        hasher.combine(sum)
    }
}
