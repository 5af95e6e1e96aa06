// Columns of the system tables, as PostgreSQL 15 names and types them; `?` marks those that may be
// NULL. Types that this database lacks appear as text, arrays of ACL items as text[].

extension SystemTables {
    /// One table a paragraph: OID, schema, name, then its columns.
    static let specifications = """
        2600 pg_catalog pg_aggregate
        aggfnoid regproc, aggkind char1, aggnumdirectargs int2, aggtransfn regproc, aggfinalfn
        regproc, aggcombinefn regproc, aggserialfn regproc, aggdeserialfn regproc, aggmtransfn
        regproc, aggminvtransfn regproc, aggmfinalfn regproc, aggfinalextra bool,
        aggmfinalextra bool, aggfinalmodify char1, aggmfinalmodify char1, aggsortop oid,
        aggtranstype oid, aggtransspace int4, aggmtranstype oid, aggmtransspace int4,
        agginitval text?, aggminitval text?

        2601 pg_catalog pg_am
        oid oid, amname name, amhandler regproc, amtype char1

        2604 pg_catalog pg_attrdef
        oid oid, adrelid oid, adnum int2, adbin text

        1249 pg_catalog pg_attribute
        attrelid oid, attname name, atttypid oid, attstattarget int4, attlen int2, attnum
        int2, attndims int4, attcacheoff int4, atttypmod int4, attbyval bool, attalign char1,
        attstorage char1, attcompression char1, attnotnull bool, atthasdef bool, atthasmissing
        bool, attidentity char1, attgenerated char1, attisdropped bool, attislocal bool,
        attinhcount int4, attcollation oid, attacl _text?, attoptions _text?, attfdwoptions
        _text?, attmissingval text?

        1261 pg_catalog pg_auth_members
        roleid oid, member oid, grantor oid, admin_option bool

        1260 pg_catalog pg_authid
        oid oid, rolname name, rolsuper bool, rolinherit bool, rolcreaterole bool, rolcreatedb
        bool, rolcanlogin bool, rolreplication bool, rolbypassrls bool, rolconnlimit int4,
        rolpassword text?, rolvaliduntil timestamptz?

        2605 pg_catalog pg_cast
        oid oid, castsource oid, casttarget oid, castfunc oid, castcontext char1, castmethod
        char1

        1259 pg_catalog pg_class
        oid oid, relname name, relnamespace oid, reltype oid, reloftype oid, relowner oid,
        relam oid, relfilenode oid, reltablespace oid, relpages int4, reltuples float4,
        relallvisible int4, reltoastrelid oid, relhasindex bool, relisshared bool,
        relpersistence char1, relkind char1, relnatts int2, relchecks int2, relhasrules bool,
        relhastriggers bool, relhassubclass bool, relrowsecurity bool, relforcerowsecurity
        bool, relispopulated bool, relreplident char1, relispartition bool, relrewrite oid,
        relfrozenxid oid, relminmxid oid, relacl _text?, reloptions _text?, relpartbound text?

        3456 pg_catalog pg_collation
        oid oid, collname name, collnamespace oid, collowner oid, collprovider char1,
        collisdeterministic bool, collencoding int4, collcollate text?, collctype text?,
        colliculocale text?, collversion text?

        2606 pg_catalog pg_constraint
        oid oid, conname name, connamespace oid, contype char1, condeferrable bool,
        condeferred bool, convalidated bool, conrelid oid, contypid oid, conindid oid,
        conparentid oid, confrelid oid, confupdtype char1, confdeltype char1, confmatchtype
        char1, conislocal bool, coninhcount int4, connoinherit bool, conkey _int2?, confkey
        _int2?, conpfeqop _oid?, conppeqop _oid?, conffeqop _oid?, confdelsetcols _int2?,
        conexclop _oid?, conbin text?

        2607 pg_catalog pg_conversion
        oid oid, conname name, connamespace oid, conowner oid, conforencoding int4,
        contoencoding int4, conproc regproc, condefault bool

        1262 pg_catalog pg_database
        oid oid, datname name, datdba oid, encoding int4, datlocprovider char1, datistemplate
        bool, datallowconn bool, datconnlimit int4, datfrozenxid oid, datminmxid oid,
        dattablespace oid, datcollate text, datctype text, daticulocale text?, datcollversion
        text?, datacl _text?

        2964 pg_catalog pg_db_role_setting
        setdatabase oid, setrole oid, setconfig _text?

        826 pg_catalog pg_default_acl
        oid oid, defaclrole oid, defaclnamespace oid, defaclobjtype char1, defaclacl _text

        2608 pg_catalog pg_depend
        classid oid, objid oid, objsubid int4, refclassid oid, refobjid oid, refobjsubid int4,
        deptype char1

        2609 pg_catalog pg_description
        objoid oid, classoid oid, objsubid int4, description text

        3501 pg_catalog pg_enum
        oid oid, enumtypid oid, enumsortorder float4, enumlabel name

        3466 pg_catalog pg_event_trigger
        oid oid, evtname name, evtevent name, evtowner oid, evtfoid oid, evtenabled char1,
        evttags _text?

        3079 pg_catalog pg_extension
        oid oid, extname name, extowner oid, extnamespace oid, extrelocatable bool, extversion
        text, extconfig _oid?, extcondition _text?

        2328 pg_catalog pg_foreign_data_wrapper
        oid oid, fdwname name, fdwowner oid, fdwhandler oid, fdwvalidator oid, fdwacl _text?,
        fdwoptions _text?

        1417 pg_catalog pg_foreign_server
        oid oid, srvname name, srvowner oid, srvfdw oid, srvtype text?, srvversion text?,
        srvacl _text?, srvoptions _text?

        3118 pg_catalog pg_foreign_table
        ftrelid oid, ftserver oid, ftoptions _text?

        12010 pg_catalog pg_group
        groname name?, grosysid oid?, grolist _oid?

        2610 pg_catalog pg_index
        indexrelid oid, indrelid oid, indnatts int2, indnkeyatts int2, indisunique bool,
        indnullsnotdistinct bool, indisprimary bool, indisexclusion bool, indimmediate bool,
        indisclustered bool, indisvalid bool, indcheckxmin bool, indisready bool, indislive
        bool, indisreplident bool, indkey int2vector, indcollation oidvector, indclass
        oidvector, indoption int2vector, indexprs text?, indpred text?

        12043 pg_catalog pg_indexes
        schemaname name?, tablename name?, indexname name?, tablespace name?, indexdef text?

        2611 pg_catalog pg_inherits
        inhrelid oid, inhparent oid, inhseqno int4, inhdetachpending bool

        2612 pg_catalog pg_language
        oid oid, lanname name, lanowner oid, lanispl bool, lanpltrusted bool, lanplcallfoid
        oid, laninline oid, lanvalidator oid, lanacl _text?

        12073 pg_catalog pg_locks
        locktype text?, database oid?, relation oid?, page int4?, tuple int2?, virtualxid
        text?, transactionid oid?, classid oid?, objid oid?, objsubid int2?,
        virtualtransaction text?, pid int4?, mode text?, granted bool?, fastpath bool?,
        waitstart timestamptz?

        12038 pg_catalog pg_matviews
        schemaname name?, matviewname name?, matviewowner name?, tablespace name?, hasindexes
        bool?, ispopulated bool?, definition text?

        2615 pg_catalog pg_namespace
        oid oid, nspname name, nspowner oid, nspacl _text?

        2616 pg_catalog pg_opclass
        oid oid, opcmethod oid, opcname name, opcnamespace oid, opcowner oid, opcfamily oid,
        opcintype oid, opcdefault bool, opckeytype oid

        2617 pg_catalog pg_operator
        oid oid, oprname name, oprnamespace oid, oprowner oid, oprkind char1, oprcanmerge
        bool, oprcanhash bool, oprleft oid, oprright oid, oprresult oid, oprcom oid, oprnegate
        oid, oprcode regproc, oprrest regproc, oprjoin regproc

        3350 pg_catalog pg_partitioned_table
        partrelid oid, partstrat char1, partnatts int2, partdefid oid, partattrs int2vector,
        partclass oidvector, partcollation oidvector, partexprs text?

        12018 pg_catalog pg_policies
        schemaname name?, tablename name?, policyname name?, permissive text?, roles _name?,
        cmd text?, qual text?, with_check text?

        3256 pg_catalog pg_policy
        oid oid, polname name, polrelid oid, polcmd char1, polpermissive bool, polroles _oid,
        polqual text?, polwithcheck text?

        1255 pg_catalog pg_proc
        oid oid, proname name, pronamespace oid, proowner oid, prolang oid, procost float4,
        prorows float4, provariadic oid, prosupport regproc, prokind char1, prosecdef bool,
        proleakproof bool, proisstrict bool, proretset bool, provolatile char1, proparallel
        char1, pronargs int2, pronargdefaults int2, prorettype oid, proargtypes oidvector,
        proallargtypes _oid?, proargmodes _char?, proargnames _text?, proargdefaults text?,
        protrftypes _oid?, prosrc text, probin text?, prosqlbody text?, proconfig _text?,
        proacl _text?

        6104 pg_catalog pg_publication
        oid oid, pubname name, pubowner oid, puballtables bool, pubinsert bool, pubupdate
        bool, pubdelete bool, pubtruncate bool, pubviaroot bool

        6237 pg_catalog pg_publication_namespace
        oid oid, pnpubid oid, pnnspid oid

        6106 pg_catalog pg_publication_rel
        oid oid, prpubid oid, prrelid oid, prqual text?, prattrs int2vector?

        12068 pg_catalog pg_publication_tables
        pubname name?, schemaname name?, tablename name?, attnames _name?, rowfilter text?

        3541 pg_catalog pg_range
        rngtypid oid, rngsubtype oid, rngmultitypid oid, rngcollation oid, rngsubopc oid,
        rngcanonical regproc, rngsubdiff regproc

        2618 pg_catalog pg_rewrite
        oid oid, rulename name, ev_class oid, ev_type char1, ev_enabled char1, is_instead
        bool, ev_qual text, ev_action text

        12000 pg_catalog pg_roles
        rolname name?, rolsuper bool?, rolinherit bool?, rolcreaterole bool?, rolcreatedb
        bool?, rolcanlogin bool?, rolreplication bool?, rolconnlimit int4?, rolpassword text?,
        rolvaliduntil timestamptz?, rolbypassrls bool?, rolconfig _text?, oid oid?

        2224 pg_catalog pg_sequence
        seqrelid oid, seqtypid oid, seqstart int8, seqincrement int8, seqmax int8, seqmin
        int8, seqcache int8, seqcycle bool

        12048 pg_catalog pg_sequences
        schemaname name?, sequencename name?, sequenceowner name?, data_type regtype?,
        start_value int8?, min_value int8?, max_value int8?, increment_by int8?, cycle bool?,
        cache_size int8?, last_value int8?

        12104 pg_catalog pg_settings
        name text?, setting text?, unit text?, category text?, short_desc text?, extra_desc
        text?, context text?, vartype text?, source text?, min_val text?, max_val text?,
        enumvals _text?, boot_val text?, reset_val text?, sourcefile text?, sourceline int4?,
        pending_restart bool?

        12005 pg_catalog pg_shadow
        usename name?, usesysid oid?, usecreatedb bool?, usesuper bool?, userepl bool?,
        usebypassrls bool?, passwd text?, valuntil timestamptz?, useconfig _text?

        1214 pg_catalog pg_shdepend
        dbid oid, classid oid, objid oid, objsubid int4, refclassid oid, refobjid oid, deptype
        char1

        2396 pg_catalog pg_shdescription
        objoid oid, classoid oid, description text

        12222 pg_catalog pg_stat_activity
        datid oid?, datname name?, pid int4?, leader_pid int4?, usesysid oid?, usename name?,
        application_name text?, client_addr text?, client_hostname text?, client_port int4?,
        backend_start timestamptz?, xact_start timestamptz?, query_start timestamptz?,
        state_change timestamptz?, wait_event_type text?, wait_event text?, state text?,
        backend_xid oid?, backend_xmin oid?, query_id int8?, query text?, backend_type text?

        12161 pg_catalog pg_stat_user_tables
        relid oid?, schemaname name?, relname name?, seq_scan int8?, seq_tup_read int8?,
        idx_scan int8?, idx_tup_fetch int8?, n_tup_ins int8?, n_tup_upd int8?, n_tup_del
        int8?, n_tup_hot_upd int8?, n_live_tup int8?, n_dead_tup int8?, n_mod_since_analyze
        int8?, n_ins_since_vacuum int8?, last_vacuum timestamptz?, last_autovacuum
        timestamptz?, last_analyze timestamptz?, last_autoanalyze timestamptz?, vacuum_count
        int8?, autovacuum_count int8?, analyze_count int8?, autoanalyze_count int8?

        3381 pg_catalog pg_statistic_ext
        oid oid, stxrelid oid, stxname name, stxnamespace oid, stxowner oid, stxstattarget
        int4, stxkeys int2vector, stxkind _char, stxexprs text?

        6100 pg_catalog pg_subscription
        oid oid, subdbid oid, subskiplsn text, subname name, subowner oid, subenabled bool,
        subbinary bool, substream bool, subtwophasestate char1, subdisableonerr bool,
        subconninfo text, subslotname name?, subsynccommit text, subpublications _text

        12033 pg_catalog pg_tables
        schemaname name?, tablename name?, tableowner name?, tablespace name?, hasindexes
        bool?, hasrules bool?, hastriggers bool?, rowsecurity bool?

        1213 pg_catalog pg_tablespace
        oid oid, spcname name, spcowner oid, spcacl _text?, spcoptions _text?

        12126 pg_catalog pg_timezone_names
        name text?, abbrev text?, utc_offset interval?, is_dst bool?

        2620 pg_catalog pg_trigger
        oid oid, tgrelid oid, tgparentid oid, tgname name, tgfoid oid, tgtype int2, tgenabled
        char1, tgisinternal bool, tgconstrrelid oid, tgconstrindid oid, tgconstraint oid,
        tgdeferrable bool, tginitdeferred bool, tgnargs int2, tgattr int2vector, tgargs bytea,
        tgqual text?, tgoldtable name?, tgnewtable name?

        1247 pg_catalog pg_type
        oid oid, typname name, typnamespace oid, typowner oid, typlen int2, typbyval bool,
        typtype char1, typcategory char1, typispreferred bool, typisdefined bool, typdelim
        char1, typrelid oid, typsubscript regproc, typelem oid, typarray oid, typinput
        regproc, typoutput regproc, typreceive regproc, typsend regproc, typmodin regproc,
        typmodout regproc, typanalyze regproc, typalign char1, typstorage char1, typnotnull
        bool, typbasetype oid, typtypmod int4, typndims int4, typcollation oid, typdefaultbin
        text?, typdefault text?, typacl _text?

        12014 pg_catalog pg_user
        usename name?, usesysid oid?, usecreatedb bool?, usesuper bool?, userepl bool?,
        usebypassrls bool?, passwd text?, valuntil timestamptz?, useconfig _text?

        12028 pg_catalog pg_views
        schemaname name?, viewname name?, viewowner name?, definition text?

        13285 information_schema column_privileges
        grantor text?, grantee text?, table_catalog text?, table_schema text?, table_name
        text?, column_name text?, privilege_type text?, is_grantable text?

        13295 information_schema columns
        table_catalog text?, table_schema text?, table_name text?, column_name text?,
        ordinal_position int4?, column_default text?, is_nullable text?, data_type text?,
        character_maximum_length int4?, character_octet_length int4?, numeric_precision int4?,
        numeric_precision_radix int4?, numeric_scale int4?, datetime_precision int4?,
        interval_type text?, interval_precision int4?, character_set_catalog text?,
        character_set_schema text?, character_set_name text?, collation_catalog text?,
        collation_schema text?, collation_name text?, domain_catalog text?, domain_schema
        text?, domain_name text?, udt_catalog text?, udt_schema text?, udt_name text?,
        scope_catalog text?, scope_schema text?, scope_name text?, maximum_cardinality int4?,
        dtd_identifier text?, is_self_referencing text?, is_identity text?,
        identity_generation text?, identity_start text?, identity_increment text?,
        identity_maximum text?, identity_minimum text?, identity_cycle text?, is_generated
        text?, generation_expression text?, is_updatable text?

        13300 information_schema constraint_column_usage
        table_catalog text?, table_schema text?, table_name text?, column_name text?,
        constraint_catalog text?, constraint_schema text?, constraint_name text?

        13329 information_schema key_column_usage
        constraint_catalog text?, constraint_schema text?, constraint_name text?,
        table_catalog text?, table_schema text?, table_name text?, column_name text?,
        ordinal_position int4?, position_in_unique_constraint int4?

        13339 information_schema referential_constraints
        constraint_catalog text?, constraint_schema text?, constraint_name text?,
        unique_constraint_catalog text?, unique_constraint_schema text?,
        unique_constraint_name text?, match_option text?, update_rule text?, delete_rule text?

        13377 information_schema routines
        specific_catalog text?, specific_schema text?, specific_name text?, routine_catalog
        text?, routine_schema text?, routine_name text?, routine_type text?, module_catalog
        text?, module_schema text?, module_name text?, udt_catalog text?, udt_schema text?,
        udt_name text?, data_type text?, character_maximum_length int4?,
        character_octet_length int4?, character_set_catalog text?, character_set_schema text?,
        character_set_name text?, collation_catalog text?, collation_schema text?,
        collation_name text?, numeric_precision int4?, numeric_precision_radix int4?,
        numeric_scale int4?, datetime_precision int4?, interval_type text?, interval_precision
        int4?, type_udt_catalog text?, type_udt_schema text?, type_udt_name text?,
        scope_catalog text?, scope_schema text?, scope_name text?, maximum_cardinality int4?,
        dtd_identifier text?, routine_body text?, routine_definition text?, external_name
        text?, external_language text?, parameter_style text?, is_deterministic text?,
        sql_data_access text?, is_null_call text?, sql_path text?, schema_level_routine text?,
        max_dynamic_result_sets int4?, is_user_defined_cast text?, is_implicitly_invocable
        text?, security_type text?, to_sql_specific_catalog text?, to_sql_specific_schema
        text?, to_sql_specific_name text?, as_locator text?, created timestamptz?,
        last_altered timestamptz?, new_savepoint_level text?, is_udt_dependent text?,
        result_cast_from_data_type text?, result_cast_as_locator text?,
        result_cast_char_max_length int4?, result_cast_char_octet_length int4?,
        result_cast_char_set_catalog text?, result_cast_char_set_schema text?,
        result_cast_char_set_name text?, result_cast_collation_catalog text?,
        result_cast_collation_schema text?, result_cast_collation_name text?,
        result_cast_numeric_precision int4?, result_cast_numeric_precision_radix int4?,
        result_cast_numeric_scale int4?, result_cast_datetime_precision int4?,
        result_cast_interval_type text?, result_cast_interval_precision int4?,
        result_cast_type_udt_catalog text?, result_cast_type_udt_schema text?,
        result_cast_type_udt_name text?, result_cast_scope_catalog text?,
        result_cast_scope_schema text?, result_cast_scope_name text?,
        result_cast_maximum_cardinality int4?, result_cast_dtd_identifier text?

        13382 information_schema schemata
        catalog_name text?, schema_name text?, schema_owner text?,
        default_character_set_catalog text?, default_character_set_schema text?,
        default_character_set_name text?, sql_path text?

        13386 information_schema sequences
        sequence_catalog text?, sequence_schema text?, sequence_name text?, data_type text?,
        numeric_precision int4?, numeric_precision_radix int4?, numeric_scale int4?,
        start_value text?, minimum_value text?, maximum_value text?, increment text?,
        cycle_option text?

        13411 information_schema table_constraints
        constraint_catalog text?, constraint_schema text?, constraint_name text?,
        table_catalog text?, table_schema text?, table_name text?, constraint_type text?,
        is_deferrable text?, initially_deferred text?, enforced text?, nulls_distinct text?

        13416 information_schema table_privileges
        grantor text?, grantee text?, table_catalog text?, table_schema text?, table_name
        text?, privilege_type text?, is_grantable text?, with_hierarchy text?

        13425 information_schema tables
        table_catalog text?, table_schema text?, table_name text?, table_type text?,
        self_referencing_column_name text?, reference_generation text?,
        user_defined_type_catalog text?, user_defined_type_schema text?,
        user_defined_type_name text?, is_insertable_into text?, is_typed text?, commit_action
        text?

        13483 information_schema views
        table_catalog text?, table_schema text?, table_name text?, view_definition text?,
        check_option text?, is_updatable text?, is_insertable_into text?, is_trigger_updatable
        text?, is_trigger_deletable text?, is_trigger_insertable_into text?

        13900 storehouse segments
        schema_name name, table_name name, segment int8, rows int8, deleted_rows int8, bytes
        int8, tier text, file text, min text?, max text?
        """
}
