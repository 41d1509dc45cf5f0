/// Reads a chunked body (RFC 9112 §7.1) line by line; sizes beyond the limit end it at once.
struct ChunkedBody {
    enum Phase: Hashable {
        case size
        case data(Int)
        case dataEnd
        case trailer
        case complete
    }

    private(set) var phase = Phase.size
    private(set) var body: [UInt8] = []
    /// Bytes of content so far.
    private var count = 0
    /// Bytes that were framing and not content: many tiny chunks are an attack on patience.
    private var overhead = 0
    private let maximum: Int
    /// Whether the content is passed on as it comes, so that only the sum of it is bounded.
    private let isStreamed: Bool

    static let maximumLineLength = 256
    static let maximumOverhead = 65_536

    init(maximum: Int, isStreamed: Bool = false) {
        self.maximum = maximum
        self.isStreamed = isStreamed
    }

    /// Takes content while in `.data`; never more than the chunk still has.
    mutating func take(_ bytes: ArraySlice<UInt8>) {
        guard case .data(let remaining) = phase else { return }
        if !isStreamed { body.append(contentsOf: bytes) }
        count &+= bytes.count
        phase = bytes.count >= remaining ? .dataEnd : .data(remaining &- bytes.count)
    }

    /// Takes one line without its end, in every phase but `.data`.
    mutating func takeLine(_ line: ArraySlice<UInt8>) throws(RequestRefusal) {
        overhead &+= line.count &+ 2
        guard overhead <= Self.maximumOverhead &+ (isStreamed ? count : 0) else { throw .malformed("chunk_overhead") }
        switch phase {
        case .size: try takeSize(line)
        case .dataEnd:
            guard line.isEmpty else { throw .malformed("chunk_end") }
            phase = .size
        case .trailer:
            if line.isEmpty {
                phase = .complete
            } else {
                // Checked and dropped: no route has a use for trailers (RFC 9110 §6.5.1).
                _ = try RequestHeadReader.field(line)
            }
        case .data, .complete: break
        }
    }

    private mutating func takeSize(_ line: ArraySlice<UInt8>) throws(RequestRefusal) {
        let digits = line.prefix { $0 != UInt8(ascii: ";") }
        guard (1...8).contains(digits.count), line.allSatisfy({ ByteClass.isVisible($0) }) else {
            throw .malformed("chunk_size")
        }
        var size = 0
        for digit in digits {
            guard let value = ByteClass.hexDigit(digit) else { throw .malformed("chunk_size") }
            size = size << 4 | value
        }
        guard size <= maximum - count else { throw .bodyTooLarge }
        phase = size == 0 ? .trailer : .data(size)
    }
}
