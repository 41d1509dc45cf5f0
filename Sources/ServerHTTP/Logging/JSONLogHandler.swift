package import JOSE
package import Logging
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Writes the diagnostic log as one JSON object a line to the standard error.
package struct JSONLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata = Logger.Metadata()
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let now: @Sendable () -> NumericDate
    private let write: @Sendable ([UInt8]) -> Void

    package init(
        label: String, level: Logger.Level = .info, now: @escaping @Sendable () -> NumericDate,
        write: @escaping @Sendable ([UInt8]) -> Void = Self.standardError
    ) {
        self.label = label
        logLevel = level
        self.now = now
        self.write = write
    }

    package static let standardError: @Sendable ([UInt8]) -> Void = { bytes in
        _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.member("time", CivilTime(secondsSince1970: now().secondsSince1970).rfc3339)
        writer.member("level", event.level.rawValue)
        writer.member("source", label)
        writer.member("message", event.message.description)
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
        if let own = event.metadata { fields.merge(own) { _, new in new } }
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            writer.name(name)
            writer.value(value.description)
        }
        writer.endObject()
        write(writer.bytes + [ByteClass.lineFeed])
    }
}
