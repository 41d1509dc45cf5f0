import JOSE
import OAuth
import TestSupport
import Testing

/// The table of `docs/reference/sessions-and-endings.md`, every line and every credential, at the endpoints where they
/// are used: a promise that is not kept fails here, and so does a line that nothing is done for.
@Suite(.timeLimit(.minutes(5))) struct `What ends what` {
    @Test func `is tried line by line, and nothing else is`() {
        #expect(EndingTable.rows.count >= 20)
        #expect(Set(EndingTable.rows.map(\.event)) == Set(EndingAct.all.keys))
        #expect(EndingTable.rows.count == EndingAct.all.count, "no line stands there twice")
    }

    @Test(.requirement("oidc-back-channel-logout-2.7-1"), arguments: EndingTable.rows)
    func `at once, at every endpoint`(_ row: EndingTable.Row) async throws {
        for act in try #require(EndingAct.all[row.event]) {
            try await ConformanceServer.run(EndingScene.register, mail: act.mail) { server in
                var scene = try await EndingScene(server)
                try await act.perform(&scene)
                try await scene.expect(row)
            }
        }
    }

    /// Without an event everything is worth something: no probe says "ended" by itself.
    @Test func `everything lives until something ends it`() async throws {
        let cells = Dictionary(uniqueKeysWithValues: EndingTable.Column.allCases.map { ($0.rawValue, "–") })
        try await ConformanceServer.run(EndingScene.register) { server in
            try await EndingScene(server).expect(EndingTable.Row(event: "nothing", cells: cells))
        }
    }
}
