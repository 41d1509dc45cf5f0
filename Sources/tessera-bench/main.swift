let arguments = CommandLine.arguments.dropFirst()
switch arguments.first {
case "jose":
    joseBenchmark()
case "bare":
    bareBenchmark()
case "storage":
    try await storageBenchmark()
case "empty-route":
    guard let port = arguments.dropFirst().first.flatMap({ Int($0) }) else {
        print("usage: tessera-bench empty-route PORT")
        break
    }
    try await emptyRoute(port: port)
default:
    print("usage: tessera-bench jose | bare | storage | empty-route PORT")
}
