import Authenticators
import Testing

@Suite struct `A password` {
    @Test func `is the same however the keyboard spells its letters`() throws {
        let composed = try Password("caf\u{e9} \u{d55c}\u{ad6d}")
        let decomposed = try Password("cafe\u{301} \u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}")
        #expect(Array(composed.revealedValue.utf8) == Array(decomposed.revealedValue.utf8))
        #expect(Array(composed.revealedValue.utf8) == Array("caf\u{e9} \u{d55c}\u{ad6d}".utf8))
    }

    @Test func `has one kind of space`() throws {
        #expect(try Password("one\u{a0}two\u{3000}three").revealedValue == "one two three")
    }

    @Test func `keeps case, letters of compatibility and emoji as they are`() throws {
        for text in ["Straße ﬁne", "👩‍👩‍👧‍👦 and ❤️", " spaces around ", "пароль", "ＷＩＤＥ"] {
            #expect(Array(try Password(text).revealedValue.utf8) == Array(text.utf8))
        }
    }

    @Test func `has 1 to 1,024 bytes`() throws {
        #expect(throws: PasswordError.empty) { try Password("") }
        #expect(try Password("a").revealedValue == "a")
        #expect(try Password(String(repeating: "a", count: 1_024)).revealedValue.utf8.count == 1_024)
        #expect(throws: PasswordError.tooLong) { try Password(String(repeating: "a", count: 1_025)) }
        #expect(throws: PasswordError.tooLong) { try Password(String(repeating: "a", count: 1 << 20)) }
        // 600 letters of two bytes, typed as 1,800 bytes.
        let typed = String(repeating: "e\u{301}", count: 512)
        #expect(try Password(typed).revealedValue.utf8.count == 1_024)
    }

    @Test(arguments: ["\0", "a\0b", "a\u{1f}", "tab\t", "line\n", "\u{7f}", "\u{85}", "\u{9f}"])
    func `holds no control character`(text: String) {
        #expect(throws: PasswordError.controlCharacter) { try Password(text) }
    }

    @Test func `is never printed`() throws {
        let password = try Password("correct horse battery staple")
        for text in ["\(password)", String(describing: password), String(reflecting: password), "\([password])"] {
            #expect(!text.contains("horse"))
        }
        var dumped = ""
        dump(password, to: &dumped)
        #expect(!dumped.contains("horse"))
    }
}
