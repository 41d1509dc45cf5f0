import JOSE
import TestSupport
import Testing

@Suite struct Base64URLTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func `encodes and decodes the examples of RFC 4648`(text: String, encoded: String) throws {
        #expect(Base64URL.encode(text.utf8) == encoded)
        #expect(try Base64URL.decode(encoded) == Array(text.utf8))
    }

    @Test(.requirement("7515-2-1"))
    func `uses the URL-safe alphabet without padding`() throws {
        let bytes: [UInt8] = [0xFB, 0xFF, 0xFE, 0xFF]
        #expect(Base64URL.encode(bytes) == "-__-_w")
        #expect(try Base64URL.decode("-__-_w") == bytes)
        #expect(Base64URL.encodeBytes(bytes) == Array("-__-_w".utf8))
    }

    @Test(
        .requirement("7515-2-1", "7515-5.2-3"),
        arguments: [
            "Zg==", "Zg=", "Zm9v=", "Zm 9v", " Zm9v", "Zm9v\n", "Zm\r\n9v", "+/+/", "Zm9v.", "Z", "Zm9vZ", "Zm\u{E9}v",
            "Zm9\0",
            "Ｚｇ",
        ])
    func `refuses padding, white space and foreign characters`(text: String) {
        #expect(throws: JOSEError.invalidBase64URL) { try Base64URL.decode(text) }
    }

    @Test(arguments: ["Zh", "Zi", "Z_", "Zm9", "AB", "AAB", "AA_"])
    func `refuses a second spelling of a value`(text: String) {
        #expect(throws: JOSEError.invalidBase64URL) { try Base64URL.decode(text) }
    }

    @Test func `every foreign byte is refused at every place`() {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        for byte in UInt8.min...UInt8.max where !alphabet.contains(byte) {
            for place in 0..<7 {
                var text = Array("AAAAAAA".utf8)
                text[place] = byte
                #expect(throws: JOSEError.invalidBase64URL) { try Base64URL.decode(utf8: text) }
            }
        }
    }

    @Test func `decoding undoes encoding for every length`() throws {
        var bytes: [UInt8] = []
        for length in 0..<300 {
            #expect(try Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            bytes.append(UInt8(truncatingIfNeeded: length &* 151 &+ 7))
        }
    }

    @Test func `every two-character text has one value or none`() throws {
        var seen: Set<[UInt8]> = []
        var count = 0
        for first in UInt8(0x20)..<0x7F {
            for second in UInt8(0x20)..<0x7F {
                guard let value = try? Base64URL.decode(utf8: [first, second]) else { continue }
                count += 1
                seen.insert(value)
            }
        }
        #expect(count == 256)
        #expect(seen.count == 256)
    }

    @Test func `takes collections that are not contiguous`() throws {
        let bytes = (0..<9).lazy.map { UInt8($0) }
        let reversed = Array("Zm9v".utf8).reversed().reversed()
        #expect(Base64URL.encode(bytes) == "AAECAwQFBgcI")
        #expect(try Base64URL.decode(utf8: reversed) == Array("foo".utf8))
    }
}
