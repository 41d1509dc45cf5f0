import AuthorizationServer
import Gateway
import OAuth
package import ResourceServer

/// The reference of all refusals, made from the explanations that the program itself gives.
package enum ErrorReference {
    package static var markdown: String {
        var text = """
            # Refusals

            Generated from the program by `make docs`; do not edit.

            Every refusal is known by one word: the *check* that failed. It is the same in the request log (`decision`), in the
            audit log (`detail`), in the metrics and in `tessera explain`, which also says what was found. Callers are told less:
            what the standards say, and nothing that would help to guess.


            """
        for group in Check.groups {
            text += "## \(group.title)\n\n"
            for (check, explanation) in group.explanations { text += entry(check.rawValue, explanation) }
        }
        text += "## The resource-server library\n\n"
        text +=
            "What `AccessRefusal` says to the API that uses the library; of these the word is in the log of the API.\n\n"
        for refusal in refusals { text += entry(refusal.word, refusal.explanation) }
        text += """
            ## The gateway

            What the gateway says in its request log (`decision`), and `tessera explain` of it. A token that is not good is `token_` and the word of the
            library after the dot above, such as `token_wrongSignature`.


            """
        for word in GatewayWord.allCases { text += entry(word.rawValue, word.explanation) }
        text += "### Paths without one meaning\n\n"
        for path in AmbiguousPath.allCases { text += entry(path.rawValue, path.explanation) }
        return text
    }

    private static func entry(_ word: String, _ explanation: Explanation) -> String {
        """
        ### `\(word)`

        \(explanation.refused)

        * Checked: \(explanation.checked)
        * Passes: \(explanation.wouldPass)
        * To change it: \(explanation.change)


        """
    }

    /// One of each case.
    package static var refusals: [AccessRefusal] {
        [.noToken, .malformedRequest("")] + TokenProblem.allCases.map(AccessRefusal.invalidToken) + [
            .insufficientScope(.empty), .insufficientAuthentication(contextClasses: [], maxAge: nil),
            .unavailable(.revocationsStale), .unavailable(IssuerUnavailable("")),
        ]
    }
}
