/// The key words of PostgreSQL 15, in the order of their categories (`pg_get_keywords()`).
///
/// A word's case name is the word itself; the order is what tells its category.
package enum Keyword: String, CaseIterable, Sendable {
    // Unreserved: allowed as any name.
    case abort, absolute, access, action, add, admin, after, aggregate, also, alter, always,
        asensitive, assertion, assignment, at, atomic, attach, attribute, backward, before,
        begin, breadth, by, cache, call, called, cascade, cascaded, catalog, chain,
        characteristics, checkpoint, `class`, close, cluster, columns, comment, comments,
        commit, committed, compression, configuration, conflict, connection, constraints,
        content, `continue`, conversion, copy, cost, csv, cube, current, cursor, cycle, data,
        database, day, deallocate, declare, defaults, deferred, definer, delete, delimiter,
        delimiters, depends, depth, detach, dictionary, disable, discard, document, domain,
        double, drop, each, enable, encoding, encrypted, `enum`, escape, event, exclude,
        excluding, exclusive, execute, explain, expression, `extension`, external, family,
        filter, finalize, first, following, force, forward, function, functions, generated,
        global, granted, groups, handler, header, hold, hour, identity, `if`, immediate,
        immutable, implicit, `import`, include, including, increment, index, indexes, inherit,
        inherits, inline, input, insensitive, insert, instead, invoker, isolation, key, label,
        language, large, last, leakproof, level, listen, load, local, location, lock, locked,
        logged, mapping, match, matched, materialized, maxvalue, merge, method, minute,
        minvalue, mode, month, move, name, names, new, next, nfc, nfd, nfkc, nfkd, no,
        normalized, nothing, notify, nowait, nulls, object, of, off, oids, old, `operator`,
        option, options, ordinality, others, over, overriding, owned, owner, parallel,
        parameter, parser, partial, partition, passing, password, plans, policy, preceding,
        prepare, prepared, preserve, prior, privileges, procedural, procedure, procedures,
        program, publication, quote, range, read, reassign, recheck, recursive, ref,
        referencing, refresh, reindex, relative, release, rename, repeatable, replace, replica,
        reset, restart, restrict, `return`, returns, revoke, role, rollback, rollup, routine,
        routines, rows, rule, savepoint, schema, schemas, scroll, search, second, security,
        sequence, sequences, serializable, server, session, set, sets, share, show, simple,
        skip, snapshot, sql, stable, standalone, start, statement, statistics, stdin, stdout,
        storage, stored, strict, strip, subscription, support, sysid, system, tables,
        tablespace, temp, template, temporary, text, ties, transaction, transform, trigger,
        truncate, trusted, type, types, uescape, unbounded, uncommitted, unencrypted, unknown,
        unlisten, unlogged, until, update, vacuum, valid, validate, validator, value, varying,
        version, view, views, volatile, whitespace, within, without, work, wrapper, write, xml,
        year, yes, zone
    // Column names: allowed as names, but not of functions or types.
    case between, bigint, bit, boolean, char, character, coalesce, dec, decimal, exists,
        extract, float, greatest, grouping, `inout`, int, integer, interval, least, national,
        nchar, `none`, normalize, nullif, numeric, out, overlay, position, precision, real, row,
        setof, smallint, substring, time, timestamp, treat, trim, values, varchar,
        xmlattributes, xmlconcat, xmlelement, xmlexists, xmlforest, xmlnamespaces, xmlparse,
        xmlpi, xmlroot, xmlserialize, xmltable
    // Functions and types: allowed as names of functions and types only.
    case authorization, binary, collation, concurrently, cross, current_schema, freeze, full,
        ilike, inner, `is`, isnull, join, left, like, natural, notnull, outer, overlaps, right,
        similar, tablesample, verbose
    // Reserved: allowed as labels after AS only.
    case all, analyse, analyze, and, `any`, array, `as`, asc, asymmetric, both, `case`, cast,
        check, collate, column, constraint, create, current_catalog, current_date, current_role,
        current_time, current_timestamp, current_user, `default`, deferrable, desc, distinct,
        `do`, `else`, end, except, `false`, fetch, `for`, foreign, from, grant, group, having,
        `in`, initially, intersect, into, lateral, leading, limit, localtime, localtimestamp,
        not, null, offset, on, only, or, order, placing, primary, references, returning, select,
        session_user, `some`, symmetric, table, then, to, trailing, `true`, union, unique, user,
        using, variadic, when, `where`, window, with
}

extension Keyword {
    /// The words in alphabetical order, each with the letter of its category (U, C, T or R, as
    /// `pg_get_keywords` has them) and whether it may be a label without AS.
    package static let described: [(word: String, category: String, isBareLabel: Bool)] =
        KeywordTable.shared.entries.map { entry in
            let letter =
                switch entry.category {
                case .none, .unreserved: "U"
                case .columnName: "C"
                case .typeOrFunction: "T"
                case .reserved: "R"
                }
            return (entry.keyword.rawValue, letter, entry.isBareLabel)
        }.sorted { $0.word < $1.word }
}

/// Where a key word may stand as a name.
enum KeywordCategory: UInt8 {
    /// Not a key word.
    case none
    case unreserved
    case columnName
    case typeOrFunction
    case reserved
}

/// Finds key words by their bytes: an open-addressed table built once.
struct KeywordTable: Sendable {
    struct Entry {
        let keyword: Keyword
        let category: KeywordCategory
        let isBareLabel: Bool
        let bytes: [UInt8]
    }

    static let shared = KeywordTable()

    private static let slotCount = 2048
    static let longest = 17
    private let slots: [Entry?]
    var entries: [Entry] { slots.compactMap { $0 } }

    /// The words that need AS before them when used as a column label.
    private static let needingAs = Set(
        """
        array as char character create day except fetch filter for from grant group
        having hour intersect into isnull limit minute month notnull offset on order
        over overlaps precision returning second to union varying where window with
        within without year
        """.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init))

    private init() {
        var slots = [Entry?](repeating: nil, count: Self.slotCount)
        var category = KeywordCategory.unreserved
        for keyword in Keyword.allCases {
            switch keyword {
            case .between: category = .columnName
            case .authorization: category = .typeOrFunction
            case .all: category = .reserved
            default: break
            }
            let bytes = Array(keyword.rawValue.utf8)
            var slot = bytes.withUnsafeBufferPointer { Self.slot(of: $0) }
            while slots[slot] != nil { slot = (slot + 1) & (Self.slotCount - 1) }
            slots[slot] = Entry(
                keyword: keyword, category: category,
                isBareLabel: !Self.needingAs.contains(keyword.rawValue), bytes: bytes)
        }
        self.slots = slots
    }

    /// The entry of a word in lower or upper case, nil when it is none.
    func find(_ word: UnsafeBufferPointer<UInt8>) -> Entry? {
        guard word.count <= Self.longest else { return nil }
        var slot = Self.slot(of: word)
        while let entry = slots[slot] {
            if entry.bytes.count == word.count, Self.equal(entry.bytes, word) { return entry }
            slot = (slot + 1) & (Self.slotCount - 1)
        }
        return nil
    }

    private static func equal(_ bytes: [UInt8], _ word: UnsafeBufferPointer<UInt8>) -> Bool {
        for index in 0..<bytes.count where bytes[index] != lowered(word[index]) { return false }
        return true
    }

    private static func slot(of word: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt32 = 2_166_136_261
        for byte in word { hash = (hash ^ UInt32(lowered(byte))) &* 16_777_619 }
        return Int((hash ^ (hash >> 15)) & UInt32(slotCount - 1))
    }
}

/// The lower-case form of an ASCII letter; other bytes stay as they are.
@inline(__always)
func lowered(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
}
