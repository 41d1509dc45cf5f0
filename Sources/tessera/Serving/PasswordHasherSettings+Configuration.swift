package import Authenticators

extension PasswordHasherSettings {
    /// What the settings say about hashing.
    package init(_ configuration: Configuration) {
        let threads = configuration.integer(.passwordsThreads)
        self.init(
            parameters: Argon2Parameters(
                memory: configuration.integer(.passwordsMemory), passes: configuration.integer(.passwordsPasses))
                ?? .standard,
            threads: threads == 0 ? Processors.count : threads, waiting: configuration.integer(.passwordsWaiting))
    }
}
