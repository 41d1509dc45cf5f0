import JOSE

/// A document that a provider publishes: read once for all who wait, whoever of them gives up, and not again for a
/// moment, however that ended.
///
/// Strangers make an application ask: a logout token needs no more than an invented key name for it. So they must not
/// decide how often.
actor ProviderDocument<Value: Sendable> {
    private let read: @Sendable (NumericDate) async -> Result<Value, OAuthClientError>
    private var known: (value: Value, readAt: NumericDate)?
    private var last: (result: Result<Value, OAuthClientError>, begunAt: NumericDate)?
    private var reading: Task<Result<Value, OAuthClientError>, Never>?

    /// - Parameter read: ends within a time of its own.
    init(_ read: @escaping @Sendable (NumericDate) async -> Result<Value, OAuthClientError>) { self.read = read }

    func value(youngerThan age: Duration, at now: NumericDate) async throws(OAuthClientError) -> Value {
        if let known, known.readAt <= now, now < known.readAt + age { return known.value }
        if let reading { return try await reading.value.get() }
        if let last, isMomentAgo(last.begunAt, now) { return try last.result.get() }
        let task = Task { await self.renew(at: now) }
        reading = task
        return try await task.value.get()
    }

    private func renew(at now: NumericDate) async -> Result<Value, OAuthClientError> {
        let result = await read(now)
        reading = nil
        last = (result, now)
        if case .success(let value) = result { known = (value, now) }
        return result
    }

    /// Requests do not come in the order of their times; but a clock that was set back must not forbid asking for ever.
    private func isMomentAgo(_ time: NumericDate, _ now: NumericDate) -> Bool {
        time < now + Provider.pause && now < time + Provider.pause
    }
}
