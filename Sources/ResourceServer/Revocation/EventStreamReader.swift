/// Takes server-sent events out of bytes that arrive cut anywhere (HTML Living Standard §9.2.6).
package struct EventStreamReader: Sendable {
    package struct Event: Hashable, Sendable {
        package var name = ""
        package var data: [UInt8] = []
    }

    /// A stream whose line or event is longer than this reader takes is not read on.
    package struct TooLong: Error {}

    private let limit: Int
    private var line: [UInt8] = []
    private var event = Event()
    private var hasData = false
    /// The last byte was a carriage return, so that a line feed that follows ends no second line.
    private var afterReturn = false

    /// - Parameter limit: bytes of one event, with the names of its fields.
    package init(limit: Int) { self.limit = limit }

    /// The events that end in these bytes.
    package mutating func read(_ bytes: [UInt8]) throws(TooLong) -> [Event] {
        var events: [Event] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            if afterReturn, rest.first == 0x0A { rest = rest.dropFirst() }
            afterReturn = false
            let part = rest.prefix { $0 != 0x0A && $0 != 0x0D }
            guard line.count &+ event.data.count &+ part.count <= limit else { throw TooLong() }
            line.append(contentsOf: part)
            rest = rest.dropFirst(part.count)
            guard let end = rest.popFirst() else { break }
            afterReturn = end == 0x0D
            if let event = endLine() { events.append(event) }
        }
        return events
    }

    private mutating func endLine() -> Event? {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else {
            defer {
                event = Event()
                hasData = false
            }
            return hasData ? event : nil
        }
        let name = line.prefix { $0 != 0x3A }
        var value = line.dropFirst(name.count &+ 1)
        if value.first == 0x20 { value = value.dropFirst() }
        if name.elementsEqual("data".utf8) {
            if hasData { event.data.append(0x0A) }
            event.data.append(contentsOf: value)
            hasData = true
        } else if name.elementsEqual("event".utf8) {
            event.name = String(decoding: value, as: UTF8.self)
        }
        return nil
    }
}
