import JOSE

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The machine's own time: certificates are judged by it, whatever time a test has chosen.
enum RealClock {
    static var now: NumericDate { NumericDate(secondsSince1970: Int64(time(nil))) }
}
