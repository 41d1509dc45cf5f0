import AuthorizationServer
import ServerHTTP

extension MetricsRegistry {
    /// Who listens to the revocation feed, and what becomes of it.
    func addFeed(of provider: OpenIDProvider) {
        let feed = provider.revocations.feed
        add("tessera_feed_readers", "Connections that listen to the revocation feed.") { Double(feed.counts.readers) }
        add("tessera_feed_resources", "Resources whose feed is kept.") { Double(feed.counts.chains) }
        add("tessera_feed_entries", "Entries that snapshots of the feed are made of.") { Double(feed.counts.entries) }
        add(
            "tessera_feed_places_share",
            "Of the memory for where tokens went, how much is used: above 0.5 resources are told more and more by mistake."
        ) { feed.places.share }
        add("tessera_feed_messages_sent_total", "Messages of the feed handed to readers.", kind: .counter) {
            Double(feed.figures.messagesSent)
        }
        add("tessera_feed_resyncs_total", "Readers that missed too much of the feed.", kind: .counter) {
            Double(feed.figures.resyncs)
        }
        add("tessera_feed_snapshots_sent_total", "Snapshots of the feed handed to readers.", kind: .counter) {
            Double(feed.figures.snapshots)
        }
    }
}
