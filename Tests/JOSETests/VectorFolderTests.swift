import TestSupport
import Testing

/// That vectors which are asked for are not silently done without.
@Suite struct VectorFolderTests {
    private let nowhere = "/nonexistent"

    @Test func `is done without only where vectors are not required`() {
        #expect(!VectorFolder.isUsed("cookbook", in: nowhere, isRequired: false))
        #expect(VectorFolder.isUsed("cookbook", in: nowhere, isRequired: true))
    }

    @Test func `fails a test that reads what is not there`() {
        #expect(throws: VectorFolder.Missing.self) { try VectorFolder.bytes(of: "cookbook/a.json", in: nowhere) }
    }
}
