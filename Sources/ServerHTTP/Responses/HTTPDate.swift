import JOSE
import Synchronization

/// The `Date` of answers (RFC 9110 §5.6.7), written anew only when the second changes.
package final class HTTPDate: Sendable {
    private let last = Mutex<(second: Int64, text: String)>((.min, ""))

    func text(at now: NumericDate) -> String {
        last.withLock { last in
            if last.second != now.secondsSince1970 {
                last = (now.secondsSince1970, Self.format(now.secondsSince1970))
            }
            return last.text
        }
    }

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    package static func format(_ seconds: Int64) -> String {
        let time = CivilTime(secondsSince1970: seconds)
        let weekday = weekdays[((time.daysSince1970 % 7) + 7) % 7]
        return "\(weekday), \(pad(time.day)) \(months[time.month - 1]) \(time.year) "
            + "\(pad(time.hour)):\(pad(time.minute)):\(pad(time.second)) GMT"
    }

    private static func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
