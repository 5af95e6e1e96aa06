/// A set of privileges, as bits.
package struct Privileges: OptionSet, Sendable, Codable, Hashable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    // Stored in catalog images: never change the bits.
    package static let insert = Privileges(rawValue: 1 << 0)
    package static let select = Privileges(rawValue: 1 << 1)
    package static let update = Privileges(rawValue: 1 << 2)
    package static let delete = Privileges(rawValue: 1 << 3)
    package static let truncate = Privileges(rawValue: 1 << 4)
    package static let references = Privileges(rawValue: 1 << 5)
    package static let trigger = Privileges(rawValue: 1 << 6)
    package static let usage = Privileges(rawValue: 1 << 8)
    package static let create = Privileges(rawValue: 1 << 9)
    package static let temporary = Privileges(rawValue: 1 << 10)
    package static let connect = Privileges(rawValue: 1 << 11)

    package static let allOnTable: Privileges = [
        .insert, .select, .update, .delete, .truncate, .references, .trigger,
    ]
    package static let allOnSequence: Privileges = [.usage, .select, .update]
    package static let allOnColumn: Privileges = [.insert, .select, .update, .references]
    package static let allOnSchema: Privileges = [.usage, .create]
    package static let allOnDatabase: Privileges = [.create, .temporary, .connect]

    /// Letters and names in the order in which PostgreSQL writes an ACL item.
    package static let all: [(privilege: Privileges, letter: Character, name: String)] = [
        (.insert, "a", "insert"), (.select, "r", "select"), (.update, "w", "update"),
        (.delete, "d", "delete"), (.truncate, "D", "truncate"), (.references, "x", "references"),
        (.trigger, "t", "trigger"), (.usage, "U", "usage"), (.create, "C", "create"),
        (.temporary, "T", "temporary"), (.connect, "c", "connect"),
    ]

    /// The privilege of a lower-case name.
    package static func named(_ name: String) -> Privileges? {
        if name == "temp" { return .temporary }
        return all.first { $0.name == name }?.privilege
    }

    /// Names in lower case.
    package var names: [String] {
        Privileges.all.filter { contains($0.privilege) }.map(\.name)
    }
}

/// What one role granted another on one object.
package struct AccessEntry: Sendable, Codable, Equatable {
    /// 0 is PUBLIC.
    package var grantee: UInt32
    package var grantor: UInt32
    package var privileges: Privileges
    /// The part of `privileges` that the grantee may pass on.
    package var grantable: Privileges

    package init(
        grantee: UInt32, grantor: UInt32, privileges: Privileges, grantable: Privileges = []
    ) {
        self.grantee = grantee
        self.grantor = grantor
        self.privileges = privileges
        self.grantable = grantable
    }
}

extension [AccessEntry] {
    /// Everything these entries give to any of `roles` or to PUBLIC.
    package func privileges(of roles: Set<UInt32>) -> Privileges {
        reduce(into: Privileges()) { sum, entry in
            if entry.grantee == 0 || roles.contains(entry.grantee) {
                sum.formUnion(entry.privileges)
            }
        }
    }

    /// What any of `roles` may grant to others.
    package func grantable(by roles: Set<UInt32>) -> Privileges {
        reduce(into: Privileges()) { sum, entry in
            if roles.contains(entry.grantee) { sum.formUnion(entry.grantable) }
        }
    }

    package mutating func grant(
        _ privileges: Privileges, to grantee: UInt32, by grantor: UInt32, withOption: Bool
    ) {
        if let index = firstIndex(where: { $0.grantee == grantee && $0.grantor == grantor }) {
            self[index].privileges.formUnion(privileges)
            if withOption { self[index].grantable.formUnion(privileges) }
        } else {
            append(
                AccessEntry(
                    grantee: grantee, grantor: grantor, privileges: privileges,
                    grantable: withOption ? privileges : []))
        }
    }

    package mutating func revoke(_ privileges: Privileges, from grantee: UInt32, optionOnly: Bool) {
        for index in indices where self[index].grantee == grantee {
            self[index].grantable.subtract(privileges)
            if !optionOnly { self[index].privileges.subtract(privileges) }
        }
        removeAll { $0.privileges.isEmpty }
    }
}
