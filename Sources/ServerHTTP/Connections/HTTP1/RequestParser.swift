/// Turns the bytes of an HTTP/1 connection into requests, one after another; a value without any I/O.
///
/// Framing is where requests are smuggled, so this parser knows one spelling of everything: lines end with CRLF, a body
/// has one length, and what is odd is refused instead of repaired.
package struct RequestParser {
    /// What the parser waits for.
    package enum Phase: Hashable {
        /// The first byte of a request.
        case idle
        case header
        case body
    }

    /// A request that is complete, or whose content is yet to be taken with ``nextPart()``.
    package struct Message {
        package let head: RequestHead
        package let body: [UInt8]
        package var isStreamed = false
    }

    /// What comes next of content that is streamed.
    package enum Part: Hashable {
        case bytes(ArraySlice<UInt8>)
        case end
    }

    /// How streamed content goes on.
    private enum Streaming {
        case length(Int)
        case chunked(ChunkedBody)
        /// No HTTP any more.
        case raw
    }

    private let limits: HTTPLimits
    private var buffer: [UInt8] = []
    /// Where unread bytes begin.
    private var start = 0
    /// Where the search for the end of a line goes on.
    private var scanned = 0
    private var reader: RequestHeadReader
    private var lines = 0
    private var headerStart = 0
    private var skippedEmptyLine = false
    private var head: RequestHead?
    private var chunks: ChunkedBody?
    private var streaming: Streaming?
    /// Whether the request whose content is streamed was given out already.
    private var isHandedOut = false
    /// How much content of a request is taken as a stream; `nil`: it is taken whole.
    private let streamLimit: ((RequestHead) -> Int?)?

    /// The head whose body has not arrived, for whom an interim answer may be due.
    var pendingHead: RequestHead? { head }

    package init(limits: HTTPLimits, streamLimit: ((RequestHead) -> Int?)? = nil) {
        self.limits = limits
        self.streamLimit = streamLimit
        reader = RequestHeadReader(limits: limits)
    }

    package var phase: Phase {
        if head != nil { return .body }
        return lines == 0 && start == buffer.count ? .idle : .header
    }

    /// Bytes that were received and not yet used.
    var unreadCount: Int { buffer.count - start }

    package mutating func append(_ bytes: some Collection<UInt8>) {
        // Used bytes go away only when the buffer would grow, so that moving them is paid rarely.
        if start > 0, start == buffer.count || start > 32_768 {
            buffer.removeFirst(start)
            scanned -= start
            headerStart -= start
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next complete request, or `nil` if more bytes are needed.
    package mutating func next() throws(RequestRefusal) -> Message? {
        if head == nil, try !readHead() { return nil }
        guard let head, !isRaw else { return nil }
        if streaming != nil {
            // No request is served twice, whoever forgot to take its content.
            guard !isHandedOut else { return nil }
            isHandedOut = true
            return Message(head: head, body: [], isStreamed: true)
        }
        guard let body = try readBody(head.framing) else { return nil }
        self.head = nil
        chunks = nil
        return Message(head: head, body: body)
    }

    private mutating func readHead() throws(RequestRefusal) -> Bool {
        while let line = try nextLine(limit: lineLimit, else: headLimit) {
            guard start - headerStart <= limits.headerBytes else { throw .headerTooLarge }
            if lines == 0 {
                if line.isEmpty {
                    // RFC 9112 §2.2: one stray line end before a request is forgiven.
                    guard !skippedEmptyLine else { throw .malformed("request_line") }
                    skippedEmptyLine = true
                    headerStart = start
                    continue
                }
                try reader.readRequestLine(line)
                lines = 1
            } else if line.isEmpty {
                let finished = try reader.finish()
                try expect(finished)
                reader = RequestHeadReader(limits: limits)
                lines = 0
                skippedEmptyLine = false
                headerStart = start
                return true
            } else {
                try reader.readField(line)
                lines += 1
            }
        }
        guard buffer.count - headerStart <= limits.headerBytes else { throw headLimit }
        return false
    }

    /// Prepares for the content that a head announces.
    private mutating func expect(_ finished: RequestHead) throws(RequestRefusal) {
        let streamed = finished.framing == .none ? nil : streamLimit?(finished)
        let maximum = streamed ?? limits.bodyBytes
        head = finished
        chunks = nil
        switch finished.framing {
        case .none: break
        case .length(let length):
            guard length <= maximum else { throw .bodyTooLarge }
            if streamed != nil { streaming = .length(length) }
        case .chunked:
            let body = ChunkedBody(maximum: maximum, isStreamed: streamed != nil)
            if streamed != nil { streaming = .chunked(body) } else { chunks = body }
        }
    }

    /// What is left for this line; counted up to a byte, so that no refusal depends on how the bytes arrive.
    private var lineLimit: Int {
        let rest = limits.headerBytes - (start - headerStart)
        return lines == 0 ? min(limits.targetBytes + 64, rest) : rest
    }

    private var headLimit: RequestRefusal { lines == 0 ? .targetTooLong : .headerTooLarge }

    /// The next line without its CRLF; a CR or LF alone is refused (RFC 9112 §2.2 allows a repair that smugglers use).
    private mutating func nextLine(
        limit: Int, else refusal: RequestRefusal
    ) throws(RequestRefusal) -> ArraySlice<UInt8>? {
        var index = scanned
        // After a CR only a LF may come; otherwise nothing above CR ends a line or is refused, and is passed over quickly.
        if index == start || buffer[index - 1] != ByteClass.carriageReturn {
            index = buffer.withUnsafeBufferPointer { buffer in
                var index = scanned
                while index < buffer.count, buffer[index] > ByteClass.carriageReturn { index &+= 1 }
                return index
            }
        }
        guard index - start <= limit else { throw refusal }
        while index < buffer.count {
            let byte = buffer[index]
            if byte == ByteClass.lineFeed {
                guard index > start, buffer[index - 1] == ByteClass.carriageReturn else {
                    throw .malformed("line_end")
                }
                let line = buffer[start..<(index - 1)]
                start = index + 1
                scanned = start
                return line
            }
            if index > start, buffer[index - 1] == ByteClass.carriageReturn { throw .malformed("line_end") }
            if byte == 0 { throw .malformed("null_byte") }
            index += 1
            guard index - start <= limit else { throw refusal }
        }
        scanned = index
        return nil
    }

    private mutating func readBody(_ framing: RequestHead.Framing) throws(RequestRefusal) -> [UInt8]? {
        switch framing {
        case .none: return []
        case .length(let length):
            guard unreadCount >= length else { return nil }
            let body = Array(buffer[start..<(start + length)])
            advance(by: length)
            return body
        case .chunked: return try readChunks()
        }
    }

    private mutating func readChunks() throws(RequestRefusal) -> [UInt8]? {
        guard var reading = chunks else { return nil }
        // One owner at a time: the body grows in place.
        chunks = nil
        defer { chunks = reading }
        while true {
            switch reading.phase {
            case .complete: return reading.body
            case .data(let remaining):
                let count = min(remaining, unreadCount)
                guard count > 0 else { return nil }
                reading.take(buffer[start..<(start + count)])
                advance(by: count)
            case .size, .dataEnd, .trailer:
                let limit = ChunkedBody.maximumLineLength
                guard let line = try nextLine(limit: limit, else: .malformed("chunk_line")) else { return nil }
                try reading.takeLine(line)
            }
        }
    }

    private mutating func advance(by count: Int) {
        start += count
        scanned = start
        headerStart = start
    }

    // MARK: Streams

    private var isRaw: Bool {
        if case .raw = streaming { true } else { false }
    }

    /// From here on the connection carries bytes that are no requests.
    package mutating func becomeRaw() { streaming = .raw }

    /// The next part of streamed content, or `nil` if more bytes are needed; after its end comes the next request.
    package mutating func nextPart() throws(RequestRefusal) -> Part? {
        switch streaming {
        case nil: return nil
        case .raw: return takeBytes(unreadCount).map(Part.bytes)
        case .length(let left):
            guard left > 0 else { return endOfStream() }
            guard let bytes = takeBytes(min(left, unreadCount)) else { return nil }
            streaming = .length(left - bytes.count)
            return .bytes(bytes)
        case .chunked(var reading):
            defer { if streaming != nil { streaming = .chunked(reading) } }
            return try nextChunk(&reading)
        }
    }

    private mutating func nextChunk(_ reading: inout ChunkedBody) throws(RequestRefusal) -> Part? {
        while true {
            switch reading.phase {
            case .complete: return endOfStream()
            case .data(let remaining):
                guard let bytes = takeBytes(min(remaining, unreadCount)) else { return nil }
                reading.take(bytes)
                return .bytes(bytes)
            case .size, .dataEnd, .trailer:
                let limit = ChunkedBody.maximumLineLength
                guard let line = try nextLine(limit: limit, else: .malformed("chunk_line")) else { return nil }
                try reading.takeLine(line)
            }
        }
    }

    private mutating func takeBytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard count > 0 else { return nil }
        let bytes = buffer[start..<(start + count)]
        advance(by: count)
        return bytes
    }

    private mutating func endOfStream() -> Part {
        streaming = nil
        isHandedOut = false
        head = nil
        return .end
    }
}
