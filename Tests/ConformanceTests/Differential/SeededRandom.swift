/// Random numbers that are the same in each run, so that what failed once can be looked at again.
struct SeededRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed == 0 ? 1 : seed }

    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 11) % max(1, bound)
    }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[next(values.count)] }
}
