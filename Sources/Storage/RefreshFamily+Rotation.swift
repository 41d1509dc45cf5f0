package import JOSE

/// What a presented generation is to its family.
package enum RotationDecision: Hashable, Sendable {
    /// Store this family instead, if the head is still the one that was judged.
    case rotate(RefreshFamily)
    case `repeat`(RefreshFamily)
    case late, repeatedTooOften, reused, ended
    /// A generation that this store never made, under a code that it did: its memory is from before.
    case ahead
}

extension RefreshFamily {
    /// Judges a generation that was presented, from counters and the times at which recent generations were spent.
    ///
    /// Counters order generations, never times: a clock that steps back can only make a duplicate look recent.
    package func judge(
        presenting generation: Int64, under policy: RotationPolicy, at now: NumericDate
    ) -> RotationDecision {
        guard !isOver(at: now) else { return .ended }
        guard generation > 0 else { return .ended }
        // The store was restored from a backup, and what it takes for the head was spent long ago: whoever kept that token
        // could go on with it.
        guard generation <= head else { return .ahead }
        if generation == head { return rotated(under: policy, at: now) }
        guard let spentAt = whenSpent(generation), (now - spentAt).components.seconds < policy.window
        else { return .reused }
        guard generation == head - 1 else { return .late }
        return repeated(under: policy, at: now)
    }

    private func rotated(under policy: RotationPolicy, at now: NumericDate) -> RotationDecision {
        guard head < Int64.max else { return .ended }
        var next = self
        next.spent.removeAll { (now - $0.at).components.seconds >= policy.window }
        if policy.window > 0 { next.noteSpent(head, at: now) }
        next.head = head + 1
        next.repeats = 0
        next.lastUsedAt = max(lastUsedAt, now)
        return .rotate(next)
    }

    /// Of what was spent within one second the first and the last are kept: so the list is no longer than two for each
    /// second of the window, however fast a client goes on.
    private mutating func noteSpent(_ generation: Int64, at now: NumericDate) {
        if spent.count > 1, spent[spent.count - 1].at == now, spent[spent.count - 2].at == now { spent.removeLast() }
        spent.append(SpentGeneration(generation: generation, at: now))
    }

    /// `nil` if that is longer ago than is remembered.
    private func whenSpent(_ generation: Int64) -> NumericDate? {
        guard let index = spent.firstIndex(where: { $0.generation >= generation }) else { return nil }
        let next = spent[index]
        if next.generation == generation { return next.at }
        return index > 0 && spent[index - 1].at == next.at ? next.at : nil
    }

    private func repeated(under policy: RotationPolicy, at now: NumericDate) -> RotationDecision {
        let day = now.secondsSince1970 / 86_400
        let today = day == repeatDay ? repeatsOnDay : 0
        guard repeats < policy.repeatsPerGeneration, today < policy.repeatsPerDay else { return .repeatedTooOften }
        var next = self
        next.repeats = repeats + 1
        next.repeatDay = day
        next.repeatsOnDay = today + 1
        return .repeat(next)
    }
}
