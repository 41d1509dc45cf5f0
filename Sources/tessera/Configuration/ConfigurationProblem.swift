/// One reason why the server does not start: a stable code, the setting, what is wrong and what to do.
package struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    /// Stable words for scripts; new ones are added, old ones keep their meaning.
    package enum Code: String, CaseIterable, Hashable, Sendable {
        case fileMissing = "config_file_missing"
        case fileUnreadable = "config_file_unreadable"
        case fileMalformed = "config_file_malformed"
        case fileExposed = "config_file_exposed"
        case unknownKey = "unknown_key"
        case duplicateKey = "duplicate_key"
        case unknownVariable = "unknown_environment_variable"
        case unknownFlag = "unknown_flag"
        case wrongType = "wrong_type"
        case outOfRange = "out_of_range"
        case notAllowed = "value_not_allowed"
        case emptyValue = "empty_value"
        case contradiction = "settings_contradict"

        case issuerMissing = "issuer_missing"
        case issuerInvalid = "issuer_invalid"
        case issuerPlain = "issuer_not_https"
        case addressInvalid = "address_invalid"
        case listenerPlain = "listener_without_tls"
        case administrationPlain = "administration_without_tls"
        case administrationOpen = "administration_folder_open"
        case blockInvalid = "address_block_invalid"
        case proxyEveryone = "proxy_trusts_everyone"
        case outboundEveryone = "outbound_allows_everyone"
        case authoritiesBroken = "authorities_broken"
        case socketPathTooLong = "socket_path_too_long"

        case dataMissing = "data_folder_missing"
        case dataNotFolder = "data_folder_is_not_a_folder"
        case dataWritable = "data_folder_writable_by_others"
        case dataForeign = "data_folder_of_another_user"
        case databaseMissing = "database_missing"
        case databaseExposed = "database_readable_by_others"

        case masterKeyMissing = "master_key_missing"
        case masterKeyExposed = "master_key_exposed"
        case masterKeyInvalid = "master_key_invalid"

        case certificateMissing = "certificate_missing"
        case certificateBroken = "certificate_broken"
        case certificateExpired = "certificate_expired"
        case certificateFuture = "certificate_not_yet_valid"
        case certificateWeak = "certificate_key_weak"
        case privateKeyMissing = "private_key_missing"
        case privateKeyBroken = "private_key_broken"
        case privateKeyExposed = "private_key_exposed"
        case privateKeyForeign = "private_key_of_another_certificate"

        case schemaUnusable = "accounts_schema_unusable"
        case passwordHashWeak = "password_hash_weak"
        case mailHostInvalid = "mail_host_invalid"
        case mailSenderInvalid = "mail_from_invalid"
        case mailPlain = "mail_without_tls"
        case mailPasswordMissing = "mail_password_missing"
        case mailPasswordExposed = "mail_password_exposed"
        case alarmsUnusable = "alarms_unusable"
        case statusListResourceInvalid = "status_list_resource_invalid"
        case brandingUnusable = "pages_unusable"

        case gatewayIncomplete = "gateway_incomplete"
        case gatewayRoutesInvalid = "gateway_routes_invalid"
        case gatewayHeadersInvalid = "gateway_headers_invalid"
        case gatewayProxiesMissing = "gateway_without_proxies"
        case gatewaySecretExposed = "gateway_secret_exposed"

        case clockBehind = "clock_behind_database"
        case issuerChanged = "issuer_changed"
        case databaseUnusable = "database_unusable"
        case masterKeyWrong = "master_key_wrong"
        case addressInUse = "address_in_use"
    }

    package let code: Code
    /// The setting, the variable or the file that it is about.
    package let subject: String
    package let message: String
    /// What to do about it.
    package let remedy: String

    package init(_ code: Code, _ subject: String, _ message: String, fix remedy: String) {
        self.code = code
        self.subject = subject
        self.message = message
        self.remedy = remedy
    }

    package init(_ code: Code, _ key: SettingKey, _ message: String, fix remedy: String) {
        self.init(code, key.rawValue, message, fix: remedy)
    }

    package var description: String { "\(code.rawValue): \(subject): \(message)\n    \(remedy)" }
}
