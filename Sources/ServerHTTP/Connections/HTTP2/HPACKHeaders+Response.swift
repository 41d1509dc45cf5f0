import NIOHPACK

extension HPACKHeaders {
    /// The header block of an answer (RFC 9113 §8.3.2).
    init(_ response: ServerResponse, standing: StandingHeaders, date: String, requestID: String) {
        self.init()
        let standing = standing.fields(for: response)
        reserveCapacity(response.headers.fields.count + standing.count + 4)
        add(name: ":status", value: String(response.status))
        for field in response.headers.fields where ResponseEncoder.isSafe(field.value) {
            add(name: field.name, value: field.value)
        }
        add(name: "date", value: date, indexing: .nonIndexable)
        add(name: "x-request-id", value: requestID, indexing: .nonIndexable)
        for field in standing { add(name: field.name, value: field.value) }
        if response.status != 204 && response.status != 304 {
            add(name: "content-length", value: String(response.body.count), indexing: .nonIndexable)
        }
    }

    /// The header block of an answer whose content follows as it is produced.
    init(
        _ response: ServerResponse, stream: ResponseStream, standing: StandingHeaders, date: String, requestID: String
    ) {
        self.init()
        add(name: ":status", value: String(response.status))
        for field in response.headers.fields where ResponseEncoder.isSafe(field.value) {
            add(name: field.name, value: field.value)
        }
        if !stream.isForeign || response.headers.first("date") == nil {
            add(name: "date", value: date, indexing: .nonIndexable)
        }
        add(name: "x-request-id", value: requestID, indexing: .nonIndexable)
        if !stream.isForeign {
            for field in standing.fields(for: response) { add(name: field.name, value: field.value) }
        }
        if response.status != 204 && response.status != 304, let length = stream.length {
            add(name: "content-length", value: String(length), indexing: .nonIndexable)
        }
    }
}
