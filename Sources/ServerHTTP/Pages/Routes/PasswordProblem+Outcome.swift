import Authenticators
import AuthorizationServer

extension PasswordProblem {
    init(_ unfit: UnfitPassword) {
        switch unfit {
        case .repetitionDiffers: self = .different
        case .weak(let weakness): self.init(weakness)
        }
    }

    private init(_ weakness: PasswordWeakness) {
        switch weakness {
        case .tooShort(let minimum): self = .tooShort(minimum: minimum)
        case .tooLong: self = .tooLong
        case .controlCharacter: self = .unreadable
        case .tooCommon: self = .common
        case .repetitive: self = .repetitive
        case .sequence: self = .sequence
        case .containsContext: self = .contextual
        }
    }

    /// What an outcome of the account area means to the person; `nil` if it is no problem of the form.
    init?(_ outcome: AccountOutcome) {
        switch outcome {
        case .done, .renewed, .gone: return nil
        case .wrongPassword: self = .currentWrong
        case .throttled(let seconds): self = .throttled(seconds: seconds)
        case .busy: self = .busy
        case .invalid(let problems):
            self = problems.first?.field == "email" ? .addressMalformed : .field(problems.first?.field ?? "")
        case .unfit(let unfit): self.init(unfit)
        case .conflict: self = .conflict
        case .taken: self = .nameTaken
        case .linkLimit: self = .linkLimit
        case .noMail: self = .noMail
        }
    }

    var status: Int {
        switch self {
        case .throttled, .linkLimit: 429
        case .busy: 503
        case .conflict: 409
        case .currentWrong: 403
        default: 422
        }
    }

    /// One word for the log.
    var decision: String {
        switch self {
        case .throttled: "throttled"
        case .busy: "busy"
        case .conflict: "conflict"
        case .currentWrong: "password_wrong"
        case .linkLimit: "link_limit"
        case .noMail: "no_mail"
        case .nameTaken, .addressMalformed, .field: "invalid"
        default: "password_unfit"
        }
    }
}

extension PageVisit {
    var minimumPassword: Int { provider.policy.people.passwords.minimum }
}
