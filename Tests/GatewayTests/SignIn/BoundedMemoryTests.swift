import Gateway
import Testing

@Suite struct `A bounded memory` {
    private typealias Memory = BoundedMemory<Int, String, Int>

    @Test func `forgets the oldest for what is new`() {
        var memory = Memory(capacity: 3, share: 3)
        var gone: [Int] = []
        for value in 1...5 { gone += memory.insert(value, as: value, of: "g\(value)") }
        #expect(gone == [1, 2] && memory.count == 3)
        #expect(memory[1] == nil && memory[5] == 5)
    }

    @Test func `lets nobody make others forgotten`() {
        var memory = Memory(capacity: 10, share: 2)
        _ = memory.insert(0, as: 0, of: "honest")
        for value in 1...1_000 { _ = memory.insert(value, as: value, of: "stranger") }
        #expect(memory[0] == 0 && memory.count == 3 && memory[1_000] == 1_000 && memory[998] == nil)
    }

    @Test func `takes no more room for what was removed`() {
        var memory = Memory(capacity: 100, share: 100)
        // One that stays for ever, before many that come and go.
        _ = memory.insert(-1, as: -1, of: "a")
        for value in 0..<10_000 {
            _ = memory.insert(value, as: value, of: "b")
            #expect(memory.remove(value) == value)
        }
        #expect(memory.count == 1 && memory.places < 200)
        #expect(memory[-1] == -1)
    }

    @Test func `gives up what is over, and what is named`() {
        var memory = Memory(capacity: 100, share: 100)
        for value in 0..<10 { _ = memory.insert(value, as: value, of: "a") }
        memory.removeOldest { $0 < 3 }
        #expect(memory.count == 7 && memory[2] == nil && memory[3] == 3)
        #expect(Set(memory.removeAll { $0 > 7 }) == [8, 9])
        memory.update(4) { $0 = 40 }
        #expect(memory[4] == 40 && memory.count == 5)
        #expect(memory.insert(5, as: 4, of: "b") == [40], "one value for one key")
        #expect(memory.count == 5)
    }
}
