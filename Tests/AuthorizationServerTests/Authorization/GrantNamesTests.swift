import AuthorizationServer
import JOSE
import OAuth
import Testing

@Suite struct `The name of an authorization` {
    private let start = NumericDate(secondsSince1970: 1_800_000_000)

    @Test func `is next to those that were given together, and never one of them`() throws {
        let names = GrantNames(secrets: .system)
        let together = (0..<GrantNames.namesPerPlace).map { _ in names.next(at: start) }
        #expect(Set(together).count == GrantNames.namesPerPlace)
        #expect(Set(together.map { $0.rawValue.prefix(8) }).count == 1)
        for name in together { #expect(try Base64URL.decode(name.rawValue).count == 16) }
    }

    @Test func `does not count`() throws {
        let names = GrantNames(secrets: .system)
        let many = (0..<64 * GrantNames.namesPerPlace).map { _ in names.next(at: start) }
        #expect(Set(many).count == many.count)
        // The second, then a place of 16 bits that is drawn, each for as many names as share it.
        #expect(Set(many.map { $0.rawValue.prefix(5) }).count == 1)
        let places = many.map { $0.rawValue.prefix(8) }
        #expect(places != places.sorted())
        let later = names.next(at: start + .seconds(1))
        #expect(later.rawValue.prefix(6) != many[0].rawValue.prefix(6))
    }
}
