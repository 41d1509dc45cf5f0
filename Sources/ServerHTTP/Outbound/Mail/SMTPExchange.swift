import AuthorizationServer
import CCurl
import OAuth

/// One mail over one connection, by one blocking call of libcurl.
struct SMTPExchange: Sendable {
    let settings: SMTPSettings
    let recipient: String
    let message: [UInt8]
    /// Asked about once a second, and whenever bytes move: whether to give up.
    let isOver: @Sendable () -> Bool

    /// Must come before the first thread uses libcurl.
    static func prepareLibrary() { _ = library }

    private static let library: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    /// What libcurl's callbacks reach through their pointer.
    private final class Progress {
        let message: [UInt8]
        let isOver: @Sendable () -> Bool
        var sent = 0

        init(_ exchange: SMTPExchange) {
            message = exchange.message
            isOver = exchange.isOver
        }

        func copyNext(into target: UnsafeMutableRawBufferPointer) -> Int {
            let count = min(target.count, message.count - sent)
            target.copyBytes(from: message[sent..<(sent + count)])
            sent += count
            return count
        }
    }

    func run() -> Result<Void, MailTransportError> {
        guard Self.library == CURLE_OK, let handle = curl_easy_init() else {
            return .failure(.temporary("libcurl cannot be used"))
        }
        defer { curl_easy_cleanup(handle) }
        var reason = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        let recipients = curl_slist_append(nil, "<\(recipient)>")
        defer { curl_slist_free_all(recipients) }
        let progress = Progress(self)
        let result = withExtendedLifetime(progress) {
            reason.withUnsafeMutableBufferPointer { buffer in
                let context = Unmanaged.passUnretained(progress).toOpaque()
                let set =
                    configure(handle) && configureTransfer(handle, context)
                    && tessera_curl_set_list(handle, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK
                    && tessera_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, buffer.baseAddress) == CURLE_OK
                guard set, recipients != nil else { return CURLE_FAILED_INIT }
                let result = curl_easy_perform(handle)
                // The buffer is this function's; the handle outlives it.
                _ = tessera_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, nil)
                return result
            }
        }
        guard result != CURLE_OK else { return .success(()) }
        let detail = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let text = detail.isEmpty ? String(cString: curl_easy_strerror(result)) : detail
        let reply = tessera_curl_response_code(handle)
        let isFinal = Self.isFinal(result, text, reply: reply, wasSent: progress.sent > 0)
        return .failure(isFinal ? .permanent(text) : .temporary(text))
    }

    /// Every option must be taken: a libcurl without one of them would send less safely than it was told.
    private func configure(_ handle: UnsafeMutableRawPointer) -> Bool {
        let milliseconds = Int(settings.timeLimit / .milliseconds(1))
        var numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_UPLOAD, 1), (CURLOPT_NOPROGRESS, 0),
            (CURLOPT_CONNECTTIMEOUT_MS, milliseconds), (CURLOPT_TIMEOUT_MS, milliseconds),
            (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)), (CURLOPT_NETRC, 0),
            // A connection that is kept would be taken leave of only when the handle goes, where nothing bounds the wait.
            (CURLOPT_FORBID_REUSE, 1),
        ]
        // Without STARTTLS nothing is sent, a password least of all.
        let encryption = settings.security == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL
        numbers.append((CURLOPT_USE_SSL, Int(encryption.rawValue)))
        var texts: [(CURLoption, String)] = [
            (CURLOPT_URL, settings.url), (CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
            // Variables of the environment must not lead mail elsewhere.
            (CURLOPT_PROXY, ""), (CURLOPT_MAIL_FROM, "<\(settings.sender.address)>"),
        ]
        if let file = settings.authorityFile { texts.append((CURLOPT_CAINFO, file)) }
        if let credentials = settings.credentials {
            texts.append((CURLOPT_USERNAME, credentials.user))
            texts.append((CURLOPT_PASSWORD, credentials.password.revealedValue))
        }
        return numbers.allSatisfy { tessera_curl_set_number(handle, $0, $1) == CURLE_OK }
            && texts.allSatisfy { tessera_curl_set_text(handle, $0, $1) == CURLE_OK }
    }

    private func configureTransfer(_ handle: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer) -> Bool {
        let read = tessera_curl_set_reader(
            handle,
            { target, size, count, context in
                guard let target, let context else { return 0 }
                return Unmanaged<Progress>.fromOpaque(context).takeUnretainedValue()
                    .copyNext(into: UnsafeMutableRawBufferPointer(start: target, count: size &* count))
            }, context)
        let progress = tessera_curl_set_progress(
            handle,
            { context, _, _, _, _ in
                guard let context else { return 1 }
                return Unmanaged<Progress>.fromOpaque(context).takeUnretainedValue().isOver() ? 1 : 0
            }, context)
        return read == CURLE_OK && progress == CURLE_OK
    }

    /// A reply 5yz to the recipient or to the text (RFC 5321 §4.2.1). What the server has against us (our greeting, our
    /// password, our sender) is the operator's to repair, and the mail can wait for it.
    static func isFinal(_ result: CURLcode, _ text: String, reply: Int, wasSent: Bool) -> Bool {
        guard (500...599).contains(reply), ![503, 530, 534, 535, 538].contains(reply) else { return false }
        // libcurl tells the commands apart in its texts only.
        return wasSent || (result == CURLE_SEND_ERROR && !text.hasPrefix("MAIL"))
    }
}
