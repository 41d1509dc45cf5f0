/// A moment as JSON tokens carry it: whole seconds since 1970-01-01T00:00:00Z, ignoring leap seconds (RFC 7519 §2).
public struct NumericDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var secondsSince1970: Int64

    public init(secondsSince1970: Int64) {
        self.secondsSince1970 = secondsSince1970
    }

    public var description: String { String(secondsSince1970) }

    public static func < (left: NumericDate, right: NumericDate) -> Bool {
        left.secondsSince1970 < right.secondsSince1970
    }

    /// Moves forward by the whole seconds of `duration`; stops at the ends of the range instead of trapping.
    public static func + (date: NumericDate, duration: Duration) -> NumericDate {
        let seconds = duration.wholeSeconds
        let (sum, overflow) = date.secondsSince1970.addingReportingOverflow(seconds)
        guard overflow else { return NumericDate(secondsSince1970: sum) }
        return NumericDate(secondsSince1970: seconds < 0 ? .min : .max)
    }

    /// Moves back by the whole seconds of `duration`; stops at the ends of the range instead of trapping.
    public static func - (date: NumericDate, duration: Duration) -> NumericDate {
        let seconds = duration.wholeSeconds
        let (difference, overflow) = date.secondsSince1970.subtractingReportingOverflow(seconds)
        guard overflow else { return NumericDate(secondsSince1970: difference) }
        return NumericDate(secondsSince1970: seconds < 0 ? .max : .min)
    }

    /// The time from `right` to `left`; stops at the ends of the range instead of trapping.
    public static func - (left: NumericDate, right: NumericDate) -> Duration {
        let (difference, overflow) = left.secondsSince1970.subtractingReportingOverflow(right.secondsSince1970)
        guard overflow else { return .seconds(difference) }
        return .seconds(left.secondsSince1970 < 0 ? Int64.min : Int64.max)
    }
}

extension Duration {
    /// Toward zero, and no further than the range goes. A quarter of what `components` costs, which every comparison with a
    /// lifetime would pay.
    package var wholeSeconds: Int64 { Int64(clamping: attoseconds / 1_000_000_000_000_000_000) }
}
