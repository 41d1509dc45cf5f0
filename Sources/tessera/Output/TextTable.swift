/// Rows in aligned columns, for people.
package struct TextTable {
    private let header: [String]
    private var rows: [[String]] = []

    package init(_ header: String...) { self.header = header }

    package mutating func add(_ cells: String...) { rows.append(cells.map { Console.harmless($0) }) }

    package var text: String {
        guard !rows.isEmpty else { return "none" }
        let all = [header] + rows
        var widths = [Int](repeating: 0, count: header.count)
        for row in all {
            for (column, cell) in row.enumerated() where column < widths.count {
                widths[column] = max(widths[column], cell.count)
            }
        }
        return all.map { Self.line($0, widths) }.joined(separator: "\n")
    }

    /// No line ends in spaces.
    private static func line(_ row: [String], _ widths: [Int]) -> String {
        var line = ""
        for (column, cell) in row.enumerated() {
            line += cell
            guard column < row.count - 1, column < widths.count else { continue }
            line += String(repeating: " ", count: max(0, widths[column] - cell.count) + 2)
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}
