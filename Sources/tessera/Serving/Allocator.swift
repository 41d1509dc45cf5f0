import Glibc

/// The allocator of the C library, told to keep more of what was freed at hand (decision 0030).
///
/// A request that is answered frees some hundred small blocks, often many of one size at once; of each size a thread
/// keeps seven unless told, and sorts the others into lists that all threads share.
enum Allocator {
    /// Read by the C library when a program starts, and at no other time.
    static let variable = "GLIBC_TUNABLES"
    static let tunables = "glibc.malloc.tcache_count=2000:glibc.malloc.tcache_max=8192:glibc.malloc.mxfast=0"

    /// Begins this very program anew in the same process, with those tunables.
    ///
    /// Does nothing where somebody has chosen tunables, which this program itself has after one round. Where the
    /// program cannot be begun anew it goes on, slower and not wrong.
    static func tune() {
        guard getenv(variable) == nil, let path = programPath() else { return }
        setenv(variable, tunables, 1)
        execv(path, CommandLine.unsafeArgv)
        unsetenv(variable)
    }

    /// The file that this process was started from, whatever it was called by.
    private static func programPath() -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let length = bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink("/proc/self/exe", $0, text.count) } ?? -1
            }
        }
        guard length > 0, length < bytes.count else { return nil }
        return String(validating: bytes[..<length], as: UTF8.self)
    }
}
