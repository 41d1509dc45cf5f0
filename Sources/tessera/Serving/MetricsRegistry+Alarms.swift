import AuthorizationServer
import ServerHTTP

extension MetricsRegistry {
    /// How often each kind of alarm was raised; from the start there is a figure to watch.
    func addAlarms(of provider: OpenIDProvider) {
        add("tessera_alarms_total", "Alarms that were raised.", kind: .counter) {
            let counts = provider.alarmCounts
            return Alarm.Kind.allCases.map { ([("alarm", $0.rawValue)], Double(counts[$0] ?? 0)) }
        }
    }
}
