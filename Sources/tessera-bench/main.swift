let arguments = CommandLine.arguments.dropFirst()
switch arguments.first {
case "jose":
    joseBenchmark()
case "bare":
    bareBenchmark(turns: arguments.dropFirst().first.flatMap { Int($0) } ?? 400)
case "kit":
    await kitBenchmark()
case "revocations":
    revocationBenchmark()
case "storage":
    try await storageBenchmark()
case "empty-route":
    guard let port = arguments.dropFirst().first.flatMap({ Int($0) }) else {
        print("usage: tessera-bench empty-route PORT")
        break
    }
    try await emptyRoute(port: port)
case "proxy":
    let given = Array(arguments.dropFirst())
    guard given.count == 2, let port = Int(given[0]) else {
        print("usage: tessera-bench proxy PORT UPSTREAM")
        break
    }
    try await plainProxy(port: port, upstream: given[1])
default:
    let programs = "jose | bare [TURNS] | kit | revocations | storage | empty-route PORT | proxy PORT UPSTREAM"
    print("usage: tessera-bench \(programs)")
}
