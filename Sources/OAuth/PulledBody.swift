/// Makes of a body one that is read from the network no faster than somebody asks for it.
///
/// A task of its own reads; it waits while one chunk is not taken, and ends when nobody can ask any more.
package actor PulledBody {
    private enum Arrival { case chunk([UInt8]), end, failure(any Error) }

    private var arrived: Arrival?
    private var taker: CheckedContinuation<Void, Never>?
    private var giver: CheckedContinuation<Void, Never>?

    /// - Parameter chunks: reads the network as fast as it is asked to.
    package static func stream<Chunks: AsyncSequence & Sendable>(
        of chunks: Chunks
    ) -> AsyncThrowingStream<[UInt8], any Error> where Chunks.Element == [UInt8] {
        let pulled = PulledBody()
        let reading = Task {
            do {
                for try await chunk in chunks {
                    await pulled.give(.chunk(chunk))
                    try Task.checkCancellation()
                }
                await pulled.give(.end)
            } catch { await pulled.give(.failure(error)) }
        }
        let owner = Owner { reading.cancel() }
        return AsyncThrowingStream { try await owner.whileAlive { try await pulled.next() } }
    }

    private func give(_ arrival: Arrival) async {
        arrived = arrival
        taker?.resume()
        taker = nil
        guard case .chunk = arrival, !Task.isCancelled else { return }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard arrived != nil, !Task.isCancelled else { return continuation.resume() }
                giver = continuation
            }
        } onCancel: {
            Task { await self.letGo() }
        }
    }

    private func letGo() {
        giver?.resume()
        giver = nil
        taker?.resume()
        taker = nil
    }

    private func next() async throws -> [UInt8]? {
        if arrived == nil {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    guard arrived == nil, !Task.isCancelled else { return continuation.resume() }
                    taker = continuation
                }
            } onCancel: {
                Task { await self.letGo() }
            }
        }
        try Task.checkCancellation()
        switch arrived {
        case .chunk(let bytes):
            arrived = nil
            giver?.resume()
            giver = nil
            return bytes
        case .failure(let error): throw error
        case .end, nil: return nil
        }
    }
}

/// Does something when the last one who holds it lets go.
private final class Owner: Sendable {
    private let end: @Sendable () -> Void

    init(end: @escaping @Sendable () -> Void) { self.end = end }

    deinit { end() }

    func whileAlive<Value>(_ work: () async throws -> Value) async rethrows -> Value { try await work() }
}
