import OAuth
import ResourceServer
import Testing

@Suite struct NameMemoryTests {
    /// What a program's token says: its subject is the client.
    @Test func `makes the names once of what tokens have in common, also where two things are called the same`() {
        let memory = NameMemory()
        let kinds: [RevocationName.Kind] = [.subject, .client, .grant, .resource, .key]
        var made: [RevocationName.Kind: Int] = [:]
        for _ in 0..<3 {
            for kind in kinds {
                let name = memory.name(kind, "client-0123456789") { kind, text in
                    made[kind, default: 0] += 1
                    return RevocationName(kind, text, of: "https://id.example")
                }
                #expect(name == RevocationName(kind, "client-0123456789", of: "https://id.example"))
            }
        }
        #expect(made == Dictionary(uniqueKeysWithValues: kinds.map { ($0, 1) }))
    }

    /// Of these each comes once: they would push out the others.
    @Test func `does not remember the names of single tokens`() {
        let memory = NameMemory()
        var made = 0
        for _ in 0..<2 {
            _ = memory.name(.token, "a") { kind, text in
                made += 1
                return RevocationName(kind, text, of: "https://id.example")
            }
        }
        #expect(made == 2)
    }
}
