/// What PostgreSQL 15 answered about text forms and input errors; `Golden.swift` tells the form of a line.
extension Golden {
    static let textForms = #"""
        int4¦1⇒1
        int2¦1⇒1
        int8¦1⇒1
        oid¦1⇒1
        int4¦ 42 ⇒42
        int2¦ 42 ⇒42
        int8¦ 42 ⇒42
        oid¦ 42 ⇒42
        int4¦-7⇒-7
        int2¦-7⇒-7
        int8¦-7⇒-7
        oid¦-7⇒4294967289
        int4¦99999999999⇒ERR 22003: value "99999999999" is out of range for type integer
        int2¦99999999999⇒ERR 22003: value "99999999999" is out of range for type smallint
        int8¦99999999999⇒99999999999
        oid¦99999999999⇒ERR 22003: value "99999999999" is out of range for type oid
        int4¦x⇒ERR 22P02: invalid input syntax for type integer: "x"
        int2¦x⇒ERR 22P02: invalid input syntax for type smallint: "x"
        int8¦x⇒ERR 22P02: invalid input syntax for type bigint: "x"
        oid¦x⇒ERR 22P02: invalid input syntax for type oid: "x"
        int4¦⇒ERR 22P02: invalid input syntax for type integer: ""
        int2¦⇒ERR 22P02: invalid input syntax for type smallint: ""
        int8¦⇒ERR 22P02: invalid input syntax for type bigint: ""
        oid¦⇒ERR 22P02: invalid input syntax for type oid: ""
        int4¦2147483647⇒2147483647
        int2¦2147483647⇒ERR 22003: value "2147483647" is out of range for type smallint
        int8¦2147483647⇒2147483647
        oid¦2147483647⇒2147483647
        int4¦2147483648⇒ERR 22003: value "2147483648" is out of range for type integer
        int2¦2147483648⇒ERR 22003: value "2147483648" is out of range for type smallint
        int8¦2147483648⇒2147483648
        oid¦2147483648⇒2147483648
        int4¦-2147483648⇒-2147483648
        int2¦-2147483648⇒ERR 22003: value "-2147483648" is out of range for type smallint
        int8¦-2147483648⇒-2147483648
        oid¦-2147483648⇒2147483648
        int4¦+5⇒5
        int2¦+5⇒5
        int8¦+5⇒5
        oid¦+5⇒5
        int4¦1.5⇒ERR 22P02: invalid input syntax for type integer: "1.5"
        int2¦1.5⇒ERR 22P02: invalid input syntax for type smallint: "1.5"
        int8¦1.5⇒ERR 22P02: invalid input syntax for type bigint: "1.5"
        oid¦1.5⇒ERR 22P02: invalid input syntax for type oid: "1.5"
        int4¦0x1⇒ERR 22P02: invalid input syntax for type integer: "0x1"
        int2¦0x1⇒ERR 22P02: invalid input syntax for type smallint: "0x1"
        int8¦0x1⇒ERR 22P02: invalid input syntax for type bigint: "0x1"
        oid¦0x1⇒ERR 22P02: invalid input syntax for type oid: "0x1"
        bool¦o⇒ERR 22P02: invalid input syntax for type boolean: "o"
        bool¦maybe⇒ERR 22P02: invalid input syntax for type boolean: "maybe"
        numeric¦1⇒1
        numeric(10,2)¦1⇒1.00
        numeric(30,5)¦1⇒1.00000
        numeric¦1.50⇒1.50
        numeric(10,2)¦1.50⇒1.50
        numeric(30,5)¦1.50⇒1.50000
        numeric¦-0.005⇒-0.005
        numeric(10,2)¦-0.005⇒-0.01
        numeric(30,5)¦-0.005⇒-0.00500
        numeric¦1e5⇒100000
        numeric(10,2)¦1e5⇒100000.00
        numeric(30,5)¦1e5⇒100000.00000
        numeric¦1.5e-3⇒0.0015
        numeric(10,2)¦1.5e-3⇒0.00
        numeric(30,5)¦1.5e-3⇒0.00150
        numeric¦.5⇒0.5
        numeric(10,2)¦.5⇒0.50
        numeric(30,5)¦.5⇒0.50000
        numeric¦5.⇒5
        numeric(10,2)¦5.⇒5.00
        numeric(30,5)¦5.⇒5.00000
        numeric¦abc⇒ERR 22P02: invalid input syntax for type numeric: "abc"
        numeric(10,2)¦abc⇒ERR 22P02: invalid input syntax for type numeric: "abc"
        numeric(30,5)¦abc⇒ERR 22P02: invalid input syntax for type numeric: "abc"
        numeric¦NaN⇒NaN
        numeric¦0.00⇒0.00
        numeric(10,2)¦0.00⇒0.00
        numeric(30,5)¦0.00⇒0.00000
        numeric¦-0⇒0
        numeric(10,2)¦-0⇒0.00
        numeric(30,5)¦-0⇒0.00000
        numeric¦12345678901234567890.123⇒12345678901234567890.123
        numeric(10,2)¦12345678901234567890.123⇒ERR 22003: numeric field overflow
        numeric(30,5)¦12345678901234567890.123⇒12345678901234567890.12300
        numeric(10,2)¦1e400⇒ERR 22003: numeric field overflow
        numeric(30,5)¦1e400⇒ERR 22003: numeric field overflow
        numeric¦⇒ERR 22P02: invalid input syntax for type numeric: ""
        numeric(10,2)¦⇒ERR 22P02: invalid input syntax for type numeric: ""
        numeric(30,5)¦⇒ERR 22P02: invalid input syntax for type numeric: ""
        numeric¦1e⇒ERR 22P02: invalid input syntax for type numeric: "1e"
        numeric(10,2)¦1e⇒ERR 22P02: invalid input syntax for type numeric: "1e"
        numeric(30,5)¦1e⇒ERR 22P02: invalid input syntax for type numeric: "1e"
        numeric¦1..2⇒ERR 22P02: invalid input syntax for type numeric: "1..2"
        numeric(10,2)¦1..2⇒ERR 22P02: invalid input syntax for type numeric: "1..2"
        numeric(30,5)¦1..2⇒ERR 22P02: invalid input syntax for type numeric: "1..2"
        numeric¦  3.14 ⇒3.14
        numeric(10,2)¦  3.14 ⇒3.14
        numeric(30,5)¦  3.14 ⇒3.14000
        numeric¦+1.25⇒1.25
        numeric(10,2)¦+1.25⇒1.25
        numeric(30,5)¦+1.25⇒1.25000
        numeric(3,3)¦1⇒ERR 22003: numeric field overflow
        numeric(5,2)¦999.995⇒ERR 22003: numeric field overflow
        numeric(5,2)¦999.994⇒999.99
        float8¦1⇒1
        float4¦1⇒1
        float8¦0.1⇒0.1
        float4¦0.1⇒0.1
        float8¦1e20⇒1e+20
        float4¦1e20⇒1e+20
        float8¦1e15⇒1e+15
        float4¦1e15⇒1e+15
        float8¦123456789012345⇒123456789012345
        float4¦123456789012345⇒1.2345679e+14
        float8¦1e14⇒100000000000000
        float4¦1e14⇒1e+14
        float8¦1e-5⇒1e-05
        float4¦1e-5⇒1e-05
        float8¦0.0001⇒0.0001
        float4¦0.0001⇒0.0001
        float4¦1e23⇒1e+23
        float8¦-0⇒-0
        float4¦-0⇒-0
        float8¦NaN⇒NaN
        float4¦NaN⇒NaN
        float8¦inf⇒Infinity
        float4¦inf⇒Infinity
        float8¦-Infinity⇒-Infinity
        float4¦-Infinity⇒-Infinity
        float8¦1e400⇒ERR 22003: "1e400" is out of range for type double precision
        float4¦1e400⇒ERR 22003: "1e400" is out of range for type real
        float8¦1e-400⇒ERR 22003: "1e-400" is out of range for type double precision
        float4¦1e-400⇒ERR 22003: "1e-400" is out of range for type real
        float8¦3.4e38⇒3.4e+38
        float4¦3.4e38⇒3.4e+38
        float8¦1e39⇒1e+39
        float4¦1e39⇒ERR 22003: "1e39" is out of range for type real
        float8¦1.17549e-38⇒1.17549e-38
        float4¦1.17549e-38⇒1.17549e-38
        float8¦123456⇒123456
        float4¦123456⇒123456
        float8¦1234567⇒1234567
        float4¦1234567⇒1.234567e+06
        float8¦0.30000000000000004⇒0.30000000000000004
        float4¦0.30000000000000004⇒0.3
        float8¦100000⇒100000
        float4¦100000⇒100000
        float8¦1e6⇒1000000
        float4¦1e6⇒1e+06
        float8¦x⇒ERR 22P02: invalid input syntax for type double precision: "x"
        float4¦x⇒ERR 22P02: invalid input syntax for type real: "x"
        float8¦1e5x⇒ERR 22P02: invalid input syntax for type double precision: "1e5x"
        float4¦1e5x⇒ERR 22P02: invalid input syntax for type real: "1e5x"
        float8¦5e-324⇒5e-324
        float4¦5e-324⇒ERR 22003: "5e-324" is out of range for type real
        float8¦1.7976931348623157e308⇒1.7976931348623157e+308
        float8¦16777217⇒16777217
        float4¦16777217⇒1.6777216e+07
        float8¦0.3⇒0.3
        float4¦0.3⇒0.3
        date¦2026-01-02⇒2026-01-02
        timestamp¦2026-01-02⇒2026-01-02 00:00:00
        date¦20260102⇒2026-01-02
        timestamp¦20260102⇒2026-01-02 00:00:00
        date¦Jan 2 2026⇒2026-01-02
        timestamp¦Jan 2 2026⇒2026-01-02 00:00:00
        date¦2 Jan 2026⇒2026-01-02
        timestamp¦2 Jan 2026⇒2026-01-02 00:00:00
        date¦January 2, 2026⇒2026-01-02
        timestamp¦January 2, 2026⇒2026-01-02 00:00:00
        date¦1/2/2026⇒2026-01-02
        timestamp¦1/2/2026⇒2026-01-02 00:00:00
        date¦2026/1/2⇒2026-01-02
        timestamp¦2026/1/2⇒2026-01-02 00:00:00
        date¦2-Jan-2026⇒2026-01-02
        timestamp¦2-Jan-2026⇒2026-01-02 00:00:00
        date¦Jan-02-2026⇒2026-01-02
        timestamp¦Jan-02-2026⇒2026-01-02 00:00:00
        date¦2026-02-30⇒ERR 22008: date/time field value out of range: "2026-02-30"
        timestamp¦2026-02-30⇒ERR 22008: date/time field value out of range: "2026-02-30"
        date¦2026-13-01⇒ERR 22008: date/time field value out of range: "2026-13-01"
        timestamp¦2026-13-01⇒ERR 22008: date/time field value out of range: "2026-13-01"
        date¦infinity⇒infinity
        timestamp¦infinity⇒infinity
        date¦-infinity⇒-infinity
        timestamp¦-infinity⇒-infinity
        date¦epoch⇒1970-01-01
        timestamp¦epoch⇒1970-01-01 00:00:00
        date¦0001-01-01⇒0001-01-01
        timestamp¦0001-01-01⇒0001-01-01 00:00:00
        date¦0044-03-15 BC⇒0044-03-15 BC
        timestamp¦0044-03-15 BC⇒0044-03-15 00:00:00 BC
        date¦J2451545⇒2000-01-01
        timestamp¦J2451545⇒2000-01-01 00:00:00
        date¦99-12-31⇒ERR 22008: date/time field value out of range: "99-12-31"
        timestamp¦99-12-31⇒ERR 22008: date/time field value out of range: "99-12-31"
        date¦2026-1-2⇒2026-01-02
        timestamp¦2026-1-2⇒2026-01-02 00:00:00
        date¦260102⇒2026-01-02
        timestamp¦260102⇒2026-01-02 00:00:00
        date¦x⇒ERR 22007: invalid input syntax for type date: "x"
        timestamp¦x⇒ERR 22007: invalid input syntax for type timestamp: "x"
        date¦⇒ERR 22007: invalid input syntax for type date: ""
        timestamp¦⇒ERR 22007: invalid input syntax for type timestamp: ""
        date¦12/31/99⇒1999-12-31
        timestamp¦12/31/99⇒1999-12-31 00:00:00
        date¦2026-001⇒2026-01-01
        timestamp¦2026-001⇒2026-01-01 00:00:00
        date¦2026-01-02 10:00:00⇒2026-01-02
        timestamp¦2026-01-02 10:00:00⇒2026-01-02 10:00:00
        date¦5874897-12-31⇒5874897-12-31
        timestamp¦5874897-12-31⇒ERR 22008: timestamp out of range: "5874897-12-31"
        date¦5874898-01-01⇒ERR 22008: date out of range: "5874898-01-01"
        timestamp¦5874898-01-01⇒ERR 22008: timestamp out of range: "5874898-01-01"
        date¦4714-11-24 BC⇒4714-11-24 BC
        timestamp¦4714-11-24 BC⇒4714-11-24 00:00:00 BC
        date¦4714-11-23 BC⇒ERR 22008: date out of range: "4714-11-23 BC"
        timestamp¦4714-11-23 BC⇒ERR 22008: timestamp out of range: "4714-11-23 BC"
        date¦0000-01-01⇒ERR 22008: date/time field value out of range: "0000-01-01"
        timestamp¦0000-01-01⇒ERR 22008: date/time field value out of range: "0000-01-01"
        date¦2026 Jan 2⇒2026-01-02
        timestamp¦2026 Jan 2⇒2026-01-02 00:00:00
        date¦Fri Jan 2 2026⇒2026-01-02
        timestamp¦Fri Jan 2 2026⇒2026-01-02 00:00:00
        date¦20260102T010203⇒2026-01-02
        timestamp¦20260102T010203⇒2026-01-02 01:02:03
        date¦1.2.2026⇒2026-01-02
        timestamp¦1.2.2026⇒2026-01-02 00:00:00
        date¦2026-Jan-02⇒2026-01-02
        timestamp¦2026-Jan-02⇒2026-01-02 00:00:00
        time¦04:05⇒04:05:00
        time¦04:05:06⇒04:05:06
        time¦04:05:06.789⇒04:05:06.789
        time¦040506⇒04:05:06
        time¦04:05 PM⇒16:05:00
        time¦12:00 AM⇒00:00:00
        time¦12:30 am⇒00:30:00
        time¦24:00:00⇒24:00:00
        time¦24:00:01⇒ERR 22008: date/time field value out of range: "24:00:01"
        time¦25:00⇒ERR 22008: date/time field value out of range: "25:00"
        time¦04:60⇒ERR 22008: date/time field value out of range: "04:60"
        time¦04:05:60⇒04:06:00
        time¦04:05:06.1234567⇒04:05:06.123457
        time¦13:00 PM⇒ERR 22008: date/time field value out of range: "13:00 PM"
        time¦allballs⇒00:00:00
        time¦04:05:06+01⇒04:05:06
        time¦x⇒ERR 22007: invalid input syntax for type time: "x"
        time¦1:2:3⇒01:02:03
        timestamptz¦2026-01-02 03:04:05⇒2026-01-02 03:04:05+01
        timestamp¦2026-01-02 03:04:05⇒2026-01-02 03:04:05
        timestamptz¦2026-01-02 03:04:05.5⇒2026-01-02 03:04:05.5+01
        timestamp¦2026-01-02 03:04:05.5⇒2026-01-02 03:04:05.5
        timestamptz¦2026-01-02T03:04:05Z⇒2026-01-02 04:04:05+01
        timestamp¦2026-01-02T03:04:05Z⇒2026-01-02 03:04:05
        timestamptz¦2026-01-02 03:04:05+01⇒2026-01-02 03:04:05+01
        timestamp¦2026-01-02 03:04:05+01⇒2026-01-02 03:04:05
        timestamptz¦2026-01-02 03:04:05-08:30⇒2026-01-02 12:34:05+01
        timestamp¦2026-01-02 03:04:05-08:30⇒2026-01-02 03:04:05
        timestamptz¦2026-07-02 03:04:05⇒2026-07-02 03:04:05+02
        timestamp¦2026-07-02 03:04:05⇒2026-07-02 03:04:05
        timestamptz¦2026-03-29 02:30:00⇒2026-03-29 03:30:00+02
        timestamp¦2026-03-29 02:30:00⇒2026-03-29 02:30:00
        timestamptz¦2026-10-25 02:30:00⇒2026-10-25 02:30:00+01
        timestamp¦2026-10-25 02:30:00⇒2026-10-25 02:30:00
        timestamptz¦2026-01-02 03:04:05 America/New_York⇒2026-01-02 09:04:05+01
        timestamp¦2026-01-02 03:04:05 America/New_York⇒2026-01-02 03:04:05
        timestamptz¦2026-01-02 03:04:05 EST⇒2026-01-02 09:04:05+01
        timestamp¦2026-01-02 03:04:05 EST⇒2026-01-02 03:04:05
        timestamptz¦2026-01-02 03:04 PST⇒2026-01-02 12:04:00+01
        timestamp¦2026-01-02 03:04 PST⇒2026-01-02 03:04:00
        timestamptz¦infinity⇒infinity
        timestamptz¦epoch⇒1970-01-01 01:00:00+01
        timestamptz¦2026-01-02⇒2026-01-02 00:00:00+01
        timestamptz¦1800-01-01⇒1800-01-01 00:00:00+00:53:28
        timestamp¦1800-01-01⇒1800-01-01 00:00:00
        timestamptz¦294276-12-31 23:59:59.999999+00⇒294277-01-01 00:59:59.999999+01
        timestamp¦294276-12-31 23:59:59.999999+00⇒294276-12-31 23:59:59.999999
        timestamp¦294277-01-01⇒ERR 22008: timestamp out of range: "294277-01-01"
        timestamptz¦Fri Jan 02 03:04:05 2026 CET⇒2026-01-02 03:04:05+01
        timestamp¦Fri Jan 02 03:04:05 2026 CET⇒2026-01-02 03:04:05
        timestamptz¦2026-01-02 03:04:05 foo/bar⇒ERR 22023: time zone "foo/bar" not recognized
        timestamp¦2026-01-02 03:04:05 foo/bar⇒ERR 22023: time zone "foo/bar" not recognized
        timestamptz¦2026-01-02 24:00:00⇒2026-01-03 00:00:00+01
        timestamp¦2026-01-02 24:00:00⇒2026-01-03 00:00:00
        timestamptz¦4714-11-24 00:00:00+00 BC⇒4714-11-24 00:53:28+00:53:28 BC
        timestamp¦4714-11-24 00:00:00+00 BC⇒4714-11-24 00:00:00 BC
        timestamptz¦2026-01-02 030405⇒2026-01-02 03:04:05+01
        timestamp¦2026-01-02 030405⇒2026-01-02 03:04:05
        timestamptz¦20260102T030405+02⇒2026-01-02 02:04:05+01
        timestamp¦20260102T030405+02⇒2026-01-02 03:04:05
        timestamptz¦20260102 030405⇒2026-01-02 03:04:05+01
        timestamp¦20260102 030405⇒2026-01-02 03:04:05
        timestamptz¦2026-01-02 03:04:05.9999999⇒2026-01-02 03:04:06+01
        timestamp¦2026-01-02 03:04:05.9999999⇒2026-01-02 03:04:06
        timestamptz¦2026-01-02 03:04:05 +0530⇒2026-01-01 22:34:05+01
        timestamp¦2026-01-02 03:04:05 +0530⇒2026-01-02 03:04:05
        timestamptz¦2100-07-01 12:00⇒2100-07-01 12:00:00+02
        timestamp¦2100-07-01 12:00⇒2100-07-01 12:00:00
        timestamptz¦2500-07-01 12:00⇒2500-07-01 12:00:00+02
        timestamp¦2500-07-01 12:00⇒2500-07-01 12:00:00
        timestamptz¦0001-01-01 00:00:00 BC⇒0001-01-01 00:00:00+00:53:28 BC
        timestamp¦0001-01-01 00:00:00 BC⇒0001-01-01 00:00:00 BC
        timestamptz¦2026-01-02 03:04:05 PM⇒2026-01-02 15:04:05+01
        timestamp¦2026-01-02 03:04:05 PM⇒2026-01-02 15:04:05
        timestamptz¦January 2, 2026 3:04 PM⇒2026-01-02 15:04:00+01
        timestamp¦January 2, 2026 3:04 PM⇒2026-01-02 15:04:00
        timestamptz¦2026-01-02 03:04:05 z⇒2026-01-02 04:04:05+01
        timestamp¦2026-01-02 03:04:05 z⇒2026-01-02 03:04:05
        interval¦1 day⇒1 day
        interval¦1 day 2 hours⇒1 day 02:00:00
        interval¦1-2⇒1 year 2 mons
        interval¦-1-2⇒-1 years -2 mons
        interval¦P1Y2M3DT4H5M6.7S⇒1 year 2 mons 3 days 04:05:06.7
        interval¦-1 mons⇒-1 mons
        interval¦3 days ago⇒-3 days
        interval¦1 year 2 mons -3 days 04:05:06.7⇒1 year 2 mons -3 days +04:05:06.7
        interval¦1.5 months⇒1 mon 15 days
        interval¦1.5 years⇒1 year 6 mons
        interval¦1.5 days⇒1 day 12:00:00
        interval¦2 weeks⇒14 days
        interval¦1.5 weeks⇒10 days 12:00:00
        interval¦04:05⇒04:05:00
        interval¦-04:05:06⇒-04:05:06
        interval¦1 04:05:06⇒1 day 04:05:06
        interval¦5⇒00:00:05
        interval¦5.5⇒00:00:05.5
        interval¦1 century⇒100 years
        interval¦1 mon 1 mon⇒ERR 22007: invalid input syntax for type interval: "1 mon 1 mon"
        interval¦x⇒ERR 22007: invalid input syntax for type interval: "x"
        interval¦⇒ERR 22007: invalid input syntax for type interval: ""
        interval¦1 fortnight⇒ERR 22007: invalid input syntax for type interval: "1 fortnight"
        interval¦100000000 years⇒100000000 years
        interval¦P1W⇒7 days
        interval¦PT0.5S⇒00:00:00.5
        interval¦P⇒ERR 22007: invalid input syntax for type interval: "P"
        interval¦1 microsecond⇒00:00:00.000001
        interval¦1.5 ms⇒00:00:00.0015
        interval¦2 hours 30 min⇒02:30:00
        interval¦@ 1 minute⇒00:01:00
        interval¦1y 2mon 3d⇒1 year 2 mons 3 days
        interval¦1:2:3⇒01:02:03
        interval¦00:60:00⇒ERR 22015: interval field value out of range: "00:60:00"
        interval¦25:00:00⇒25:00:00
        interval¦1 day -01:00:00⇒1 day -01:00:00
        interval¦-1 day +01:00:00⇒-1 days +01:00:00
        interval¦1 month -1 day⇒1 mon -1 days
        interval¦2147483647 days⇒2147483647 days
        interval¦2147483648 days⇒ERR 22015: interval field value out of range: "2147483648 days"
        interval¦quarter⇒ERR 22007: invalid input syntax for type interval: "quarter"
        interval¦1 qtr⇒ERR 22007: invalid input syntax for type interval: "1 qtr"
        interval¦12:34.5⇒00:12:34.5
        interval¦1h30m⇒01:30:00
        interval¦1 day 1⇒1 day 00:00:01
        interval¦1.123456789 seconds⇒00:00:01.123457
        interval¦3 days 4 hours ago⇒-3 days -04:00:00
        uuid¦a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11⇒a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11
        uuid¦{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}⇒a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11
        uuid¦A0EEBC999C0B4EF8BB6D6BB9BD380A11⇒a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11
        uuid¦a0eebc99⇒ERR 22P02: invalid input syntax for type uuid: "a0eebc99"
        uuid¦x⇒ERR 22P02: invalid input syntax for type uuid: "x"
        uuid¦a0ee-bc99-9c0b4ef8-bb6d6bb9bd380a11⇒a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11
        bytea¦\xdeadBEEF⇒\xdeadbeef
        bytea¦\x⇒\x
        bytea¦\xa⇒ERR 22023: invalid hexadecimal data: odd number of digits
        bytea¦\xzz⇒ERR 22023: invalid hexadecimal digit: "z"
        bytea¦abc⇒\x616263
        bytea¦a\\b⇒\x615c62
        bytea¦\001x⇒\x0178
        bytea¦\9⇒ERR 22P02: invalid input syntax for type bytea
        int4[]¦{1,2,3}⇒{1,2,3}
        int4[]¦{}⇒{}
        int4[]¦{1,NULL,3}⇒{1,NULL,3}
        int4[]¦{{1,2},{3,4}}⇒{{1,2},{3,4}}
        int4[]¦{{1,2},{3}}⇒ERR 22P02: malformed array literal: "{{1,2},{3}}"
        int4[]¦{1,2⇒ERR 22P02: malformed array literal: "{1,2"
        int4[]¦1,2}⇒ERR 22P02: malformed array literal: "1,2}"
        int4[]¦[2:4]={1,2,3}⇒[2:4]={1,2,3}
        int4[]¦{a}⇒ERR 22P02: invalid input syntax for type integer: "a"
        int4[]¦{1,,2}⇒ERR 22P02: malformed array literal: "{1,,2}"
        int4[]¦{ 1 , 2 }⇒{1,2}
        int4[]¦{{1},2}⇒ERR 22P02: malformed array literal: "{{1},2}"
        text[]¦{a,"b c","d\"e",NULL,"NULL","",x y}⇒{a,"b c","d\"e",NULL,"NULL","","x y"}
        text[]¦{"a,b","{}"}⇒{"a,b","{}"}
        numeric[]¦{1.50,2}⇒{1.50,2}
        date[]¦{2026-01-02,infinity}⇒{2026-01-02,infinity}
        bool[]¦{t,f}⇒{t,f}
        timestamptz[]¦{2026-01-02 03:04:05}⇒{"2026-01-02 03:04:05+01"}
        varchar(3)¦abc⇒abc
        char(3)¦abc⇒abc
        text¦abc⇒abc
        name¦abc⇒abc
        text¦abcdef⇒abcdef
        name¦abcdef⇒abcdef
        varchar(3)¦abc   ⇒abc
        char(3)¦abc   ⇒abc
        text¦é€😀x⇒é€😀x
        name¦é€😀x⇒é€😀x
        json¦{"a":1}⇒{"a":1}
        json¦[1,2⇒ERR 22P02: invalid input syntax for type json
        json¦{"a" 1}⇒ERR 22P02: invalid input syntax for type json
        json¦nul⇒ERR 22P02: invalid input syntax for type json
        json¦"x"⇒"x"
        json¦1.5e3⇒1.5e3
        json¦01⇒ERR 22P02: invalid input syntax for type json
        json¦[1,]⇒ERR 22P02: invalid input syntax for type json
        json¦⇒ERR 22P02: invalid input syntax for type json
        """#
}
