import CArgon2

extension Argon2Hash {
    /// A new hash of `password`; `nil` if the machine has no memory for it.
    static func make(
        of password: [UInt8], _ parameters: Argon2Parameters, salt: [UInt8], in arena: HashArena
    )
        -> Argon2Hash?
    {
        let empty = Argon2Hash(parameters: parameters, salt: salt, tag: [UInt8](repeating: 0, count: tagLength))
        return empty.computedTag(of: password, in: arena).map {
            Argon2Hash(parameters: parameters, salt: salt, tag: $0)
        }
    }

    /// The tag that `password` has with this salt and these parameters.
    func computedTag(of password: [UInt8], in arena: HashArena) -> [UInt8]? {
        var password = password
        var salt = salt
        var tag = [UInt8](repeating: 0, count: tag.count)
        let outcome = password.withUnsafeMutableBufferPointer { password in
            salt.withUnsafeMutableBufferPointer { salt in
                tag.withUnsafeMutableBufferPointer { tag in
                    var context = argon2_context()
                    context.out = tag.baseAddress
                    context.outlen = UInt32(clamping: tag.count)
                    context.pwd = password.baseAddress
                    context.pwdlen = UInt32(clamping: password.count)
                    context.salt = salt.baseAddress
                    context.saltlen = UInt32(clamping: salt.count)
                    context.t_cost = UInt32(clamping: parameters.passes)
                    context.m_cost = UInt32(clamping: parameters.memory)
                    context.lanes = UInt32(clamping: parameters.lanes)
                    // The lanes share one thread: the number of hashes at once is what bounds the work.
                    context.threads = 1
                    context.version = UInt32(clamping: writtenVersion ?? Self.oldVersion)
                    context.allocate_cbk = { memory, count in
                        memory?.pointee = HashArena.current?.lend(count).assumingMemoryBound(to: UInt8.self)
                        return memory?.pointee == nil ? ARGON2_MEMORY_ALLOCATION_ERROR.rawValue : ARGON2_OK.rawValue
                    }
                    context.free_cbk = { memory, _ in
                        if let memory { HashArena.current?.takeBack(UnsafeMutableRawPointer(memory)) }
                    }
                    return arena.inUse { argon2_ctx(&context, variant.type) }
                }
            }
        }
        return outcome == ARGON2_OK.rawValue ? tag : nil
    }
}

extension Argon2Hash.Variant {
    fileprivate var type: argon2_type {
        switch self {
        case .d: Argon2_d
        case .i: Argon2_i
        case .id: Argon2_id
        }
    }
}
