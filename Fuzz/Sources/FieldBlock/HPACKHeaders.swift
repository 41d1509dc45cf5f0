/// The fields of a stream as HPACK's decoder hands them over, so that what reads them is tried without that library.
public struct HPACKHeaders: Sequence, Sendable {
    public typealias Element = (name: String, value: String, isIndexed: Bool)

    private let fields: [(name: String, value: String)]

    public init(_ fields: [(name: String, value: String)]) { self.fields = fields }

    public func makeIterator() -> AnyIterator<Element> {
        var rest = fields.makeIterator()
        return AnyIterator { rest.next().map { ($0.name, $0.value, true) } }
    }
}
