import Hummingbird
import OAuth

/// The notes of everybody, in memory and bounded.
actor Notes {
    private var notes: [Subject: [String]] = [:]

    static let mostOfOne = 100
    static let mostPeople = 1000

    func list(for subject: Subject?) -> [String] { subject.flatMap { notes[$0] } ?? [] }

    func add(_ text: ByteBuffer, for subject: Subject?) throws -> HTTPResponse.Status {
        guard let subject, notes[subject] != nil || notes.count < Self.mostPeople,
            notes[subject, default: []].count < Self.mostOfOne
        else { throw HTTPError(.conflict, message: "there are too many notes") }
        notes[subject, default: []].append(String(buffer: text))
        return .created
    }
}
