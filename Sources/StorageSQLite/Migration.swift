/// One step of the schema, from the version before to `version`. A step that has been released is never changed again.
package struct Migration: Hashable, Sendable {
    package let version: Int
    package let sql: String

    package init(version: Int, sql: String) {
        self.version = version
        self.sql = sql
    }

    /// All steps in their order. A change of the schema adds one here, and nothing else anywhere.
    package static let all: [Migration] = [
        Migration(version: 1, sql: schema1), Migration(version: 2, sql: schema2), Migration(version: 3, sql: schema3),
        Migration(version: 4, sql: schema4), Migration(version: 5, sql: schema5), Migration(version: 6, sql: schema6),
        Migration(version: 7, sql: schema7), Migration(version: 8, sql: schema8), Migration(version: 9, sql: schema9),
        Migration(version: 10, sql: schema10), Migration(version: 11, sql: schema11),
        Migration(version: 12, sql: schema12), Migration(version: 13, sql: schema13),
        Migration(version: 14, sql: schema14),
    ]
}
