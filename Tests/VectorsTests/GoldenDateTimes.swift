/// What PostgreSQL 15 answered about dates, times and intervals; `Golden.swift` tells the form of a line.
extension Golden {
    static let dateTimes = #"""
        call¦*¦interval¦-1 mon¦float8¦0.5⇒-15 days
        call¦*¦interval¦1 day¦float8¦-1.5⇒-1 days -12:00:00
        call¦*¦interval¦1 day¦float8¦0⇒00:00:00
        call¦*¦interval¦1 day¦float8¦2⇒2 days
        call¦+¦date¦infinity¦int4¦100000000⇒infinity
        call¦+¦interval¦-1 mon¦interval¦-2 hours⇒-1 mons -02:00:00
        call¦+¦interval¦-1 mon¦interval¦0⇒-1 mons
        call¦+¦interval¦-1 mon¦interval¦1 year 2 mons 3 days 04:05:06⇒1 year 1 mon 3 days 04:05:06
        call¦+¦interval¦-1 mon¦interval¦100 years⇒99 years 11 mons
        call¦+¦interval¦-2 hours¦interval¦-1 mon⇒-1 mons -02:00:00
        call¦+¦interval¦-2 hours¦interval¦-2 hours⇒-04:00:00
        call¦+¦interval¦-2 hours¦interval¦1 day⇒1 day -02:00:00
        call¦+¦interval¦-2 hours¦interval¦1 mon -1 day⇒1 mon -1 days -02:00:00
        call¦+¦interval¦-2 hours¦interval¦100 years⇒100 years -02:00:00
        call¦+¦interval¦1 day¦interval¦36 hours⇒1 day 36:00:00
        call¦+¦interval¦1 mon -1 day¦interval¦-1 mon⇒-1 days
        call¦+¦interval¦1 mon -1 day¦interval¦-2 hours⇒1 mon -1 days -02:00:00
        call¦+¦interval¦1 mon -1 day¦interval¦1 mon -1 day⇒2 mons -2 days
        call¦+¦interval¦1 mon -1 day¦interval¦100 years⇒100 years 1 mon -1 days
        call¦+¦interval¦1 mon¦interval¦-1 mon⇒00:00:00
        call¦+¦interval¦1 mon¦interval¦-2 hours⇒1 mon -02:00:00
        call¦+¦interval¦1 mon¦interval¦1 mon -1 day⇒2 mons -1 days
        call¦+¦interval¦100 years¦interval¦1 day⇒100 years 1 day
        call¦+¦interval¦100 years¦interval¦1 mon -1 day⇒100 years 1 mon -1 days
        call¦+¦interval¦100 years¦interval¦36 hours⇒100 years 36:00:00
        call¦+¦interval¦36 hours¦interval¦1 day⇒1 day 36:00:00
        call¦+¦interval¦36 hours¦interval¦100 years⇒100 years 36:00:00
        call¦+¦timestamptz¦0044-03-15 12:00:00 BC¦interval¦36 hours⇒0044-03-17 00:00:00+00:53:28 BC
        call¦+¦timestamptz¦1900-01-01¦interval¦1 mon -1 day⇒1900-01-31 00:00:00+01
        call¦+¦timestamptz¦1900-01-01¦interval¦100 years⇒2000-01-01 00:00:00+01
        call¦+¦timestamptz¦1999-12-31 00:00:00¦interval¦1 day⇒2000-01-01 00:00:00+01
        call¦+¦timestamptz¦2000-01-01¦interval¦-1 mon⇒1999-12-01 00:00:00+01
        call¦+¦timestamptz¦2000-01-01¦interval¦-2 hours⇒1999-12-31 22:00:00+01
        call¦+¦timestamptz¦2024-02-29 23:59:59.999999¦interval¦1 mon⇒2024-03-29 23:59:59.999999+01
        call¦+¦timestamptz¦2026-01-02 03:04:05.678901¦interval¦-1 mon⇒2025-12-02 03:04:05.678901+01
        call¦+¦timestamptz¦2026-03-29 01:59:59¦interval¦-2 hours⇒2026-03-28 23:59:59+01
        call¦+¦timestamptz¦2026-03-29 01:59:59¦interval¦1 day⇒2026-03-30 01:59:59+02
        call¦+¦timestamptz¦2026-03-29 01:59:59¦interval¦36 hours⇒2026-03-30 14:59:59+02
        call¦+¦timestamptz¦2026-10-25 02:30:00¦interval¦1 day⇒2026-10-26 02:30:00+01
        call¦+¦timestamp¦1900-01-01¦interval¦1 day⇒1900-01-02 00:00:00
        call¦+¦timestamp¦1900-01-01¦interval¦36 hours⇒1900-01-02 12:00:00
        call¦+¦timestamp¦1999-12-31 00:00:00¦interval¦-1 mon⇒1999-11-30 00:00:00
        call¦+¦timestamp¦1999-12-31 00:00:00¦interval¦1 day⇒2000-01-01 00:00:00
        call¦+¦timestamp¦2024-02-29 23:59:59.999999¦interval¦1 mon -1 day⇒2024-03-28 23:59:59.999999
        call¦+¦timestamp¦2026-01-02 03:04:05.678901¦interval¦0⇒2026-01-02 03:04:05.678901
        call¦+¦timestamp¦2026-01-02 03:04:05.678901¦interval¦1 mon -1 day⇒2026-02-01 03:04:05.678901
        call¦+¦timestamp¦2026-03-29 01:59:59¦interval¦1 mon -1 day⇒2026-04-28 01:59:59
        call¦-¦date¦2026-01-31¦int4¦1⇒2026-01-30
        call¦-¦date¦5874897-12-31¦int4¦100000000⇒5601107-04-21
        call¦-¦interval¦-1 mon¦interval¦-2 hours⇒-1 mons +02:00:00
        call¦-¦interval¦-1 mon¦interval¦0⇒-1 mons
        call¦-¦interval¦-1 mon¦interval¦100 years⇒-100 years -1 mons
        call¦-¦interval¦-2 hours¦interval¦0⇒-02:00:00
        call¦-¦interval¦0¦interval¦-1 mon⇒1 mon
        call¦-¦interval¦0¦interval¦1 mon⇒-1 mons
        call¦-¦interval¦1 day¦interval¦1 mon -1 day⇒-1 mons +2 days
        call¦-¦interval¦1 day⇒-1 days
        call¦-¦interval¦1 mon -1 day¦interval¦-2 hours⇒1 mon -1 days +02:00:00
        call¦-¦interval¦1 mon -1 hour⇒-1 mons +01:00:00
        call¦-¦interval¦1 mon¦interval¦-1 mon⇒2 mons
        call¦-¦interval¦1 mon¦interval¦1 mon -1 day⇒1 day
        call¦-¦interval¦1 mon¦interval¦1 mon⇒00:00:00
        call¦-¦interval¦100 years¦interval¦100 years⇒00:00:00
        call¦-¦interval¦100 years⇒-100 years
        call¦-¦timestamptz¦0044-03-15 12:00:00 BC¦interval¦-1 mon⇒0044-04-15 12:00:00+00:53:28 BC
        call¦-¦timestamptz¦1900-01-01¦interval¦-2 hours⇒1900-01-01 02:00:00+01
        call¦-¦timestamptz¦1900-01-01¦interval¦1 day⇒1899-12-31 00:00:00+01
        call¦-¦timestamptz¦1999-12-31 00:00:00¦interval¦-1 mon⇒2000-01-31 00:00:00+01
        call¦-¦timestamptz¦2000-01-01¦interval¦1 year 2 mons 3 days 04:05:06⇒1998-10-28 19:54:54+01
        call¦-¦timestamptz¦2021-01-03 13:00:00¦interval¦0⇒2021-01-03 13:00:00+01
        call¦-¦timestamptz¦2021-01-03 13:00:00¦interval¦1 mon -1 day⇒2020-12-04 13:00:00+01
        call¦-¦timestamptz¦2021-01-03 13:00:00¦interval¦100 years⇒1921-01-03 13:00:00+01
        call¦-¦timestamptz¦2024-02-29 23:59:59.999999¦interval¦-1 mon⇒2024-03-29 23:59:59.999999+01
        call¦-¦timestamptz¦2026-01-02 03:04:05.678901¦interval¦-1 mon⇒2026-02-02 03:04:05.678901+01
        call¦-¦timestamptz¦2026-01-02 03:04:05.678901¦interval¦0⇒2026-01-02 03:04:05.678901+01
        call¦-¦timestamptz¦2026-03-29 01:59:59¦interval¦-1 mon⇒2026-04-29 01:59:59+02
        call¦-¦timestamptz¦2026-03-29 01:59:59¦interval¦-2 hours⇒2026-03-29 04:59:59+02
        call¦-¦timestamptz¦2026-10-25 02:30:00¦interval¦0⇒2026-10-25 02:30:00+01
        call¦-¦timestamptz¦2026-10-25 02:30:00¦interval¦100 years⇒1926-10-25 02:30:00+01
        call¦-¦timestamptz¦2026-10-25 02:30:00¦interval¦36 hours⇒2026-10-23 15:30:00+02
        call¦-¦timestamp¦0044-03-15 12:00:00 BC¦interval¦-1 mon⇒0044-04-15 12:00:00 BC
        call¦-¦timestamp¦0044-03-15 12:00:00 BC¦interval¦-2 hours⇒0044-03-15 14:00:00 BC
        call¦-¦timestamp¦0044-03-15 12:00:00 BC¦interval¦36 hours⇒0044-03-14 00:00:00 BC
        call¦-¦timestamp¦0044-03-15 12:00:00 BC¦timestamp¦0044-03-15 12:00:00 BC⇒00:00:00
        call¦-¦timestamp¦0044-03-15 12:00:00 BC¦timestamp¦1999-12-31 00:00:00⇒-746115 days -12:00:00
        call¦-¦timestamp¦0044-03-15 12:00:00 BC¦timestamp¦2000-01-01⇒-746116 days -12:00:00
        call¦-¦timestamp¦1900-01-01¦interval¦-1 mon⇒1900-02-01 00:00:00
        call¦-¦timestamp¦1900-01-01¦interval¦1 mon⇒1899-12-01 00:00:00
        call¦-¦timestamp¦1900-01-01¦interval¦100 years⇒1800-01-01 00:00:00
        call¦-¦timestamp¦1900-01-01¦interval¦36 hours⇒1899-12-30 12:00:00
        call¦-¦timestamp¦1900-01-01¦timestamp¦1999-12-31 00:00:00⇒-36523 days
        call¦-¦timestamp¦1900-01-01¦timestamp¦2026-03-29 01:59:59⇒-46108 days -01:59:59
        call¦-¦timestamp¦1999-12-31 00:00:00¦interval¦1 mon -1 day⇒1999-12-01 00:00:00
        call¦-¦timestamp¦1999-12-31 00:00:00¦timestamp¦1999-12-31 00:00:00⇒00:00:00
        call¦-¦timestamp¦1999-12-31 00:00:00¦timestamp¦2000-01-01⇒-1 days
        call¦-¦timestamp¦2000-01-01¦interval¦1 mon -1 day⇒1999-12-02 00:00:00
        call¦-¦timestamp¦2000-01-01¦interval¦1 year 2 mons 3 days 04:05:06⇒1998-10-28 19:54:54
        call¦-¦timestamp¦2000-01-01¦interval¦100 years⇒1900-01-01 00:00:00
        call¦-¦timestamp¦2000-01-01¦interval¦36 hours⇒1999-12-30 12:00:00
        call¦-¦timestamp¦2000-01-01¦timestamp¦2021-01-03 13:00:00⇒-7673 days -13:00:00
        call¦-¦timestamp¦2000-01-01¦timestamp¦2026-01-02 03:04:05.678901⇒-9498 days -03:04:05.678901
        call¦-¦timestamp¦2021-01-03 13:00:00¦timestamp¦2000-01-01⇒7673 days 13:00:00
        call¦-¦timestamp¦2024-02-29 23:59:59.999999¦interval¦1 day⇒2024-02-28 23:59:59.999999
        call¦-¦timestamp¦2024-02-29 23:59:59.999999¦interval¦1 mon⇒2024-01-29 23:59:59.999999
        call¦-¦timestamp¦2024-02-29 23:59:59.999999¦timestamp¦2024-02-29 23:59:59.999999⇒00:00:00
        call¦-¦timestamp¦2026-01-02 03:04:05.678901¦interval¦1 day⇒2026-01-01 03:04:05.678901
        call¦-¦timestamp¦2026-01-02 03:04:05.678901¦interval¦1 mon -1 day⇒2025-12-03 03:04:05.678901
        call¦-¦timestamp¦2026-01-02 03:04:05.678901¦timestamp¦1900-01-01⇒46022 days 03:04:05.678901
        call¦-¦timestamp¦2026-03-29 01:59:59¦interval¦-1 mon⇒2026-04-29 01:59:59
        call¦-¦timestamp¦2026-03-29 01:59:59¦interval¦36 hours⇒2026-03-27 13:59:59
        call¦-¦timestamp¦2026-03-29 01:59:59¦timestamp¦2021-01-03 13:00:00⇒1910 days 12:59:59
        call¦-¦timestamp¦2026-10-25 02:30:00¦interval¦1 mon -1 day⇒2026-09-26 02:30:00
        call¦-¦timestamp¦2026-10-25 02:30:00¦timestamp¦2026-10-25 02:30:00⇒00:00:00
        call¦/¦interval¦-1 mon¦float8¦1e10⇒00:00:00
        call¦/¦interval¦-2 hours¦float8¦1e10⇒-00:00:00.000001
        call¦/¦interval¦1 day¦float8¦-1.5⇒-16:00:00
        call¦/¦interval¦1 mon -1 day¦float8¦0⇒ERR 22012: division by zero
        call¦/¦interval¦1 mon -1 day¦float8¦1e10⇒-00:00:00.000009
        call¦/¦interval¦1 mon -1 day¦float8¦2⇒15 days -12:00:00
        call¦/¦interval¦1 mon¦float8¦0.5⇒2 mons
        call¦/¦interval¦1 mon¦float8¦1e10⇒00:00:00
        call¦/¦interval¦1 mon¦float8¦2⇒15 days
        call¦/¦interval¦1 year 2 mons 3 days 04:05:06¦float8¦1e10⇒00:00:00.000027
        call¦/¦interval¦36 hours¦float8¦-1.5⇒-24:00:00
        call¦/¦interval¦36 hours¦float8¦1e10⇒00:00:00.000013
        call¦age¦timestamp¦2021-01-03 13:00:00¦timestamp¦1900-01-01⇒121 years 2 days 13:00:00
        call¦age¦timestamp¦2024-02-29 23:59:59.999999¦timestamp¦2024-02-29 23:59:59.999999⇒00:00:00
        call¦age¦timestamp¦2026-01-02 03:04:05.678901¦timestamp¦2026-01-02 03:04:05.678901⇒00:00:00
        call¦date_part¦text¦century¦timestamptz¦1900-01-01⇒19
        call¦date_part¦text¦century¦timestamp¦1999-12-31 00:00:00⇒20
        call¦date_part¦text¦century¦timestamp¦2021-01-03 13:00:00⇒21
        call¦date_part¦text¦day¦timestamp¦1900-01-01⇒1
        call¦date_part¦text¦day¦timestamp¦2024-02-29 23:59:59.999999⇒29
        call¦date_part¦text¦day¦timestamp¦2026-03-29 01:59:59⇒29
        call¦date_part¦text¦dow¦timestamptz¦1900-01-01⇒1
        call¦date_part¦text¦dow¦timestamptz¦2026-03-29 01:59:59⇒0
        call¦date_part¦text¦dow¦timestamp¦1900-01-01⇒1
        call¦date_part¦text¦dow¦timestamp¦2026-03-29 01:59:59⇒0
        call¦date_part¦text¦doy¦timestamp¦1999-12-31 00:00:00⇒365
        call¦date_part¦text¦epoch¦timestamptz¦2000-01-01⇒946681200
        call¦date_part¦text¦epoch¦timestamptz¦2024-02-29 23:59:59.999999⇒1709247599.999999
        call¦date_part¦text¦epoch¦timestamptz¦2026-01-02 03:04:05.678901⇒1767319445.678901
        call¦date_part¦text¦epoch¦timestamp¦0044-03-15 12:00:00 BC⇒-63517780800
        call¦date_part¦text¦epoch¦timestamp¦2026-03-29 01:59:59⇒1774749599
        call¦date_part¦text¦epoch¦timestamp¦2026-10-25 02:30:00⇒1792895400
        call¦date_part¦text¦hour¦timestamptz¦2021-01-03 13:00:00⇒13
        call¦date_part¦text¦hour¦timestamptz¦2026-03-29 01:59:59⇒1
        call¦date_part¦text¦hour¦timestamptz¦2026-10-25 02:30:00⇒2
        call¦date_part¦text¦hour¦timestamp¦2000-01-01⇒0
        call¦date_part¦text¦hour¦timestamp¦2024-02-29 23:59:59.999999⇒23
        call¦date_part¦text¦hour¦timestamp¦2026-03-29 01:59:59⇒1
        call¦date_part¦text¦isodow¦timestamptz¦2026-03-29 01:59:59⇒7
        call¦date_part¦text¦isodow¦timestamp¦2026-01-02 03:04:05.678901⇒5
        call¦date_part¦text¦isodow¦timestamp¦2026-03-29 01:59:59⇒7
        call¦date_part¦text¦isoyear¦timestamptz¦2000-01-01⇒1999
        call¦date_part¦text¦isoyear¦timestamp¦2000-01-01⇒1999
        call¦date_part¦text¦isoyear¦timestamp¦2026-03-29 01:59:59⇒2026
        call¦date_part¦text¦julian¦timestamptz¦1999-12-31 00:00:00⇒2451544
        call¦date_part¦text¦julian¦timestamp¦0044-03-15 12:00:00 BC⇒1705428.5
        call¦date_part¦text¦julian¦timestamp¦1999-12-31 00:00:00⇒2451544
        call¦date_part¦text¦julian¦timestamp¦2021-01-03 13:00:00⇒2459218.5416666665
        call¦date_part¦text¦julian¦timestamp¦2026-10-25 02:30:00⇒2461339.1041666665
        call¦date_part¦text¦microseconds¦timestamptz¦0044-03-15 12:00:00 BC⇒0
        call¦date_part¦text¦microseconds¦timestamp¦1999-12-31 00:00:00⇒0
        call¦date_part¦text¦microseconds¦timestamp¦2000-01-01⇒0
        call¦date_part¦text¦microseconds¦timestamp¦2021-01-03 13:00:00⇒0
        call¦date_part¦text¦millennium¦timestamptz¦0044-03-15 12:00:00 BC⇒-1
        call¦date_part¦text¦millennium¦timestamptz¦2026-03-29 01:59:59⇒3
        call¦date_part¦text¦milliseconds¦timestamptz¦2026-10-25 02:30:00⇒0
        call¦date_part¦text¦minute¦timestamptz¦1999-12-31 00:00:00⇒0
        call¦date_part¦text¦minute¦timestamptz¦2021-01-03 13:00:00⇒0
        call¦date_part¦text¦minute¦timestamptz¦2024-02-29 23:59:59.999999⇒59
        call¦date_part¦text¦minute¦timestamp¦2000-01-01⇒0
        call¦date_part¦text¦minute¦timestamp¦2026-10-25 02:30:00⇒30
        call¦date_part¦text¦month¦timestamptz¦2024-02-29 23:59:59.999999⇒2
        call¦date_part¦text¦month¦timestamp¦2026-01-02 03:04:05.678901⇒1
        call¦date_part¦text¦month¦timestamp¦2026-10-25 02:30:00⇒10
        call¦date_part¦text¦quarter¦timestamptz¦2021-01-03 13:00:00⇒1
        call¦date_part¦text¦quarter¦timestamptz¦2026-01-02 03:04:05.678901⇒1
        call¦date_part¦text¦quarter¦timestamptz¦2026-10-25 02:30:00⇒4
        call¦date_part¦text¦quarter¦timestamp¦2026-03-29 01:59:59⇒1
        call¦date_part¦text¦second¦timestamptz¦1900-01-01⇒0
        call¦date_part¦text¦second¦timestamptz¦2024-02-29 23:59:59.999999⇒59.999999
        call¦date_part¦text¦second¦timestamptz¦2026-01-02 03:04:05.678901⇒5.678901
        call¦date_part¦text¦second¦timestamp¦0044-03-15 12:00:00 BC⇒0
        call¦date_part¦text¦timezone¦timestamptz¦0044-03-15 12:00:00 BC⇒3208
        call¦date_part¦text¦timezone¦timestamptz¦2026-10-25 02:30:00⇒3600
        call¦date_part¦text¦week¦timestamptz¦2026-01-02 03:04:05.678901⇒1
        call¦date_part¦text¦week¦timestamptz¦2026-03-29 01:59:59⇒13
        call¦date_part¦text¦week¦timestamp¦2021-01-03 13:00:00⇒53
        call¦date_part¦text¦year¦timestamptz¦2026-03-29 01:59:59⇒2026
        call¦date_part¦text¦year¦timestamp¦1999-12-31 00:00:00⇒1999
        call¦date_part¦text¦year¦timestamp¦2000-01-01⇒2000
        call¦date_part¦text¦year¦timestamp¦2026-01-02 03:04:05.678901⇒2026
        call¦date_trunc¦text¦century¦timestamptz¦1900-01-01⇒1801-01-01 00:00:00+00:53:28
        call¦date_trunc¦text¦century¦timestamptz¦2024-02-29 23:59:59.999999⇒2001-01-01 00:00:00+01
        call¦date_trunc¦text¦century¦timestamp¦2021-01-03 13:00:00⇒2001-01-01 00:00:00
        call¦date_trunc¦text¦century¦timestamp¦2026-10-25 02:30:00⇒2001-01-01 00:00:00
        call¦date_trunc¦text¦day¦timestamptz¦2000-01-01¦text¦Australia/Sydney⇒1999-12-31 14:00:00+01
        call¦date_trunc¦text¦day¦timestamptz¦2021-01-03 13:00:00⇒2021-01-03 00:00:00+01
        call¦date_trunc¦text¦day¦timestamp¦2026-03-29 01:59:59⇒2026-03-29 00:00:00
        call¦date_trunc¦text¦decade¦timestamptz¦1999-12-31 00:00:00⇒1990-01-01 00:00:00+01
        call¦date_trunc¦text¦decade¦timestamptz¦2021-01-03 13:00:00⇒2020-01-01 00:00:00+01
        call¦date_trunc¦text¦decade¦timestamptz¦2024-02-29 23:59:59.999999⇒2020-01-01 00:00:00+01
        call¦date_trunc¦text¦decade¦timestamptz¦2026-03-29 01:59:59⇒2020-01-01 00:00:00+01
        call¦date_trunc¦text¦decade¦timestamp¦1999-12-31 00:00:00⇒1990-01-01 00:00:00
        call¦date_trunc¦text¦decade¦timestamp¦2000-01-01⇒2000-01-01 00:00:00
        call¦date_trunc¦text¦decade¦timestamp¦2021-01-03 13:00:00⇒2020-01-01 00:00:00
        call¦date_trunc¦text¦decade¦timestamp¦2026-01-02 03:04:05.678901⇒2020-01-01 00:00:00
        call¦date_trunc¦text¦decade¦timestamp¦2026-03-29 01:59:59⇒2020-01-01 00:00:00
        call¦date_trunc¦text¦hour¦timestamptz¦2026-03-29 01:59:59⇒2026-03-29 01:00:00+01
        call¦date_trunc¦text¦hour¦timestamp¦2024-02-29 23:59:59.999999⇒2024-02-29 23:00:00
        call¦date_trunc¦text¦microseconds¦interval¦-14 mons 40 days⇒-1 years -2 mons +40 days
        call¦date_trunc¦text¦microseconds¦timestamptz¦2026-10-25 02:30:00⇒2026-10-25 02:30:00+01
        call¦date_trunc¦text¦microseconds¦timestamp¦0044-03-15 12:00:00 BC⇒0044-03-15 12:00:00 BC
        call¦date_trunc¦text¦microseconds¦timestamp¦2021-01-03 13:00:00⇒2021-01-03 13:00:00
        call¦date_trunc¦text¦millennium¦timestamptz¦1999-12-31 00:00:00⇒1001-01-01 00:00:00+00:53:28
        call¦date_trunc¦text¦millennium¦timestamp¦2000-01-01⇒1001-01-01 00:00:00
        call¦date_trunc¦text¦millennium¦timestamp¦2021-01-03 13:00:00⇒2001-01-01 00:00:00
        call¦date_trunc¦text¦millennium¦timestamp¦2024-02-29 23:59:59.999999⇒2001-01-01 00:00:00
        call¦date_trunc¦text¦millennium¦timestamp¦2026-10-25 02:30:00⇒2001-01-01 00:00:00
        call¦date_trunc¦text¦milliseconds¦timestamptz¦1999-12-31 00:00:00⇒1999-12-31 00:00:00+01
        call¦date_trunc¦text¦milliseconds¦timestamptz¦2026-03-29 01:59:59⇒2026-03-29 01:59:59+01
        call¦date_trunc¦text¦milliseconds¦timestamptz¦2026-10-25 02:30:00⇒2026-10-25 02:30:00+01
        call¦date_trunc¦text¦minute¦interval¦-14 mons 40 days⇒-1 years -2 mons +40 days
        call¦date_trunc¦text¦minute¦timestamp¦2026-10-25 02:30:00⇒2026-10-25 02:30:00
        call¦date_trunc¦text¦month¦interval¦25:00:00⇒00:00:00
        call¦date_trunc¦text¦month¦timestamptz¦1999-12-31 00:00:00⇒1999-12-01 00:00:00+01
        call¦date_trunc¦text¦month¦timestamptz¦2024-02-29 23:59:59.999999⇒2024-02-01 00:00:00+01
        call¦date_trunc¦text¦month¦timestamp¦2026-03-29 01:59:59⇒2026-03-01 00:00:00
        call¦date_trunc¦text¦quarter¦timestamptz¦2024-02-29 23:59:59.999999⇒2024-01-01 00:00:00+01
        call¦date_trunc¦text¦second¦timestamptz¦2000-01-01⇒2000-01-01 00:00:00+01
        call¦date_trunc¦text¦second¦timestamptz¦2024-02-29 23:59:59.999999⇒2024-02-29 23:59:59+01
        call¦date_trunc¦text¦second¦timestamp¦1900-01-01⇒1900-01-01 00:00:00
        call¦date_trunc¦text¦second¦timestamp¦2021-01-03 13:00:00⇒2021-01-03 13:00:00
        call¦date_trunc¦text¦second¦timestamp¦2026-01-02 03:04:05.678901⇒2026-01-02 03:04:05
        call¦date_trunc¦text¦week¦timestamptz¦1900-01-01⇒1900-01-01 00:00:00+01
        call¦date_trunc¦text¦week¦timestamptz¦1999-12-31 00:00:00⇒1999-12-27 00:00:00+01
        call¦date_trunc¦text¦week¦timestamp¦2026-01-02 03:04:05.678901⇒2025-12-29 00:00:00
        call¦date_trunc¦text¦week¦timestamp¦2026-10-25 02:30:00⇒2026-10-19 00:00:00
        call¦date_trunc¦text¦year¦interval¦-14 mons 40 days⇒-1 years
        call¦date_trunc¦text¦year¦interval¦1 year 2 mons -3 days 04:05:06.7⇒1 year
        call¦date_trunc¦text¦year¦timestamptz¦1999-12-31 00:00:00⇒1999-01-01 00:00:00+01
        call¦date_trunc¦text¦year¦timestamp¦0044-03-15 12:00:00 BC⇒0044-01-01 00:00:00 BC
        call¦date_trunc¦text¦year¦timestamp¦2026-10-25 02:30:00⇒2026-01-01 00:00:00
        call¦extract¦text¦century¦date¦2026-03-29⇒21
        call¦extract¦text¦century¦date¦2026-10-25⇒21
        call¦extract¦text¦century¦timestamptz¦1999-12-31 00:00:00⇒20
        call¦extract¦text¦century¦timestamp¦2026-01-02 03:04:05.678901⇒21
        call¦extract¦text¦day¦date¦0044-03-15 BC⇒15
        call¦extract¦text¦day¦date¦2021-01-03⇒3
        call¦extract¦text¦day¦date¦2024-02-29⇒29
        call¦extract¦text¦day¦timestamptz¦0044-03-15 12:00:00 BC⇒15
        call¦extract¦text¦day¦timestamptz¦1999-12-31 00:00:00⇒31
        call¦extract¦text¦day¦timestamptz¦2000-01-01⇒1
        call¦extract¦text¦day¦timestamptz¦2021-01-03 13:00:00⇒3
        call¦extract¦text¦day¦timestamptz¦2024-02-29 23:59:59.999999⇒29
        call¦extract¦text¦day¦timestamptz¦2026-01-02 03:04:05.678901⇒2
        call¦extract¦text¦day¦timestamptz¦2026-10-25 02:30:00⇒25
        call¦extract¦text¦day¦timestamp¦2026-01-02 03:04:05.678901⇒2
        call¦extract¦text¦day¦timestamp¦2026-10-25 02:30:00⇒25
        call¦extract¦text¦decade¦date¦0044-03-15 BC⇒-5
        call¦extract¦text¦decade¦date¦1900-01-01⇒190
        call¦extract¦text¦decade¦date¦2026-10-25⇒202
        call¦extract¦text¦decade¦interval¦25:00:00⇒0
        call¦extract¦text¦decade¦timestamptz¦0044-03-15 12:00:00 BC⇒-5
        call¦extract¦text¦decade¦timestamptz¦2021-01-03 13:00:00⇒202
        call¦extract¦text¦decade¦timestamp¦1999-12-31 00:00:00⇒199
        call¦extract¦text¦decade¦timestamp¦2026-01-02 03:04:05.678901⇒202
        call¦extract¦text¦dow¦date¦1900-01-01⇒1
        call¦extract¦text¦dow¦date¦2000-01-01⇒6
        call¦extract¦text¦dow¦timestamptz¦1900-01-01⇒1
        call¦extract¦text¦dow¦timestamptz¦1999-12-31 00:00:00⇒5
        call¦extract¦text¦dow¦timestamptz¦2026-01-02 03:04:05.678901⇒5
        call¦extract¦text¦dow¦timestamptz¦2026-03-29 01:59:59⇒0
        call¦extract¦text¦dow¦timestamp¦2000-01-01⇒6
        call¦extract¦text¦dow¦timestamp¦2026-01-02 03:04:05.678901⇒5
        call¦extract¦text¦doy¦date¦0044-03-15 BC⇒74
        call¦extract¦text¦doy¦date¦1900-01-01⇒1
        call¦extract¦text¦doy¦date¦2026-01-02⇒2
        call¦extract¦text¦doy¦date¦2026-10-25⇒298
        call¦extract¦text¦doy¦timestamptz¦1900-01-01⇒1
        call¦extract¦text¦doy¦timestamptz¦2026-01-02 03:04:05.678901⇒2
        call¦extract¦text¦doy¦timestamp¦2021-01-03 13:00:00⇒3
        call¦extract¦text¦doy¦timestamp¦2026-01-02 03:04:05.678901⇒2
        call¦extract¦text¦epoch¦date¦2000-01-01⇒946684800
        call¦extract¦text¦epoch¦date¦2021-01-03⇒1609632000
        call¦extract¦text¦epoch¦date¦2024-02-29⇒1709164800
        call¦extract¦text¦epoch¦timestamp¦2000-01-01⇒946684800.000000
        call¦extract¦text¦epoch¦timestamp¦2026-03-29 01:59:59⇒1774749599.000000
        call¦extract¦text¦foo¦date¦0044-03-15 BC⇒ERR 22023: unit "foo" not recognized for type date
        call¦extract¦text¦foo¦date¦2026-01-02⇒ERR 22023: unit "foo" not recognized for type date
        call¦extract¦text¦hour¦date¦0044-03-15 BC⇒ERR 0A000: unit "hour" not supported for type date
        call¦extract¦text¦hour¦date¦1999-12-31⇒ERR 0A000: unit "hour" not supported for type date
        call¦extract¦text¦hour¦date¦2000-01-01⇒ERR 0A000: unit "hour" not supported for type date
        call¦extract¦text¦hour¦date¦2021-01-03⇒ERR 0A000: unit "hour" not supported for type date
        call¦extract¦text¦hour¦date¦2026-10-25⇒ERR 0A000: unit "hour" not supported for type date
        call¦extract¦text¦hour¦interval¦1 year 2 mons -3 days 04:05:06.7⇒4
        call¦extract¦text¦hour¦timestamptz¦2000-01-01⇒0
        call¦extract¦text¦hour¦timestamptz¦2026-03-29 01:59:59⇒1
        call¦extract¦text¦hour¦timestamptz¦2026-10-25 02:30:00⇒2
        call¦extract¦text¦hour¦timestamp¦2021-01-03 13:00:00⇒13
        call¦extract¦text¦isodow¦date¦0044-03-15 BC⇒5
        call¦extract¦text¦isodow¦date¦2026-03-29⇒7
        call¦extract¦text¦isodow¦timestamptz¦1999-12-31 00:00:00⇒5
        call¦extract¦text¦isodow¦timestamptz¦2026-10-25 02:30:00⇒7
        call¦extract¦text¦isodow¦timestamp¦0044-03-15 12:00:00 BC⇒5
        call¦extract¦text¦isodow¦timestamp¦2026-01-02 03:04:05.678901⇒5
        call¦extract¦text¦isodow¦timestamp¦2026-03-29 01:59:59⇒7
        call¦extract¦text¦isoyear¦date¦1999-12-31⇒1999
        call¦extract¦text¦isoyear¦date¦2026-03-29⇒2026
        call¦extract¦text¦isoyear¦timestamptz¦2026-03-29 01:59:59⇒2026
        call¦extract¦text¦isoyear¦timestamp¦2026-03-29 01:59:59⇒2026
        call¦extract¦text¦julian¦date¦0044-03-15 BC⇒1705428
        call¦extract¦text¦julian¦date¦1999-12-31⇒2451544
        call¦extract¦text¦julian¦timestamptz¦1900-01-01⇒2415021.0000000000000000000000000000
        call¦extract¦text¦julian¦timestamptz¦2026-03-29 01:59:59⇒2461129.08332175925925925926
        call¦extract¦text¦microseconds¦timestamptz¦0044-03-15 12:00:00 BC⇒0
        call¦extract¦text¦microseconds¦timestamptz¦2000-01-01⇒0
        call¦extract¦text¦microseconds¦timestamptz¦2021-01-03 13:00:00⇒0
        call¦extract¦text¦microseconds¦timestamptz¦2026-10-25 02:30:00⇒0
        call¦extract¦text¦microseconds¦timestamp¦2024-02-29 23:59:59.999999⇒59999999
        call¦extract¦text¦microseconds¦timestamp¦2026-03-29 01:59:59⇒59000000
        call¦extract¦text¦millennium¦date¦0044-03-15 BC⇒-1
        call¦extract¦text¦millennium¦date¦1999-12-31⇒2
        call¦extract¦text¦millennium¦date¦2000-01-01⇒2
        call¦extract¦text¦millennium¦date¦2021-01-03⇒3
        call¦extract¦text¦millennium¦interval¦25:00:00⇒0
        call¦extract¦text¦millennium¦timestamptz¦1900-01-01⇒2
        call¦extract¦text¦millennium¦timestamptz¦2026-03-29 01:59:59⇒3
        call¦extract¦text¦millennium¦timestamp¦1999-12-31 00:00:00⇒2
        call¦extract¦text¦millennium¦timestamp¦2000-01-01⇒2
        call¦extract¦text¦millennium¦timestamp¦2024-02-29 23:59:59.999999⇒3
        call¦extract¦text¦milliseconds¦timestamptz¦2024-02-29 23:59:59.999999⇒59999.999
        call¦extract¦text¦milliseconds¦time¦04:05:06.7⇒6700.000
        call¦extract¦text¦minute¦interval¦25:00:00⇒0
        call¦extract¦text¦minute¦timestamptz¦2026-01-02 03:04:05.678901⇒4
        call¦extract¦text¦minute¦timestamp¦2026-01-02 03:04:05.678901⇒4
        call¦extract¦text¦minute¦timestamp¦2026-10-25 02:30:00⇒30
        call¦extract¦text¦month¦date¦2026-01-02⇒1
        call¦extract¦text¦month¦date¦2026-03-29⇒3
        call¦extract¦text¦month¦timestamptz¦2000-01-01⇒1
        call¦extract¦text¦month¦timestamp¦1999-12-31 00:00:00⇒12
        call¦extract¦text¦month¦timestamp¦2026-01-02 03:04:05.678901⇒1
        call¦extract¦text¦quarter¦date¦1999-12-31⇒4
        call¦extract¦text¦quarter¦date¦2000-01-01⇒1
        call¦extract¦text¦quarter¦date¦2026-03-29⇒1
        call¦extract¦text¦quarter¦timestamptz¦1999-12-31 00:00:00⇒4
        call¦extract¦text¦quarter¦timestamp¦0044-03-15 12:00:00 BC⇒1
        call¦extract¦text¦second¦timestamp¦2000-01-01⇒0.000000
        call¦extract¦text¦second¦timestamp¦2026-10-25 02:30:00⇒0.000000
        call¦extract¦text¦timezone_hour¦timestamptz¦0044-03-15 12:00:00 BC⇒0
        call¦extract¦text¦timezone_hour¦timestamptz¦2026-01-02 03:04:05.678901⇒1
        call¦extract¦text¦timezone_hour¦timestamptz¦2026-10-25 02:30:00⇒1
        call¦extract¦text¦timezone¦timestamptz¦2026-10-25 02:30:00⇒3600
        call¦extract¦text¦week¦timestamptz¦2000-01-01⇒52
        call¦extract¦text¦week¦timestamptz¦2026-03-29 01:59:59⇒13
        call¦extract¦text¦week¦timestamp¦0044-03-15 12:00:00 BC⇒11
        call¦extract¦text¦week¦timestamp¦1900-01-01⇒1
        call¦extract¦text¦year¦date¦2024-02-29⇒2024
        call¦extract¦text¦year¦timestamp¦0044-03-15 12:00:00 BC⇒-44
        call¦extract¦text¦year¦timestamp¦2000-01-01⇒2000
        call¦extract¦text¦year¦timestamp¦2026-01-02 03:04:05.678901⇒2026
        call¦justify_days¦interval¦-40 days 30:00:00⇒-1 mons -10 days +30:00:00
        call¦justify_days¦interval¦1 day⇒1 day
        call¦justify_hours¦interval¦-1 mon 31 days⇒-1 mons +31 days
        call¦justify_hours¦interval¦1 mon⇒1 mon
        call¦justify_hours¦interval¦1 year 2 mons 3 days 04:05:06⇒1 year 2 mons 3 days 04:05:06
        call¦justify_hours¦interval¦35 days⇒35 days
        call¦justify_hours¦interval¦36 hours⇒1 day 12:00:00
        call¦justify_interval¦interval¦1 day⇒1 day
        call¦justify_interval¦interval¦1 mon⇒1 mon
        call¦justify_interval¦interval¦1 year 2 mons 3 days 04:05:06⇒1 year 2 mons 3 days 04:05:06
        call¦justify_interval¦interval¦36 hours⇒1 day 12:00:00
        call¦timezone¦text¦+03¦timestamptz¦1999-12-31 00:00:00⇒1999-12-30 20:00:00
        call¦timezone¦text¦+03¦timestamptz¦2024-02-29 23:59:59.999999⇒2024-02-29 19:59:59.999999
        call¦timezone¦text¦+03¦timestamptz¦2026-01-02 03:04:05.678901⇒2026-01-01 23:04:05.678901
        call¦timezone¦text¦+03¦timestamptz¦2026-10-25 02:30:00⇒2026-10-24 22:30:00
        call¦timezone¦text¦+03¦timestamp¦2026-01-02 03:04:05.678901⇒2026-01-02 07:04:05.678901+01
        call¦timezone¦text¦+03¦timestamp¦2026-03-29 01:59:59⇒2026-03-29 06:59:59+02
        call¦timezone¦text¦Asia/Kathmandu¦timestamptz¦2026-03-29 01:59:59⇒2026-03-29 06:44:59
        call¦timezone¦text¦Asia/Kathmandu¦timestamp¦1999-12-31 00:00:00⇒1999-12-30 19:15:00+01
        call¦timezone¦text¦Asia/Kathmandu¦timestamp¦2000-01-01⇒1999-12-31 19:15:00+01
        call¦timezone¦text¦Asia/Kathmandu¦timestamp¦2026-10-25 02:30:00⇒2026-10-24 22:45:00+02
        call¦timezone¦text¦CET¦timestamptz¦1900-01-01⇒1900-01-01 00:00:00
        call¦timezone¦text¦CET¦timestamptz¦2026-10-25 02:30:00⇒2026-10-25 02:30:00
        call¦timezone¦text¦CET¦timestamp¦0044-03-15 12:00:00 BC⇒0044-03-15 11:53:28+00:53:28 BC
        call¦timezone¦text¦CET¦timestamp¦2024-02-29 23:59:59.999999⇒2024-02-29 23:59:59.999999+01
        call¦timezone¦text¦EST5EDT¦timestamptz¦2024-02-29 23:59:59.999999⇒2024-02-29 17:59:59.999999
        call¦timezone¦text¦EST5EDT¦timestamptz¦2026-01-02 03:04:05.678901⇒2026-01-01 21:04:05.678901
        call¦timezone¦text¦EST5EDT¦timestamp¦1900-01-01⇒1900-01-01 06:00:00+01
        call¦timezone¦text¦EST5EDT¦timestamp¦1999-12-31 00:00:00⇒1999-12-31 06:00:00+01
        call¦timezone¦text¦UTC¦timestamp¦2024-02-29 23:59:59.999999⇒2024-03-01 00:59:59.999999+01
        call¦timezone¦text¦europe/berlin¦timestamptz¦2026-03-29 01:59:59⇒2026-03-29 01:59:59
        call¦timezone¦text¦europe/berlin¦timestamp¦1999-12-31 00:00:00⇒1999-12-31 00:00:00+01
        call¦timezone¦text¦europe/berlin¦timestamp¦2026-10-25 02:30:00⇒2026-10-25 02:30:00+01
        call¦to_char¦int4¦-1¦text¦FM9,999,999⇒-1
        call¦to_char¦int4¦1234¦text¦FM9,999,999⇒1,234
        call¦to_char¦numeric¦-0.5¦text¦S9999⇒   -1
        call¦to_char¦numeric¦-1¦text¦99.9⇒ -1.0
        call¦to_char¦numeric¦-1¦text¦FM999,999,990.00⇒-1.00
        call¦to_char¦numeric¦0¦text¦L999⇒    0
        call¦to_char¦numeric¦0¦text¦S9999⇒   +0
        call¦to_char¦numeric¦1234.567¦text¦L999⇒  ###
        call¦to_char¦numeric¦1234567.891¦text¦FM999,999,990.00⇒1,234,567.89
        call¦to_char¦numeric¦1¦text¦999⇒   1
        call¦to_char¦numeric¦999999¦text¦0000⇒ ####
        call¦to_char¦numeric¦999999¦text¦999⇒ ###
        call¦to_char¦timestamptz¦0044-03-15 12:00:00 BC¦text¦D FMDDD HH⇒6 74 12
        call¦to_char¦timestamptz¦1900-01-01¦text¦Day, DD Month YYYY⇒Monday   , 01 January   1900
        call¦to_char¦timestamptz¦1900-01-01¦text¦Dy Mon DD HH12:MI AM⇒Mon Jan 01 12:00 AM
        call¦to_char¦timestamptz¦1900-01-01¦text¦TZ OF TZH:TZM⇒CET +01 +01:00
        call¦to_char¦timestamptz¦1900-01-01¦text¦YYYY-MM-DD HH24:MI:SS.US⇒1900-01-01 00:00:00.000000
        call¦to_char¦timestamptz¦1999-12-31 00:00:00¦text¦DDth "of" FMMonth⇒31st of December
        call¦to_char¦timestamptz¦2000-01-01¦text¦DDD WW W Q CC J⇒001 01 1 1 20 2451545
        call¦to_char¦timestamptz¦2000-01-01¦text¦TZ OF TZH:TZM⇒CET +01 +01:00
        call¦to_char¦timestamptz¦2000-01-01¦text¦YYYY-MM-DD HH24:MI:SS.US⇒2000-01-01 00:00:00.000000
        call¦to_char¦timestamptz¦2021-01-03 13:00:00¦text¦D FMDDD HH⇒1 3 01
        call¦to_char¦timestamptz¦2021-01-03 13:00:00¦text¦IYYY-IW-ID⇒2020-53-7
        call¦to_char¦timestamptz¦2026-01-02 03:04:05.678901¦text¦DDth "of" FMMonth⇒02nd of January
        call¦to_char¦timestamptz¦2026-01-02 03:04:05.678901¦text¦SSSS MS FF3⇒11045 678 678
        call¦to_char¦timestamp¦0044-03-15 12:00:00 BC¦text¦SSSS MS FF3⇒43200 000 000
        call¦to_char¦timestamp¦1999-12-31 00:00:00¦text¦D FMDDD HH⇒6 365 12
        call¦to_char¦timestamp¦2000-01-01¦text¦DDth "of" FMMonth⇒01st of January
        call¦to_char¦timestamp¦2000-01-01¦text¦FMDay, FMDD FMMonth YYYY⇒Saturday, 1 January 2000
        call¦to_char¦timestamp¦2000-01-01¦text¦IYYY-IW-ID⇒1999-52-6
        call¦to_char¦timestamp¦2021-01-03 13:00:00¦text¦DDD WW W Q CC J⇒003 01 1 1 21 2459218
        call¦to_char¦timestamp¦2026-01-02 03:04:05.678901¦text¦SSSS MS FF3⇒11045 678 678
        call¦to_char¦timestamp¦2026-03-29 01:59:59¦text¦DDD WW W Q CC J⇒088 13 5 1 21 2461129
        call¦to_char¦timestamp¦2026-03-29 01:59:59¦text¦DDth "of" FMMonth⇒29th of March
        call¦to_char¦timestamp¦2026-03-29 01:59:59¦text¦SSSS MS FF3⇒7199 000 000
        call¦to_char¦timestamp¦2026-03-29 01:59:59¦text¦TZ OF TZH:TZM⇒ +00 +00:00
        call¦to_char¦timestamp¦2026-10-25 02:30:00¦text¦Dy Mon DD HH12:MI AM⇒Sun Oct 25 02:30 AM
        call¦to_date¦text¦05 Dec 2000¦text¦DD Mon YYYY⇒2000-12-05
        call¦to_date¦text¦2-1-2026¦text¦DD-MM-YYYY⇒2026-01-02
        call¦to_date¦text¦2026-045¦text¦YYYY-DDD⇒2026-02-14
        call¦to_date¦text¦3/4/26¦text¦DD/MM/YY⇒2026-04-03
        call¦to_timestamp¦text¦2026-01-02 03:04 PM¦text¦YYYY-MM-DD HH12:MI AM⇒2026-01-02 15:04:00+01
        call¦to_timestamp¦text¦2026-01-02 03:04:05¦text¦YYYY-MM-DD HH24:MI:SS⇒2026-01-02 03:04:05+01
        call¦to_timestamp¦text¦20260102030405¦text¦YYYYMMDDHH24MISS⇒2026-01-02 03:04:05+01
        """#
}
