import NIOCore
import ServerHTTP

/// The content of a request on its way to the upstream, within the bound of its route, of the length that was announced,
/// and for as long as whoever sends it may come.
struct UpstreamContent: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    /// More than the route allows.
    struct TooLong: Error {}
    /// More or less than the request announced: HTTP/2 can say it (RFC 9113 §8.1.1).
    struct LengthWrong: Error {}

    /// Content that is announced to be this short is sent in one go, once it is there: as much as a connection holds
    /// for its reader anyway.
    private static let short = 65_536

    let content: RequestBody
    let maximum: Int
    let watch: PassWatch?

    var length: Int? { content.length }

    /// Waits for the end of content that was announced as empty; on HTTP/2 that is not the end of the request.
    static func confirmEmpty(_ content: RequestBody) async throws {
        var pieces = content.makeAsyncIterator()
        guard try await pieces.next() == nil else { throw LengthWrong() }
    }

    /// All of it, if it is short. An upstream then has the end of the request as soon as its head: one that answers at
    /// the head and closes has not left the request half sent.
    func whole() async throws -> ByteBuffer? {
        guard let length, length <= Self.short else { return nil }
        var whole = ByteBuffer()
        whole.reserveCapacity(length)
        for try await piece in self { whole.writeImmutableBuffer(piece) }
        return whole
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(content: content.makeAsyncIterator(), left: maximum, missing: length, standing: watch?.standing)
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var content: RequestBody.Iterator
        fileprivate var left: Int
        fileprivate var missing: Int?
        fileprivate var standing: PassWatch.Standing?

        mutating func next() async throws -> ByteBuffer? {
            guard let piece = try await content.next() else {
                guard missing ?? 0 == 0 else { throw LengthWrong() }
                return nil
            }
            try await standing?.check()
            guard piece.readableBytes <= left else { throw TooLong() }
            left -= piece.readableBytes
            guard let missing else { return piece }
            guard piece.readableBytes <= missing else { throw LengthWrong() }
            self.missing = missing - piece.readableBytes
            return piece
        }
    }
}
