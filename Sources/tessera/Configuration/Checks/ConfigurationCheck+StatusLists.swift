import OAuth

/// Whether the resources with status lists can be resources at all.
extension ConfigurationCheck {
    mutating func checkStatusLists() {
        let named = configuration.list(.statusListResources)
        guard named != ["*"] else { return }
        for text in named where (try? ResourceIndicator(text)) == nil {
            refuse(
                .statusListResourceInvalid, .statusListResources, "\(text) is no identifier of a resource",
                fix: "Write identifiers such as https://api.example.com, or * alone.")
        }
    }
}
