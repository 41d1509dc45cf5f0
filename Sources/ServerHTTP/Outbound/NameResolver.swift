import NIOCore
import NIOPosix
import Risk

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Asks the operating system for all addresses of a name, on a thread that may wait.
enum NameResolver {
    @Sendable
    static func system(_ host: String) async throws -> [IPAddress] {
        if let address = IPAddress(host) { return [address] }
        return try await NIOThreadPool.singleton.runIfActive { addresses(of: host) }
    }

    private static func addresses(of host: String) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [IPAddress] = []
        var entry = list
        while let info = entry?.pointee, found.count < 32 {
            if let address = address(info), !found.contains(address) { found.append(address) }
            entry = info.ai_next
        }
        return found
    }

    /// Through its text, which every platform writes alike. A zone (`%eth0`) marks a link-local address; `IPAddress` refuses
    /// it, and so does whoever asks.
    private static func address(_ info: addrinfo) -> IPAddress? {
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = getnameinfo(
            info.ai_addr, info.ai_addrlen, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST)
        guard result == 0 else { return nil }
        return IPAddress(String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
}
