import ArgumentParser
import JOSE

/// The hint at the end of a page that is not the last.
enum PageText {
    static func more(_ page: JSONObject) -> String {
        guard page["next"] != nil else { return "" }
        return "\nThere is more: --after \(page.text("next"))"
    }
}

/// Which part of a list.
struct PageOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Begin after this one (the hint at the end of the page before).", valueName: "id"))
    var after: String?

    @Option(help: "How many, 1 to 1000.")
    var limit: Int?

    var query: [(String, String?)] { [("after", after), ("limit", limit.map(String.init))] }
}
