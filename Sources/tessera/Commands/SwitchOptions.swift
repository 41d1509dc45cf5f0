import ArgumentParser

/// Whether something registered may be used from now on.
struct SwitchOptions: ParsableArguments {
    @Flag(help: "It may be used again; tokens that have ended stay ended.")
    var enable = false

    @Flag(help: "It may not be used; its tokens end at once.")
    var disable = false

    /// `nil`: as it was.
    var enabled: Bool? { enable == disable ? nil : enable }

    func validate() throws {
        guard enable, disable else { return }
        throw ValidationError("Give --enable or --disable, not both.")
    }
}
