/// Why a password that a person chose, or proved themselves with, was not taken; said before anything else on the page.
package enum PasswordProblem: Hashable, Sendable {
    case tooShort(minimum: Int)
    case tooLong
    case common
    case contextual
    case unreadable
    case different
    case currentWrong
    case throttled(seconds: Int64)
    case busy
    case nameTaken
    case addressMalformed
    case repetitive
    case sequence
    case field(String)
    case conflict
    /// No more links are sent within the hour.
    case linkLimit
    case noMail

    func text(_ texts: Texts) -> String {
        switch self {
        case .tooShort(let minimum): texts("problem_too_short", ["minimum": String(minimum)])
        case .tooLong: texts["problem_too_long"]
        case .common: texts["problem_common"]
        case .contextual: texts["problem_contextual"]
        case .unreadable: texts["problem_unreadable"]
        case .different: texts["problem_different"]
        case .currentWrong: texts["problem_current_wrong"]
        case .throttled(let seconds): texts("sign_in_throttled", ["duration": texts.duration(seconds)])
        case .busy: texts["sign_in_busy"]
        case .nameTaken: texts["problem_name_taken"]
        case .addressMalformed: texts["problem_address_malformed"]
        case .repetitive: texts["problem_repetitive"]
        case .sequence: texts["problem_sequence"]
        case .field(let name): texts("problem_field", ["field": name])
        case .conflict: texts["problem_conflict"]
        case .linkLimit: texts["problem_link_limit"]
        case .noMail: texts["problem_no_mail"]
        }
    }
}

extension PasswordProblem {
    /// Whether what is wrong is in the field of the current password.
    var isOfCurrent: Bool { self == .currentWrong }

    /// Whether what is wrong is in the field of the new password.
    var isOfNew: Bool {
        switch self {
        case .tooShort, .tooLong, .common, .contextual, .unreadable, .different, .repetitive, .sequence: true
        case .currentWrong, .throttled, .busy, .nameTaken, .addressMalformed, .field, .conflict, .linkLimit, .noMail:
            false
        }
    }
}

/// What is said about a new password before it is typed.
struct PasswordRules: Hashable, Sendable {
    let minimum: Int

    func content(_ texts: Texts, problem: PasswordProblem?) -> [String: PageValue] {
        [
            "password_rules": .text(texts("password_rules", ["minimum": String(minimum)])),
            "minimum": .text(String(minimum)), "problem": .optional(problem?.text(texts)), "success": false,
            "new_invalid": .flag(problem?.isOfNew ?? false), "current_invalid": .flag(problem?.isOfCurrent ?? false),
        ]
    }
}
