extension GuessableText {
    /// Whether half of it follows from what stands before: the alphabet, digits, rows and columns of keyboards.
    var isSequence: Bool {
        var isForeseen = [Bool](repeating: false, count: characters.count)
        // Every other character, too: `1q2w3e4r` walks along two rows in turn.
        for stride in 1...2 {
            for successors in Self.walks { mark(&isForeseen, successors, stride) }
        }
        return isForeseen.count(where: { $0 }) * 2 >= characters.count
    }

    /// Fewer steps than this occur in words (`erty`, `rstu`).
    private static let fewestSteps = 3

    private func mark(_ isForeseen: inout [Bool], _ successors: [Character: Character], _ stride: Int) {
        var steps = [Int](repeating: 0, count: characters.count)
        for index in characters.indices.dropFirst(stride) {
            guard successors[characters[index - stride]] == characters[index] else { continue }
            steps[index] = steps[index - stride] + 1
            guard steps[index] >= Self.fewestSteps else { continue }
            for back in 0..<Self.fewestSteps { isForeseen[index - back * stride] = true }
        }
    }

    /// What comes after each character, for each way to walk.
    private static let walks: [[Character: Character]] = {
        let rows = [
            "abcdefghijklmnopqrstuvwxyz", "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm",
            "azertyuiop", "qsdfghjklm", "wxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp",
            "1qay2wsx3edc4rfv5tgb6zhn7ujm8ik9ol0p", "!@#$%^&*()", "!\"§$%&/()=",
        ]
        var walks: [[Character: Character]] = []
        for row in rows {
            let keys = Array(row)
            let pairs = zip(keys, keys.dropFirst() + keys.prefix(1))
            walks.append(Dictionary(pairs.map { ($0, $1) }, uniquingKeysWith: { first, _ in first }))
            walks.append(Dictionary(pairs.map { ($1, $0) }, uniquingKeysWith: { first, _ in first }))
        }
        let standing = Set(rows.joined())
        walks.append(Dictionary(standing.map { ($0, $0) }, uniquingKeysWith: { first, _ in first }))
        return walks
    }()
}
