import JOSE
import OAuth
import OAuthClient

/// The HTML of the application's pages.
enum Page {
    static func html(title: String, name: String, body: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escaped(title))</title><link rel="icon" href="/icon.svg">
        <link rel="stylesheet" href="/style.css"></head>
        <body><header><a href="/">\(escaped(name))</a></header><main>\(body)</main></body>
        </html>
        """
    }

    static func welcome(_ name: String) -> String {
        """
        <h1>Welcome to \(escaped(name))</h1>
        <p>A small application that knows nothing about passwords.</p>
        <p><a class="button" id="sign-in" href="/sign-in">Sign in with Tessera</a></p>
        """
    }

    static let signedOut = """
        <h1>You are signed out</h1>
        <p><a class="button" href="/sign-in">Sign in again</a></p>
        """

    static func message(_ text: String) -> String {
        """
        <h1>That did not work</h1>
        <p id="message">\(escaped(text))</p>
        <p><a class="button" href="/">Back</a></p>
        """
    }

    static func person(_ person: Person, hasToken: Bool) -> String {
        let claims = person.userInfo?.members ?? []
        let called =
            person.userInfo?.string("name") ?? person.userInfo?.string("email") ?? person.idToken.subject.rawValue
        return """
            <h1>Hello, <span id="name">\(escaped(called))</span></h1>
            <p>Access token: <span id="access">\(hasToken ? "valid" : "none")</span></p>
            <h2>What the ID token proved</h2>
            \(table(person.idToken.claims.members))
            <h2>What UserInfo tells</h2>
            \(claims.isEmpty ? "<p>Nothing was asked for.</p>" : table(claims))
            <div class="row">\(form("/refresh", "Refresh", person))\(form("/sign-out", "Sign out", person))</div>
            """
    }

    private static func form(_ action: String, _ label: String, _ person: Person) -> String {
        """
        <form method="post" action="\(action)"><input type="hidden" name="form_token" \
        value="\(escaped(person.formToken.revealedValue))"><button>\(label)</button></form>
        """
    }

    private static func table(_ members: [(name: String, value: JSONValue)]) -> String {
        let rows = members.map { name, value -> String in
            var writer = JSONWriter()
            writer.value(value)
            let text = value.string ?? writer.text
            return "<tr><th scope=\"row\">\(escaped(name))</th><td>\(escaped(text))</td></tr>"
        }
        return "<table>\(rows.joined())</table>"
    }

    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    /// Browsers ask for one in any case.
    static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="18" r="11" fill="#2f6b3c"/>\
        <path d="M16 9q0-6 6-7" fill="none" stroke="#6b4a2f" stroke-width="3"/></svg>
        """

    static let stylesheet = """
        :root { color-scheme: light dark; --accent: #2f6b3c; }
        @media (prefers-color-scheme: dark) { :root { --accent: #8fd19e; } }
        body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; }
        header, main { max-width: 40rem; margin: 0 auto; padding: 1rem; }
        header a { color: var(--accent); font-weight: 700; font-size: 1.25rem; text-decoration: none; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; padding: .35rem .5rem; border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
        th { width: 10rem; font-weight: 500; }
        .button, button { display: inline-block; padding: .6rem 1.1rem; border: 0; border-radius: .5rem; font: inherit;
            background: var(--accent); color: Canvas; text-decoration: none; cursor: pointer; }
        .row { display: flex; gap: .75rem; margin-top: 1.5rem; }
        """
}
