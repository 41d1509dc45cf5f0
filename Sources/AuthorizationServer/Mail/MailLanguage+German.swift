extension MailLanguage {
    static let german = MailLanguage(
        code: "de",
        texts: [
            .resetPassword: Text(
                subject: "Neues Passwort für {place} wählen",
                body: """
                    Guten Tag,

                    jemand hat ein neues Passwort für Ihr Konto bei {place} angefordert. Wenn Sie das waren, öffnen Sie
                    diese Adresse und wählen Sie eines:

                    {link}

                    Sie gilt einmal und {minutes} Minuten lang. Wenn Sie es nicht waren, müssen Sie nichts tun: Ihr Passwort
                    bleibt, wie es ist.
                    """),
            .verifyAddress: Text(
                subject: "Bestätigen Sie Ihre E-Mail-Adresse für {place}",
                body: """
                    Guten Tag,

                    bitte bestätigen Sie, dass dies Ihre Adresse bei {place} ist. Öffnen Sie diese Seite und drücken Sie
                    auf den Knopf:

                    {link}

                    Sie gilt einmal und {hours} Stunden lang. Wenn Sie das nicht wollten, beachten Sie diese Nachricht nicht.
                    """),
            .invitation: Text(
                subject: "Sie sind zu {place} eingeladen",
                body: """
                    Guten Tag,

                    für Sie wurde ein Konto bei {place} angelegt. Ihr Benutzername ist:

                        {username}

                    Öffnen Sie diese Adresse und wählen Sie ein Passwort, um zu beginnen:

                    {link}

                    Sie gilt einmal und {days} Tage lang.
                    """),
            .alreadyRegistered: Text(
                subject: "Sie haben schon ein Konto bei {place}",
                body: """
                    Guten Tag,

                    jemand wollte mit dieser Adresse ein Konto bei {place} anlegen, aber Sie haben schon eines. Wenn Sie das
                    waren, melden Sie sich an, oder fordern Sie hier ein neues Passwort an:

                    {link}

                    Wenn Sie es nicht waren, müssen Sie nichts tun.
                    """),
            .passwordChanged: Text(
                subject: "Ihr Passwort für {place} wurde geändert",
                body: """
                    Guten Tag,

                    das Passwort Ihres Kontos bei {place} wurde geändert. Alle anderen Sitzungen wurden abgemeldet.

                        Wann:    {when}
                        Von:     {address}
                        Browser: {browser}

                    Wenn Sie das nicht waren, fordern Sie sofort ein neues Passwort an:

                    {issuer}/reset
                    """),
            .addressChanged: Text(
                subject: "Ihre E-Mail-Adresse bei {place} soll geändert werden",
                body: """
                    Guten Tag,

                    die E-Mail-Adresse Ihres Kontos bei {place} soll {new} werden. Diese Nachricht geht an die bisherige
                    Adresse; sie bleibt, bis die neue bestätigt ist.

                        Wann:    {when}
                        Von:     {address}
                        Browser: {browser}

                    Wenn Sie das nicht waren, melden Sie sich in Ihrem Konto überall ab und setzen Sie ein neues Passwort: Damit
                    ist es widerrufen. Wenden Sie sich dann an die Betreiber von {place}.
                    """),
            .signedOutEverywhere: Text(
                subject: "Sie wurden bei {place} überall abgemeldet",
                body: """
                    Guten Tag,

                    alle Sitzungen Ihres Kontos bei {place} wurden beendet, und damit auch, was Anwendungen in Ihrem Namen
                    tun durften.

                        Wann:    {when}
                        Von:     {address}
                        Browser: {browser}

                    Wenn Sie das nicht waren, fordern Sie sofort ein neues Passwort an:

                    {issuer}/reset
                    """),
            .accountDeleted: Text(
                subject: "Ihr Konto bei {place} wurde gelöscht",
                body: """
                    Guten Tag,

                    Ihr Konto bei {place} wurde gelöscht, mit allem, was darin gespeichert war.

                        Wann:    {when}
                        Von:     {address}
                        Browser: {browser}

                    Wenn Sie das nicht waren, wenden Sie sich an die Betreiber von {place}.
                    """),
            .tokenTheft: Text(
                subject: "Wir haben den Zugriff einer Anwendung auf Ihr Konto beendet",
                body: """
                    Guten Tag,

                    am {when} hat jemand einen verbrauchten Ausweis der Anwendung „{client}“ benutzt. Er könnte gestohlen
                    sein; deshalb hat {place} beendet, was diese Anwendung in Ihrem Namen tun durfte. Sie können sich dort
                    jederzeit neu anmelden.

                    Ihre Sitzungen und Anwendungen: {issuer}/account
                    """),
        ])
}
