/// A page as a plain value: what is on it, without how it looks.
package protocol Page: Sendable {
    /// The name of its file in `Templates`, without the extension.
    static var template: String { get }
    func title(_ texts: Texts) -> String
    func content(_ texts: Texts) -> [String: PageValue]
    /// Where its forms may lead beside this server, as origins: the one place that an answer goes to.
    var formTarget: String? { get }
}

extension Page {
    package var formTarget: String? { nil }
}
