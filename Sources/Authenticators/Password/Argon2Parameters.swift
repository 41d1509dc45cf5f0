/// How much work one Argon2 hash is: the numbers that an operator sets and that stand in each hash (RFC 9106 §3.1).
package struct Argon2Parameters: Hashable, Sendable {
    /// Memory in KiB.
    package let memory: Int
    /// Passes over the memory.
    package let passes: Int
    /// Independent lanes; they are computed one after another, so more of them buy nothing here.
    package let lanes: Int

    /// What a stored hash may ask of this machine: whoever imports hashes must not be able to exhaust it.
    package static let verifiableMemory = 8...262_144
    package static let verifiablePasses = 1...16
    package static let verifiableLanes = 1...16
    /// What an operator may choose for new hashes.
    package static let settableMemory = 7_168...262_144

    /// 19 MiB, two passes, one lane.
    package static let standard = Argon2Parameters(uncheckedMemory: 19_456, passes: 2, lanes: 1)

    /// `nil` outside of what a hash may ask.
    package init?(memory: Int, passes: Int, lanes: Int = 1) {
        guard Self.verifiableMemory.contains(memory), Self.verifiablePasses.contains(passes),
            Self.verifiableLanes.contains(lanes), memory >= lanes &* 8
        else { return nil }
        self.init(uncheckedMemory: memory, passes: passes, lanes: lanes)
    }

    private init(uncheckedMemory memory: Int, passes: Int, lanes: Int) {
        self.memory = memory
        self.passes = passes
        self.lanes = lanes
    }

    /// What the algorithm allocates: whole blocks, four slices in each lane (RFC 9106 §3.2).
    package var arenaBytes: Int { (memory / (4 &* lanes)) &* 4 &* lanes &* 1024 }
}
