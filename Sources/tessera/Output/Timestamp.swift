package import JOSE

/// A moment for people: `2026-11-21 04:30:00Z`, computed without a calendar library.
package enum Timestamp {
    package static func text(_ date: NumericDate) -> String {
        let seconds = date.secondsSince1970
        // The civil calendar is only printed within the years that anybody means.
        guard (0...253_402_300_799).contains(seconds) else { return "@\(seconds)" }
        let (year, month, day) = civil(days: seconds / 86_400)
        let time = seconds % 86_400
        return "\(padded(year, 4))-\(padded(month))-\(padded(day)) "
            + "\(padded(time / 3600)):\(padded(time / 60 % 60)):\(padded(time % 60))Z"
    }

    /// Days since 1970 as year, month and day of the Gregorian calendar (eras of 400 years beginning in March).
    private static func civil(days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func padded(_ number: Int64, _ width: Int = 2) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
