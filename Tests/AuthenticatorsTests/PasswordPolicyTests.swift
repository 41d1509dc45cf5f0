import Authenticators
import Testing

@Suite struct `The password policy` {
    private let context = ["Alice Müller-Smith", "alice.m@example.com", "Tessera", "https://login.example.org"]

    @Test func `asks for 15 characters, and for 8 only beside a second factor`() {
        #expect(PasswordPolicy.standard.minimum == 15)
        #expect(PasswordPolicy(minimum: 14) == nil)
        #expect(PasswordPolicy(minimum: 8) == nil)
        #expect(PasswordPolicy(minimum: 8, isSecondFactorDemanded: true)?.minimum == 8)
        #expect(PasswordPolicy(minimum: 7, isSecondFactorDemanded: true) == nil)
        #expect(PasswordPolicy(minimum: 64)?.minimum == 64)
        #expect(PasswordPolicy(minimum: 65) == nil)
    }

    @Test func `counts code points, not bytes`() {
        #expect(weakness("kj3h5k2j3h5d8w") == .tooShort(minimum: 15))
        #expect(weakness("kj3h5k2j3h5d8wq") == nil)
        #expect(weakness("żółćęśąźńŻÓŁĆĘ") == .tooShort(minimum: 15))
        #expect(weakness("żółćęśąźńŻÓŁĆĘŚ") == nil)
        #expect(weakness("") == .tooShort(minimum: 15))
    }

    @Test func `has an upper end and no control characters`() {
        #expect(weakness(String(repeating: "kj3h5k2j3", count: 114)) == .tooLong)
        #expect(weakness("kj3h5k2j3h5d8w\0q") == .controlCharacter)
    }

    @Test(arguments: [
        "my dog ate the blue carpet", "zwölf Boxkämpfer jagen Viktor", "property is theft, they say",
        "understudy of a first actor", "dragon butter window", "monkey piano cloud", "sunshine ladder fox",
        "my butterfly sings", "the monkey eats soap", "football teapot moss", "love8273645xkqp",
        "пять синих слонов летят", "一二三四五六七八九十甲乙丙丁戊己庚", "3141592653589793238462", "🍎🐢🚲🌵🎻🧦🛶🪁🧀🎈🦉🍋🧲🪴🛎",
        "x7$Kq9!mWz2#pLr4", "the savannah plains are wide", "welcome.to-the/jungle-of;2031",
        "GrüneWiesenUndBlauerHimmel",
        "passwords are a nuisance to all",
    ]) func `accepts what is long and nobody's first guess, of any composition`(text: String) {
        #expect(weakness(text) == nil)
    }

    @Test(arguments: [
        "password1234567", "Password1234567", "PASSWORD!!!!!!!", "123456password!!", "p4ssw0rd1234567",
        "P@$$w0rd12345678", "passw0rd2026!!!!", "pässwörd12345678", "ｐａｓｓｗｏｒｄ２０２６２０２６", "iloveyou20262026",
        "1l0v3y0u!!!!!!!!",
        "drowssap12345678", "p.a.s.s.w.o.r.d.1.2", "password password", "PasswordpassworD1", "password1password2",
        "qwertyuiop123456", "letmein-letmein-letmein", "monkeymonkeymonkey", "--- dragon ---!!!",
        "administrator123", "footba11!!!!!!!!", "correct horse battery staple", "CorrectHorseBatteryStaple!",
        "maytheforcebewithyou", "manchesterunited1", "the quick brown fox jumps", "meinpasswortistgeheim",
    ]) func `refuses common passwords and what is built around them`(text: String) {
        #expect(weakness(text) == .tooCommon)
    }

    @Test(arguments: [
        "passwordpasswordpasswordx", "x password password y", "fuckyoufuckyou12ab", "1Manchester-United.x",
        "M4nch3ster Un1ted ab", "thisismypassword", "This is my password!", "meinpasswort12345", "dasistmeinpasswort",
        "This is our dragon", "thisismypasswordpassword", "iloveyouforever",
    ]) func `refuses common passwords that were only made longer`(text: String) {
        #expect(weakness(text) == .tooCommon)
    }

    @Test func `knows thousands of common passwords at eight characters`() throws {
        let policy = try #require(PasswordPolicy(minimum: 8, isSecondFactorDemanded: true))
        for text in [
            "password", "password1", "12345678", "qwertyuiop", "football", "baseball", "superman", "trustno1",
            "sunshine",
            "princess", "starwars", "computer", "iloveyou", "michelle", "corvette", "1qaz2wsx", "butterfly",
            "liverpool",
            "Passw0rd!", "Dragon2024",
        ] {
            let weakness = try policy.weakness(of: Password(text), context: [])
            #expect(weakness == .tooCommon, "\(text)")
        }
    }

    @Test(arguments: [
        "aaaaaaaaaaaaaaaa", "abababababababab", "abcabcabcabcabc", "zqkzqkzqkzqkzqkzqk", "Hx7!Hx7!Hx7!Hx7!",
        "1111111122222222",
        "gibbon-gibbon-gibbon", "---------------x", "🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂",
    ]) func `refuses repetition`(text: String) {
        #expect(weakness(text) == .repetitive || weakness(text) == .tooCommon)
        #expect(weakness(text) == .repetitive || text.contains("gibbon"))
    }

    @Test(arguments: [
        "abcdefghijklmnop", "ponmlkjihgfedcba", "123456789012345", "987654321098765", "asdfghjklasdfghj1x",
        "1qaz2wsx3edc4rfv", "qwertzuiopasdfgh", "a1b2c3d4e5f6g7h8", "abcdefgh12345678", "zxcvbnm,asdfghjkl",
        "1q2w3e4r5t6y7u8i9o0p",
        "!@#$%^&*()!@#$%^",
    ]) func `refuses sequences and walks over the keyboard`(text: String) {
        let weakness = weakness(text)
        #expect([.sequence, .tooCommon, .repetitive].contains(weakness), "\(String(describing: weakness))")
    }

    @Test(arguments: [
        ("tessera-2026-tessera", "tessera"), ("Alice.Mueller.1984", "alice"), ("müllermüller.smith", "muller"),
        ("T3ss3ra-T3ss3ra!!", "tessera"), ("alice@example.com", "example"), ("my example login!", "example"),
        ("smithalicetessera", "tessera"),
    ]) func `refuses what is little more than what others know`(text: String, word: String) {
        #expect(weakness(text) == .containsContext(word: word))
    }

    @Test func `lets such words stand in something long`() {
        #expect(weakness("alice never bought the blue bicycle") == nil)
        #expect(PasswordPolicy.standard.weakness(of: "plain savannah grass", context: ["Ann"]) == nil)
    }

    @Test func `is not confused by hostile context`() throws {
        let password = try Password("kj3h5k2j3h5d8wq")
        let hostile = ["", "@@@", String(repeating: "a", count: 100_000), "\0", "k j 3 h", "..."]
        #expect(PasswordPolicy.standard.weakness(of: password, context: hostile) == nil)
        let many = (0..<10_000).map { "word\($0)" }
        #expect(PasswordPolicy.standard.weakness(of: password, context: many) == nil)
    }

    @Test func `judges the longest and worst password in no time`() {
        let clock = ContinuousClock()
        let nearlyPeriodic = String(repeating: "a", count: 1_023) + "b"
        let took = clock.measure {
            for _ in 0..<10 { _ = weakness(nearlyPeriodic) }
        }
        #expect(took < .seconds(2))
    }

    private func weakness(_ text: String) -> PasswordWeakness? {
        do {
            _ = try PasswordPolicy.standard.choose(text, context: context)
            return nil
        } catch {
            return error
        }
    }
}

extension PasswordPolicy {
    /// For texts that are passwords.
    fileprivate func weakness(of text: String, context: [String]) -> PasswordWeakness? {
        (try? Password(text)).flatMap { weakness(of: $0, context: context) }
    }
}
