/// A moment in the calendar, in UTC; without Foundation's formatters, which cost more than a whole request.
package struct CivilTime: Hashable, Sendable {
    let year: Int
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    let second: Int
    let daysSince1970: Int

    package init(secondsSince1970: Int64) {
        // Years 1970 to 9999: what a clock can say; anything else is shown as the nearest end.
        let seconds = Int(min(max(secondsSince1970, 0), 253_402_300_799))
        daysSince1970 = seconds / 86_400
        let rest = seconds % 86_400
        hour = rest / 3_600
        minute = rest % 3_600 / 60
        second = rest % 60
        // Days are counted from 0000-03-01, so that a leap day is the last of its year.
        let shifted = daysSince1970 + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// `2025-11-21T04:18:26Z`, as RFC 3339 §5.6 writes it.
    package var rfc3339: String {
        "\(year)-\(Self.pad(month))-\(Self.pad(day))T\(Self.pad(hour)):\(Self.pad(minute)):\(Self.pad(second))Z"
    }

    private static func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
