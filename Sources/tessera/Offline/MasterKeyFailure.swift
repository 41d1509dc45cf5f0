/// Says what to do when a master key cannot be read.
enum MasterKeyFailure {
    static func explaining<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as MasterKeySource.SourceError { throw failure(error) }
    }

    private static func failure(_ error: MasterKeySource.SourceError) -> CommandFailure {
        switch error {
        case .unreadable(let path):
            CommandFailure(
                .failure, "master_key_missing", "\(path) cannot be read", fix: "Check its path and its owner.")
        case .invalid(let origin):
            CommandFailure(
                .failure, "master_key_invalid", "\(origin) holds no master key",
                fix: "It must be one line: tsm_ and 43 characters; 'tessera master-key create' writes one.")
        }
    }
}
