extension MailLanguage {
    static let english = MailLanguage(
        code: "en",
        texts: [
            .resetPassword: Text(
                subject: "Choose a new password for {place}",
                body: """
                    Hello,

                    somebody asked for a new password for your account at {place}. If it was you, open this address and
                    choose one:

                    {link}

                    It works once, for {minutes} minutes. If it was not you, you need not do anything: your password stays
                    as it is.
                    """),
            .verifyAddress: Text(
                subject: "Confirm your e-mail address for {place}",
                body: """
                    Hello,

                    please confirm that this is your address at {place}. Open this page and press the button:

                    {link}

                    It works once, for {hours} hours. If you did not ask for this, ignore this mail.
                    """),
            .invitation: Text(
                subject: "You are invited to {place}",
                body: """
                    Hello,

                    an account at {place} has been made for you. Your user name is:

                        {username}

                    Open this address and choose a password to begin:

                    {link}

                    It works once, for {days} days.
                    """),
            .alreadyRegistered: Text(
                subject: "You already have an account at {place}",
                body: """
                    Hello,

                    somebody tried to make an account at {place} with this address, but you already have one. If it was
                    you, sign in, or ask for a new password here:

                    {link}

                    If it was not you, you need not do anything.
                    """),
            .passwordChanged: Text(
                subject: "Your password for {place} was changed",
                body: """
                    Hello,

                    the password of your account at {place} was changed. All other sessions have been signed out.

                        When:    {when}
                        From:    {address}
                        Browser: {browser}

                    If it was not you, ask for a new password at once:

                    {issuer}/reset
                    """),
            .addressChanged: Text(
                subject: "Your e-mail address at {place} is to be changed",
                body: """
                    Hello,

                    the e-mail address of your account at {place} is to become {new}. This mail goes to the address that
                    you have; it stays until the new one is confirmed.

                        When:    {when}
                        From:    {address}
                        Browser: {browser}

                    If it was not you, log out everywhere in your account and set a new password: that calls it off. Then tell
                    the people who run {place}.
                    """),
            .signedOutEverywhere: Text(
                subject: "You were logged out everywhere at {place}",
                body: """
                    Hello,

                    all sessions of your account at {place} have been ended, and so has what applications could do in
                    your name.

                        When:    {when}
                        From:    {address}
                        Browser: {browser}

                    If it was not you, ask for a new password at once:

                    {issuer}/reset
                    """),
            .accountDeleted: Text(
                subject: "Your account at {place} was deleted",
                body: """
                    Hello,

                    your account at {place} was deleted, with all that was stored in it.

                        When:    {when}
                        From:    {address}
                        Browser: {browser}

                    If it was not you, tell the people who run {place}.
                    """),
            .tokenTheft: Text(
                subject: "We ended an application's access to your account",
                body: """
                    Hello,

                    on {when} somebody used a credential of the application "{client}" that had been used up. It may have
                    been stolen, so {place} ended what that application could do in your name. You can sign in there
                    again at any time.

                    Your sessions and applications: {issuer}/account
                    """),
        ])
}
