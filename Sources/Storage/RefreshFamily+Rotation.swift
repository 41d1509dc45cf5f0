package import JOSE

/// What a presented generation is to its family.
package enum RotationDecision: Hashable, Sendable {
    /// Store this family instead, if the head is still the one that was judged.
    case rotate(RefreshFamily)
    case `repeat`(RefreshFamily)
    case late, repeatedTooOften, tooFast, reused, ended
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
        guard let spentAt = spent.first(where: { $0.generation == generation })?.at,
            (now - spentAt).components.seconds < policy.window
        else { return .reused }
        guard generation == head - 1 else { return .late }
        return repeated(under: policy, at: now)
    }

    private func rotated(under policy: RotationPolicy, at now: NumericDate) -> RotationDecision {
        let recent = spent.filter { (now - $0.at).components.seconds < policy.window }
        guard policy.window == 0 || recent.count < policy.rotationsPerWindow else { return .tooFast }
        guard head < Int64.max else { return .ended }
        var next = self
        next.spent = recent + (policy.window > 0 ? [SpentGeneration(generation: head, at: now)] : [])
        next.head = head + 1
        next.repeats = 0
        next.lastUsedAt = max(lastUsedAt, now)
        return .rotate(next)
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
