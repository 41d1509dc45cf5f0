import NIOCore
import ServerHTTP

/// The content of a request on its way to the upstream, within the bound of its route.
struct UpstreamContent: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    /// More than the route allows.
    struct TooLong: Error {}

    let content: RequestBody
    let maximum: Int

    var length: Int? { content.length }

    func makeAsyncIterator() -> Iterator { Iterator(content: content.makeAsyncIterator(), left: maximum) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var content: RequestBody.Iterator
        fileprivate var left: Int

        mutating func next() async throws -> ByteBuffer? {
            guard let piece = try await content.next() else { return nil }
            guard piece.readableBytes <= left else { throw TooLong() }
            left -= piece.readableBytes
            return piece
        }
    }
}
