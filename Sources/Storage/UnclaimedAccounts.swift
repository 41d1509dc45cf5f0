package import JOSE
package import OAuth

/// What the audit log says of accounts that strangers asked for and nobody took up: how many went at once, and why.
package enum UnclaimedAccounts {
    /// Their time was over.
    package static func expired(_ count: Int, at now: NumericDate) -> AuditEvent {
        event("user.unclaimed_expired", count, target: "", at: now)
    }

    /// Somebody who proved to have a right to one of their names has it now.
    package static func gaveWay(_ count: Int, to subject: Subject, at now: NumericDate) -> AuditEvent {
        event("user.unclaimed_gave_way", count, target: "user:\(subject)", at: now)
    }

    private static func event(_ action: String, _ count: Int, target: String, at now: NumericDate) -> AuditEvent {
        AuditEvent(
            at: now, action: action, actor: "system", target: target, detail: "asked for and never taken up",
            count: Int64(count))
    }
}
