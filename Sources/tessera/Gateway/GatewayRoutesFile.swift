import FoundationEssentials
package import Gateway
import Yams

/// The file with the routes of a gateway: read strictly, since a key that is overlooked is a rule that is missing.
package struct GatewayRoutesFile {
    static let maximumBytes = 1 << 20

    package private(set) var problems: [ConfigurationProblem] = []
    /// Empty unless there is no problem at all.
    package private(set) var routes: [GatewayRoute] = []
    /// Where the first route stands that browsers sign in for.
    private(set) var signInLine: Int?
    private let path: String

    package init(path: String) {
        self.path = path
        guard let facts = FileFacts(path), facts.isRegularFile, facts.size <= Self.maximumBytes,
            let bytes = FileManager.default.contents(atPath: path), let text = String(bytes: bytes, encoding: .utf8)
        else {
            refuse(0, "there is no such file of at most 1 MiB in UTF-8", fix: "Check gateway.routes.")
            return
        }
        if facts.isWritableByOthers {
            refuse(0, "others may write to it (mode \(facts.modeText))", fix: "Run 'chmod go-w \(path)'.")
        }
        do { read(try Yams.compose(yaml: text)) } catch { problems += ConfigurationProblem.malformed(path, error) }
        if !problems.isEmpty { routes = [] }
    }

    private mutating func read(_ root: Node?) {
        guard let mapping = root?.mapping else {
            return refuse(0, "the top level is not a mapping", fix: "Begin with 'routes:' and a list below it.")
        }
        for (name, _) in mapping where name.string != "routes" {
            refuse(name.line, "\(name.string ?? "this") is no key here", fix: "Only 'routes' is.")
        }
        guard let list = mapping["routes"]?.sequence, list.count <= GatewayRouteTable.maximumRoutes else {
            return refuse(
                0, "routes is not a list of at most \(GatewayRouteTable.maximumRoutes)",
                fix: "Write 'routes:' and below it '- path: /…'.")
        }
        var lines: [Int] = []
        for node in list {
            var reader = GatewayRouteReader(node)
            let route = reader.route()
            for problem in reader.problems { refuse(problem.line, problem.text, fix: problem.remedy) }
            guard let route else { continue }
            routes.append(route)
            lines.append(node.line)
            if route.signsIn, signInLine == nil { signInLine = node.line }
        }
        do { _ = try GatewayRouteTable(routes) } catch {
            refuse(
                lines[error.second], "the route at line \(lines[error.first]) speaks for the same requests",
                fix: "Give them different hosts, paths or methods, or keep one of them.")
        }
    }

    private mutating func refuse(_ line: Int, _ message: String, fix remedy: String) {
        problems.append(
            ConfigurationProblem(
                .gatewayRoutesInvalid, line > 0 ? "\(path):\(line)" : path, message, fix: remedy))
    }
}

extension Node {
    var line: Int { mark?.line ?? 0 }
}
