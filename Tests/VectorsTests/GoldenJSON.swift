/// What PostgreSQL 15 answered about JSON; `Golden.swift` tells the form of a line.
extension Golden {
    static let json = #"""
        call¦->¦json¦[1,"two",null,true]¦text¦a⇒<NULL>
        call¦->>¦json¦[1,"two",null,true]¦text¦a⇒<NULL>
        call¦->¦json¦[1,"two",null,true]¦text¦b⇒<NULL>
        call¦->>¦json¦[1,"two",null,true]¦text¦b⇒<NULL>
        call¦->¦json¦[1,"two",null,true]¦text¦zz⇒<NULL>
        call¦->>¦json¦[1,"two",null,true]¦text¦zz⇒<NULL>
        call¦->¦json¦[1,"two",null,true]¦int4¦0⇒1
        call¦->>¦json¦[1,"two",null,true]¦int4¦0⇒1
        call¦->¦json¦[1,"two",null,true]¦int4¦1⇒"two"
        call¦->>¦json¦[1,"two",null,true]¦int4¦1⇒two
        call¦->¦json¦[1,"two",null,true]¦int4¦-1⇒true
        call¦->>¦json¦[1,"two",null,true]¦int4¦-1⇒true
        call¦->¦json¦[1,"two",null,true]¦int4¦9⇒<NULL>
        call¦->>¦json¦[1,"two",null,true]¦int4¦9⇒<NULL>
        call¦#>>¦json¦[1,"two",null,true]¦text[]¦{b,2,c}⇒<NULL>
        call¦json_typeof¦json¦[1,"two",null,true]⇒array
        call¦json_array_length¦json¦[1,"two",null,true]⇒4
        call¦->¦json¦"str"¦text¦a⇒<NULL>
        call¦->>¦json¦"str"¦text¦a⇒<NULL>
        call¦->¦json¦"str"¦text¦b⇒<NULL>
        call¦->>¦json¦"str"¦text¦b⇒<NULL>
        call¦->¦json¦"str"¦text¦zz⇒<NULL>
        call¦->>¦json¦"str"¦text¦zz⇒<NULL>
        call¦->¦json¦"str"¦int4¦0⇒<NULL>
        call¦->>¦json¦"str"¦int4¦0⇒<NULL>
        call¦->¦json¦"str"¦int4¦1⇒<NULL>
        call¦->>¦json¦"str"¦int4¦1⇒<NULL>
        call¦->¦json¦"str"¦int4¦-1⇒<NULL>
        call¦->>¦json¦"str"¦int4¦-1⇒<NULL>
        call¦->¦json¦"str"¦int4¦9⇒<NULL>
        call¦->>¦json¦"str"¦int4¦9⇒<NULL>
        call¦#>>¦json¦"str"¦text[]¦{b,2,c}⇒<NULL>
        call¦json_typeof¦json¦"str"⇒string
        call¦json_array_length¦json¦"str"⇒ERR 22023: cannot get array length of a scalar
        call¦->¦json¦{}¦text¦a⇒<NULL>
        call¦->>¦json¦{}¦text¦a⇒<NULL>
        call¦->¦json¦{}¦text¦b⇒<NULL>
        call¦->>¦json¦{}¦text¦b⇒<NULL>
        call¦->¦json¦{}¦text¦zz⇒<NULL>
        call¦->>¦json¦{}¦text¦zz⇒<NULL>
        call¦->¦json¦{}¦int4¦0⇒<NULL>
        call¦->>¦json¦{}¦int4¦0⇒<NULL>
        call¦->¦json¦{}¦int4¦1⇒<NULL>
        call¦->>¦json¦{}¦int4¦1⇒<NULL>
        call¦->¦json¦{}¦int4¦-1⇒<NULL>
        call¦->>¦json¦{}¦int4¦-1⇒<NULL>
        call¦->¦json¦{}¦int4¦9⇒<NULL>
        call¦->>¦json¦{}¦int4¦9⇒<NULL>
        call¦#>>¦json¦{}¦text[]¦{b,2,c}⇒<NULL>
        call¦json_typeof¦json¦{}⇒object
        call¦json_array_length¦json¦{}⇒ERR 22023: cannot get array length of a non-array
        call¦->¦json¦null¦text¦a⇒<NULL>
        call¦->>¦json¦null¦text¦a⇒<NULL>
        call¦->¦json¦null¦text¦b⇒<NULL>
        call¦->>¦json¦null¦text¦b⇒<NULL>
        call¦->¦json¦null¦text¦zz⇒<NULL>
        call¦->>¦json¦null¦text¦zz⇒<NULL>
        call¦->¦json¦null¦int4¦0⇒<NULL>
        call¦->>¦json¦null¦int4¦0⇒<NULL>
        call¦->¦json¦null¦int4¦1⇒<NULL>
        call¦->>¦json¦null¦int4¦1⇒<NULL>
        call¦->¦json¦null¦int4¦-1⇒<NULL>
        call¦->>¦json¦null¦int4¦-1⇒<NULL>
        call¦->¦json¦null¦int4¦9⇒<NULL>
        call¦->>¦json¦null¦int4¦9⇒<NULL>
        call¦#>>¦json¦null¦text[]¦{b,2,c}⇒<NULL>
        call¦json_typeof¦json¦null⇒null
        call¦json_array_length¦json¦null⇒ERR 22023: cannot get array length of a scalar
        call¦json_build_object¦text¦a¦int4¦1¦text¦b¦text¦x"y⇒{"a" : 1, "b" : "x\"y"}
        call¦to_json¦int4¦1⇒1
        call¦to_json¦text¦a"b⇒"a\"b"
        call¦to_json¦timestamp¦2026-01-02 03:04:05⇒"2026-01-02T03:04:05"
        call¦to_json¦timestamptz¦2026-01-02 03:04:05⇒"2026-01-02T03:04:05+01:00"
        call¦to_json¦int4[]¦{1,2,NULL}⇒[1,2,null]
        call¦to_json¦float8¦NaN⇒"NaN"
        call¦to_json¦numeric¦1.0⇒1.0
        call¦to_json¦bool¦t⇒true
        call¦to_json¦interval¦1 day⇒"1 day"
        """#
}
