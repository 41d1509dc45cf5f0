/// The list of passwords that are tried first, as `scripts/common-passwords` makes it; NOTICE says where they are from.
///
/// Searched where it lies: lines in the order of their bytes, in the program itself.
enum CommonPasswords {
    private static let lineEnd = UInt8(ascii: "\n")
    private static let longest = 64

    static func contain(_ password: String) -> Bool {
        let wanted = Array(password.utf8)
        guard (4...longest).contains(wanted.count) else { return false }
        let lines = PackageResources.common_passwords_txt
        var low = 0
        var high = lines.count
        // Both are starts of lines, or the end.
        while low < high {
            let start = lineStart(before: low + (high - low) / 2, in: lines, notBefore: low)
            let end = lines[start...].firstIndex(of: lineEnd) ?? lines.count
            let line = lines[start..<end]
            if line.elementsEqual(wanted) { return true }
            if line.lexicographicallyPrecedes(wanted) { low = end + 1 } else { high = start }
        }
        return false
    }

    private static func lineStart(before index: Int, in lines: [UInt8], notBefore low: Int) -> Int {
        var start = index
        while start > low, lines[start - 1] != lineEnd { start -= 1 }
        return start
    }
}
