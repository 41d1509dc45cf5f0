import FoundationEssentials
import JOSE

/// Where the parts of the program meet; the only place that reads the clock.
enum Composition {
    @Sendable
    static func now() -> NumericDate { NumericDate(secondsSince1970: Int64(Date().timeIntervalSince1970)) }
}
