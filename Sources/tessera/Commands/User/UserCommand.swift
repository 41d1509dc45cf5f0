import ArgumentParser

/// `tessera user`
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Register and change people, and end what they are signed in to.",
        discussion: "No password is ever an argument. \(Availability.needsServer)",
        subcommands: [
            UserCreateCommand.self, UserListCommand.self, UserShowCommand.self, UserUpdateCommand.self,
            UserDisableCommand.self, UserEnableCommand.self, UserLockdownCommand.self, UserReleaseCommand.self,
            UserDeleteCommand.self, UserPasswordCommand.self, UserInviteCommand.self, UserInvitationsCommand.self,
            UserWithdrawInvitationCommand.self, UserResetLinkCommand.self,
            UserSessionsCommand.self, UserEndSessionsCommand.self, UserApplicationsCommand.self,
            UserEndApplicationCommand.self, UserEndAuthorizationCommand.self, UserEndEverythingCommand.self,
            UserImportCommand.self,
        ])
}
