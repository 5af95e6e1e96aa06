/// PostgreSQL 15's OIDs of functions and operators, for catalogs and drivers that look them up.
enum PostgresOIDs {
    /// The OID of a signature in pg_proc or pg_operator; 0 where PostgreSQL has none.
    static func oid(_ name: String, _ arguments: [SQLType]) -> UInt32 {
        let types = arguments.map(\.familyName).joined(separator: ",")
        return table["\(name)(\(types))"] ?? 0
    }

    private static let table: [String: UInt32] = {
        var table: [String: UInt32] = [:]
        for line in listing.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let name = words.first else { continue }
            for word in words.dropFirst() {
                guard let equals = word.lastIndex(of: "="),
                    let oid = UInt32(word[word.index(after: equals)...])
                else { continue }
                let types = word[..<equals].split(separator: "_").joined(separator: " ")
                table["\(name)(\(types))"] = oid
            }
        }
        return table
    }()

    /// Name, then `argument types=OID` of each overload; blanks within a type's name as `_`.
    private static let listing = #"""
        !~ character,text=1056 name,text=640 text,text=642
        !~* character,text=1235 name,text=1227 text,text=1229
        !~~ bytea,bytea=2017 character,text=1212 name,text=1208 text,text=1210
        !~~* character,text=1630 name,text=1626 text,text=1628
        # bigint,bigint=1888 integer,integer=1882 smallint,smallint=1876
        % bigint,bigint=439 integer,integer=530 numeric,numeric=1762 smallint,smallint=529
        & bigint,bigint=1886 integer,integer=1880 smallint,smallint=1874
        && anyarray,anyarray=2750
        * bigint,bigint=686 bigint,integer=690 bigint,smallint=820
        * double_precision,double_precision=594 double_precision,interval=1584
        * double_precision,real=1129 integer,bigint=694 integer,integer=514 integer,smallint=545
        * interval,double_precision=1583 numeric,numeric=1760 real,double_precision=1119
        * real,real=589 smallint,bigint=824 smallint,integer=544 smallint,smallint=526
        + bigint,bigint=684 bigint,integer=688 bigint,smallint=818 bigint=1916 date,integer=1100
        + date,interval=1076 date,time_without_time_zone=1360 double_precision,double_precision=591
        + double_precision,real=1126 double_precision=1920 integer,bigint=692 integer,date=2555
        + integer,integer=551 integer,smallint=553 integer=1918 interval,date=2551
        + interval,interval=1337 interval,timestamp_with_time_zone=2554
        + interval,timestamp_without_time_zone=2553 numeric,numeric=1758 numeric=1921
        + real,double_precision=1116 real,real=586 real=1919 smallint,bigint=822
        + smallint,integer=552 smallint,smallint=550 smallint=1917 time_without_time_zone,date=1363
        + time_without_time_zone,interval=1800 timestamp_with_time_zone,interval=1327
        + timestamp_without_time_zone,interval=2066
        - bigint,bigint=685 bigint,integer=689 bigint,smallint=819 bigint=484 date,date=1099
        - date,integer=1101 date,interval=1077 double_precision,double_precision=592
        - double_precision,real=1127 double_precision=585 integer,bigint=693 integer,integer=555
        - integer,smallint=557 integer=558 interval,interval=1338 interval=1336 numeric,numeric=1759
        - numeric=1751 real,double_precision=1117 real,real=587 real=584 smallint,bigint=823
        - smallint,integer=556 smallint,smallint=554 smallint=559
        - time_without_time_zone,interval=1801 time_without_time_zone,time_without_time_zone=1399
        - timestamp_with_time_zone,interval=1329
        - timestamp_with_time_zone,timestamp_with_time_zone=1328
        - timestamp_without_time_zone,interval=2068
        - timestamp_without_time_zone,timestamp_without_time_zone=2067
        / bigint,bigint=687 bigint,integer=691 bigint,smallint=821
        / double_precision,double_precision=593 double_precision,real=1128 integer,bigint=695
        / integer,integer=528 integer,smallint=547 interval,double_precision=1585
        / numeric,numeric=1761 real,double_precision=1118 real,real=588 smallint,bigint=825
        / smallint,integer=546 smallint,smallint=527
        < "char","char"=631 anyarray,anyarray=1072 bigint,bigint=412 bigint,integer=418
        < bigint,smallint=1870 boolean,boolean=58 bytea,bytea=1957 character,character=1058
        < date,date=1095 date,timestamp_with_time_zone=2358 date,timestamp_without_time_zone=2345
        < double_precision,double_precision=672 double_precision,real=1132 integer,bigint=37
        < integer,integer=97 integer,smallint=535 interval,interval=1332 jsonb,jsonb=3242
        < name,name=660 name,text=255 numeric,numeric=1754 oid,oid=609 oidvector,oidvector=645
        < real,double_precision=1122 real,real=622 smallint,bigint=1864 smallint,integer=534
        < smallint,smallint=95 text,name=261 text,text=664
        < time_without_time_zone,time_without_time_zone=1110 timestamp_with_time_zone,date=2384
        < timestamp_with_time_zone,timestamp_with_time_zone=1322
        < timestamp_with_time_zone,timestamp_without_time_zone=2540
        < timestamp_without_time_zone,date=2371
        < timestamp_without_time_zone,timestamp_with_time_zone=2534
        < timestamp_without_time_zone,timestamp_without_time_zone=2062 uuid,uuid=2974
        << bigint,integer=1890 integer,integer=1884 smallint,integer=1878
        <= "char","char"=632 anyarray,anyarray=1074 bigint,bigint=414 bigint,integer=420
        <= bigint,smallint=1872 boolean,boolean=1694 bytea,bytea=1958 character,character=1059
        <= date,date=1096 date,timestamp_with_time_zone=2359 date,timestamp_without_time_zone=2346
        <= double_precision,double_precision=673 double_precision,real=1134 integer,bigint=80
        <= integer,integer=523 integer,smallint=541 interval,interval=1333 jsonb,jsonb=3244
        <= name,name=661 name,text=256 numeric,numeric=1755 oid,oid=611 oidvector,oidvector=647
        <= real,double_precision=1124 real,real=624 smallint,bigint=1866 smallint,integer=540
        <= smallint,smallint=522 text,name=262 text,text=665
        <= time_without_time_zone,time_without_time_zone=1111 timestamp_with_time_zone,date=2385
        <= timestamp_with_time_zone,timestamp_with_time_zone=1323
        <= timestamp_with_time_zone,timestamp_without_time_zone=2541
        <= timestamp_without_time_zone,date=2372
        <= timestamp_without_time_zone,timestamp_with_time_zone=2535
        <= timestamp_without_time_zone,timestamp_without_time_zone=2063 uuid,uuid=2976
        <> "char","char"=630 anyarray,anyarray=1071 bigint,bigint=411 bigint,integer=417
        <> bigint,smallint=1869 boolean,boolean=85 bytea,bytea=1956 character,character=1057
        <> date,date=1094 date,timestamp_with_time_zone=2363 date,timestamp_without_time_zone=2350
        <> double_precision,double_precision=671 double_precision,real=1131 integer,bigint=36
        <> integer,integer=518 integer,smallint=539 interval,interval=1331 jsonb,jsonb=3241
        <> name,name=643 name,text=259 numeric,numeric=1753 oid,oid=608 oidvector,oidvector=644
        <> real,double_precision=1121 real,real=621 smallint,bigint=1863 smallint,integer=538
        <> smallint,smallint=519 text,name=265 text,text=531
        <> time_without_time_zone,time_without_time_zone=1109 timestamp_with_time_zone,date=2389
        <> timestamp_with_time_zone,timestamp_with_time_zone=1321
        <> timestamp_with_time_zone,timestamp_without_time_zone=2545
        <> timestamp_without_time_zone,date=2376
        <> timestamp_without_time_zone,timestamp_with_time_zone=2539
        <> timestamp_without_time_zone,timestamp_without_time_zone=2061 uuid,uuid=2973
        <@ anyarray,anyarray=2752
        = "char","char"=92 anyarray,anyarray=1070 bigint,bigint=410 bigint,integer=416
        = bigint,smallint=1868 boolean,boolean=91 bytea,bytea=1955 character,character=1054
        = date,date=1093 date,timestamp_with_time_zone=2360 date,timestamp_without_time_zone=2347
        = double_precision,double_precision=670 double_precision,real=1130 integer,bigint=15
        = integer,integer=96 integer,smallint=533 interval,interval=1330 jsonb,jsonb=3240
        = name,name=93 name,text=254 numeric,numeric=1752 oid,oid=607 oidvector,oidvector=649
        = real,double_precision=1120 real,real=620 smallint,bigint=1862 smallint,integer=532
        = smallint,smallint=94 text,name=260 text,text=98
        = time_without_time_zone,time_without_time_zone=1108 timestamp_with_time_zone,date=2386
        = timestamp_with_time_zone,timestamp_with_time_zone=1320
        = timestamp_with_time_zone,timestamp_without_time_zone=2542
        = timestamp_without_time_zone,date=2373
        = timestamp_without_time_zone,timestamp_with_time_zone=2536
        = timestamp_without_time_zone,timestamp_without_time_zone=2060 uuid,uuid=2972
        > "char","char"=633 anyarray,anyarray=1073 bigint,bigint=413 bigint,integer=419
        > bigint,smallint=1871 boolean,boolean=59 bytea,bytea=1959 character,character=1060
        > date,date=1097 date,timestamp_with_time_zone=2362 date,timestamp_without_time_zone=2349
        > double_precision,double_precision=674 double_precision,real=1133 integer,bigint=76
        > integer,integer=521 integer,smallint=537 interval,interval=1334 jsonb,jsonb=3243
        > name,name=662 name,text=258 numeric,numeric=1756 oid,oid=610 oidvector,oidvector=646
        > real,double_precision=1123 real,real=623 smallint,bigint=1865 smallint,integer=536
        > smallint,smallint=520 text,name=264 text,text=666
        > time_without_time_zone,time_without_time_zone=1112 timestamp_with_time_zone,date=2388
        > timestamp_with_time_zone,timestamp_with_time_zone=1324
        > timestamp_with_time_zone,timestamp_without_time_zone=2544
        > timestamp_without_time_zone,date=2375
        > timestamp_without_time_zone,timestamp_with_time_zone=2538
        > timestamp_without_time_zone,timestamp_without_time_zone=2064 uuid,uuid=2975
        >= "char","char"=634 anyarray,anyarray=1075 bigint,bigint=415 bigint,integer=430
        >= bigint,smallint=1873 boolean,boolean=1695 bytea,bytea=1960 character,character=1061
        >= date,date=1098 date,timestamp_with_time_zone=2361 date,timestamp_without_time_zone=2348
        >= double_precision,double_precision=675 double_precision,real=1135 integer,bigint=82
        >= integer,integer=525 integer,smallint=543 interval,interval=1335 jsonb,jsonb=3245
        >= name,name=663 name,text=257 numeric,numeric=1757 oid,oid=612 oidvector,oidvector=648
        >= real,double_precision=1125 real,real=625 smallint,bigint=1867 smallint,integer=542
        >= smallint,smallint=524 text,name=263 text,text=667
        >= time_without_time_zone,time_without_time_zone=1113 timestamp_with_time_zone,date=2387
        >= timestamp_with_time_zone,timestamp_with_time_zone=1325
        >= timestamp_with_time_zone,timestamp_without_time_zone=2543
        >= timestamp_without_time_zone,date=2374
        >= timestamp_without_time_zone,timestamp_with_time_zone=2537
        >= timestamp_without_time_zone,timestamp_without_time_zone=2065 uuid,uuid=2977
        >> bigint,integer=1891 integer,integer=1885 smallint,integer=1879
        @ bigint=473 double_precision=595 integer=773 numeric=1763 real=590 smallint=682
        @> anyarray,anyarray=2751
        ^ double_precision,double_precision=965 numeric,numeric=1038
        ^@ text,text=3877
        abs bigint=1396 double_precision=1395 integer=1397 numeric=1705 real=1394 smallint=1398
        acos double_precision=1601
        acosh double_precision=2466
        age timestamp_with_time_zone,timestamp_with_time_zone=1199 timestamp_with_time_zone=1386
        age timestamp_without_time_zone,timestamp_without_time_zone=2058
        age timestamp_without_time_zone=2059
        array_append anyarray,anyelement=378
        array_cat anyarray,anyarray=383
        array_dims anyarray=747
        array_fill anyelement,integer[]=1193 anyelement,integer[],integer[]=1286
        array_length anyarray,integer=2176
        array_lower anyarray,integer=2091
        array_ndims anyarray=748
        array_position anyarray,anyelement=3277
        array_positions anyarray,anyelement=3279
        array_prepend anyelement,anyarray=379
        array_remove anyarray,anyelement=3167
        array_replace anyarray,anyelement,anyelement=3168
        array_to_json anyarray=3153
        array_to_string anyarray,text,text=384 anyarray,text=395
        array_upper anyarray,integer=2092
        ascii text=1620
        asin double_precision=1600
        asinh double_precision=2465
        atan double_precision=1602
        atan2 double_precision,double_precision=1603
        atanh double_precision=2467
        bit_length text=1811
        bit_length bytea=1810
        booland_statefunc boolean,boolean=2515
        boolor_statefunc boolean,boolean=2516
        btrim text,text=884 text=885
        cardinality anyarray=3179
        cbrt double_precision=1345
        ceil double_precision=2308 numeric=1711
        ceiling double_precision=2320 numeric=2167
        char_length character=1372 text=1381
        character_length character=1367 text=1369
        chr integer=1621
        clock_timestamp =2649
        col_description oid,integer=1216
        concat anyelement=3058
        concat_ws text,anyelement=3059
        cos double_precision=1605
        cosh double_precision=2463
        cot double_precision=1607
        current_database =861
        current_schema =1402
        current_schemas boolean=1403
        current_setting text,boolean=3294 text=2077
        current_user =745
        currval regclass=1575
        date_bin interval,timestamp_with_time_zone,timestamp_with_time_zone=6178
        date_bin interval,timestamp_without_time_zone,timestamp_without_time_zone=6177
        date_part text,date=1384 text,interval=1172 text,time_without_time_zone=1385
        date_part text,timestamp_with_time_zone=1171 text,timestamp_without_time_zone=2021
        date_trunc text,interval=1218 text,timestamp_with_time_zone,text=1284
        date_trunc text,timestamp_with_time_zone=1217 text,timestamp_without_time_zone=2020
        decode text,text=1947
        degrees double_precision=1608
        div numeric,numeric=1973
        encode bytea,text=1946
        exp double_precision=1347 numeric=1732
        extract text,date=6199 text,interval=6204 text,time_without_time_zone=6200
        extract text,timestamp_with_time_zone=6203 text,timestamp_without_time_zone=6202
        factorial bigint=1376
        floor double_precision=2309 numeric=1712
        format text,anyelement=3539
        format_type oid,integer=1081
        gcd bigint,bigint=5045 integer,integer=5044 numeric,numeric=5048
        gen_random_uuid =3432
        getdatabaseencoding =1039
        has_any_column_privilege name,oid,text=3025 name,text,text=3024 oid,oid,text=3027
        has_any_column_privilege oid,text,text=3026 oid,text=3029 text,text=3028
        has_column_privilege name,oid,smallint,text=3015 name,oid,text,text=3014
        has_column_privilege name,text,smallint,text=3013 name,text,text,text=3012
        has_column_privilege oid,smallint,text=3023 oid,text,text=3022 text,smallint,text=3021
        has_column_privilege text,text,text=3020
        has_column_privilege oid,oid,smallint,text=3019 oid,oid,text,text=3018
        has_column_privilege oid,text,smallint,text=3017 oid,text,text,text=3016
        has_database_privilege name,oid,text=2251 name,text,text=2250 oid,oid,text=2253
        has_database_privilege oid,text,text=2252 oid,text=2255 text,text=2254
        has_function_privilege name,oid,text=2257 name,text,text=2256 oid,oid,text=2259
        has_function_privilege oid,text,text=2258 oid,text=2261 text,text=2260
        has_schema_privilege name,oid,text=2269 name,text,text=2268 oid,oid,text=2271
        has_schema_privilege oid,text,text=2270 oid,text=2273 text,text=2272
        has_sequence_privilege name,oid,text=2182 name,text,text=2181 oid,oid,text=2184
        has_sequence_privilege oid,text,text=2183 oid,text=2186 text,text=2185
        has_table_privilege name,oid,text=1923 name,text,text=1922 oid,oid,text=1925
        has_table_privilege oid,text,text=1924 oid,text=1927 text,text=1926
        has_tablespace_privilege name,oid,text=2391 name,text,text=2390 oid,oid,text=2393
        has_tablespace_privilege oid,text,text=2392 oid,text=2395 text,text=2394
        has_type_privilege name,oid,text=3139 name,text,text=3138 oid,oid,text=3141
        has_type_privilege oid,text,text=3140 oid,text=3143 text,text=3142
        inet_client_addr =2196
        inet_client_port =2197
        inet_server_addr =2198
        inet_server_port =2199
        initcap text=872
        interval interval,integer=1200
        isfinite date=1373 interval=1390 timestamp_with_time_zone=1389
        isfinite timestamp_without_time_zone=2048
        json_strip_nulls json=3261
        jsonb_delete_path jsonb,text[]=3304
        jsonb_insert jsonb,text[],jsonb,boolean=3579
        jsonb_pretty jsonb=3306
        jsonb_set jsonb,text[],jsonb,boolean=3305
        jsonb_strip_nulls jsonb=3262
        justify_days interval=1295
        justify_hours interval=1175
        justify_interval interval=2711
        lastval =2559
        lcm bigint,bigint=5047 integer,integer=5046 numeric,numeric=5049
        left text,integer=3060
        length bytea=2010 character=1318 text=1317
        like_escape text,text=1637
        ln double_precision=1341 numeric=1734
        log double_precision=1340 numeric,numeric=1736 numeric=1741
        log10 double_precision=1194 numeric=1481
        lower text=870
        lpad text,integer,text=873 text,integer=879
        ltrim text,text=875 text=881
        make_date integer,integer,integer=3846
        make_interval integer,integer,integer,integer,integer,integer,double_precision=3464
        make_time integer,integer,double_precision=3847
        make_timestamp integer,integer,integer,integer,integer,double_precision=3461
        make_timestamptz integer,integer,integer,integer,integer,double_precision,text=3463
        make_timestamptz integer,integer,integer,integer,integer,double_precision=3462
        md5 bytea=2321 text=2311
        min_scale numeric=5042
        mod bigint,bigint=947 integer,integer=941 numeric,numeric=1728 smallint,smallint=940
        nextval regclass=1574
        now =1299
        num_nonnulls anyelement=440
        num_nulls anyelement=438
        obj_description oid,name=1215 oid=1348
        octet_length bytea=720 character=1375 text=1374
        overlaps
        overlaps time_without_time_zone,time_without_time_zone,time_without_time_zone,time_without_time_zone=1308
        overlaps timestamp_with_time_zone,timestamp_with_time_zone,timestamp_with_time_zone,timestamp_with_time_zone=1304
        overlaps timestamp_without_time_zone,timestamp_without_time_zone,timestamp_without_time_zone,timestamp_without_time_zone=2041
        overlay text,text,integer,integer=1404 text,text,integer=1405
        overlay bytea,bytea,integer,integer=749 bytea,bytea,integer=752
        parse_ident text,boolean=1268
        pg_advisory_lock bigint=2880
        pg_advisory_unlock_all =2892
        pg_backend_pid =2026
        pg_cancel_backend integer=2171
        pg_char_to_encoding name=1264
        pg_client_encoding =810
        pg_collation_is_visible oid=3815
        pg_column_is_updatable regclass,smallint,boolean=3843
        pg_column_size anyelement=1269
        pg_conf_load_time =2034
        pg_conversion_is_visible oid=2093
        pg_current_xact_id =5059
        pg_database_size name=2168 oid=2324
        pg_describe_object oid,oid,integer=3537
        pg_encoding_max_length integer=2319
        pg_encoding_to_char integer=1597
        pg_function_is_visible oid=2081
        pg_get_constraintdef oid,boolean=2508 oid=1387
        pg_get_expr text,oid,boolean=2509 text,oid=1716
        pg_get_function_arg_default oid,integer=3808
        pg_get_function_arguments oid=2162
        pg_get_function_identity_arguments oid=2232
        pg_get_function_result oid=2165
        pg_get_function_sqlbody oid=6197
        pg_get_functiondef oid=2098
        pg_get_indexdef oid,integer,boolean=2507 oid=1643
        pg_get_partition_constraintdef oid=3408
        pg_get_partkeydef oid=3352
        pg_get_ruledef oid,boolean=2504 oid=1573
        pg_get_serial_sequence text,text=1665
        pg_get_statisticsobjdef_columns oid=6174
        pg_get_triggerdef oid,boolean=2730 oid=1662
        pg_get_userbyid oid=1642
        pg_get_viewdef oid,boolean=2506 oid=1641 text=1640
        pg_get_viewdef oid,integer=3159 text,boolean=2505
        pg_has_role name,name,text=2705 name,oid,text=2706 name,text=2709 oid,name,text=2707
        pg_has_role oid,oid,text=2708 oid,text=2710
        pg_index_column_has_property regclass,integer,text=638
        pg_indexam_has_property oid,text=636
        pg_indexes_size regclass=2998
        pg_is_in_recovery =3810
        pg_is_other_temp_schema oid=2855
        pg_jit_available =315
        pg_my_temp_schema =2854
        pg_opclass_is_visible oid=2083
        pg_operator_is_visible oid=2082
        pg_opfamily_is_visible oid=3829
        pg_postmaster_start_time =2560
        pg_relation_filenode regclass=2999
        pg_relation_is_publishable regclass=6121
        pg_relation_is_updatable regclass,boolean=3842
        pg_relation_size regclass,text=2332 regclass=2325
        pg_sequence_last_value regclass=4032
        pg_size_pretty bigint=2288
        pg_size_pretty numeric=3166
        pg_sleep double_precision=2626
        pg_statistics_obj_is_visible oid=3403
        pg_table_is_visible oid=2079
        pg_table_size regclass=2997
        pg_tablespace_location oid=3778
        pg_tablespace_size name=2323 oid=2322
        pg_terminate_backend integer,bigint=2096
        pg_total_relation_size regclass=2286
        pg_trigger_depth =3163
        pg_ts_config_is_visible oid=3758
        pg_ts_dict_is_visible oid=3757
        pg_ts_parser_is_visible oid=3756
        pg_ts_template_is_visible oid=3768
        pg_type_is_visible oid=2080
        pg_typeof anyelement=1619
        pi =1610
        position bytea,bytea=2014 text,text=849
        pow double_precision,double_precision=1346 numeric,numeric=1738
        power double_precision,double_precision=1368 numeric,numeric=2169
        quote_ident text=1282
        quote_literal anyelement=1285 text=1283
        quote_nullable anyelement=1290 text=1289
        radians double_precision=1609
        random =1598
        regexp_count text,text,integer,text=6256 text,text,integer=6255 text,text=6254
        regexp_instr text,text,integer,integer,integer=6260 text,text,integer,integer=6259
        regexp_instr text,text,integer=6258 text,text=6257
        regexp_like text,text,text=6264 text,text=6263
        regexp_match text,text,text=3397 text,text=3396
        regexp_replace text,text,text,integer,integer,text=6251 text,text,text,integer,integer=6252
        regexp_replace text,text,text,integer=6253 text,text,text,text=2285 text,text,text=2284
        regexp_split_to_array text,text,text=2768 text,text=2767
        regexp_substr text,text=6265
        regexp_substr text,text,integer,integer,text=6268 text,text,integer,integer=6267
        regexp_substr text,text,integer=6266
        repeat text,integer=1622
        replace text,text,text=2087
        reverse text=3062
        right text,integer=3061
        round double_precision=1342 numeric,integer=1707 numeric=1708
        row_security_active oid=3298 text=3299
        rpad text,integer,text=874 text,integer=880
        rtrim text,text=876 text=882
        scale numeric=3281
        session_user =746
        set_config text,text,boolean=2078
        setseed double_precision=1599
        setval regclass,bigint,boolean=1765 regclass,bigint=1576
        shobj_description oid,name=1993
        sign double_precision=2310 numeric=1706
        similar_escape text,text=1623
        similar_to_escape text,text=1986 text=1987
        sin double_precision=1604
        sinh double_precision=2462
        split_part text,text,integer=2088
        sqrt double_precision=1344 numeric=1730
        starts_with text,text=3696
        statement_timestamp =2648
        string_to_array text,text,text=376 text,text=394
        strpos text,text=868
        substr bytea,integer,integer=2085 text,integer,integer=877 text,integer=883
        substr bytea,integer=2086
        substring bytea,integer,integer=2012 text,integer,integer=936 text,integer=937
        substring text,text,text=2074 text,text=2073
        substring bytea,integer=2013
        tan double_precision=1606
        tanh double_precision=2464
        time time_without_time_zone,integer=1968
        timestamp timestamp_without_time_zone,integer=1961
        timestamptz timestamp_with_time_zone,integer=1967
        timezone interval,timestamp_with_time_zone=1026 interval,timestamp_without_time_zone=2070
        timezone text,timestamp_with_time_zone=1159 text,timestamp_without_time_zone=2069
        to_char bigint,text=1774 double_precision,text=1776 integer,text=1773 interval,text=1768
        to_char numeric,text=1772 real,text=1775 timestamp_with_time_zone,text=1770
        to_char timestamp_without_time_zone,text=2049
        to_date text,text=1780
        to_hex bigint=2090 integer=2089
        to_number text,text=1777
        to_regclass text=3495
        to_regnamespace text=4086
        to_regproc text=3494
        to_regprocedure text=3479
        to_regrole text=4093
        to_regtype text=3493
        to_timestamp double_precision=1158 text,text=1778
        transaction_timestamp =2647
        translate text,text,text=878
        trim_array anyarray,integer=6172
        trim_scale numeric=5043
        trunc double_precision=1343 numeric,integer=1709 numeric=1710
        txid_current =2943
        upper text=871
        version =89
        width_bucket double_precision,double_precision,double_precision,integer=320
        width_bucket numeric,numeric,numeric,integer=2170
        width_bucket anyelement,anyarray=3218
        | bigint,bigint=1887 integer,integer=1881 smallint,smallint=1875
        |/ double_precision=596
        || anyarray,anyarray=375 anyarray,anyelement=349 anyelement,anyarray=374
        || anyelement,text=2780 bytea,bytea=2018 text,anyelement=2779 text,text=654
        ||/ double_precision=597
        ~ bigint=1889 character,text=1055 integer=1883 name,text=639 smallint=1877 text,text=641
        ~* character,text=1234 name,text=1226 text,text=1228
        ~~ bytea,bytea=2016 character,text=1211 name,text=1207 text,text=1209
        ~~* character,text=1629 name,text=1625 text,text=1627
        """#
}
