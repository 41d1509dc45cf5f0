import Storage

extension InMemoryStore: PersonStore {}
