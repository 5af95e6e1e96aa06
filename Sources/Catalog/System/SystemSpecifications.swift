// Columns of the system tables, as PostgreSQL 15 names and types them; `?` marks those that may be
// NULL. Types that this database lacks appear as text, arrays of ACL items as text[].

extension SystemTables {
    /// One table a paragraph: OID, schema, name, then its columns.
    static let tableSpecifications = """
        2600 pg_catalog pg_aggregate
        aggfnoid regproc, aggkind char1, aggnumdirectargs int2, aggtransfn regproc,
        aggfinalfn regproc, aggcombinefn regproc, aggserialfn regproc, aggdeserialfn regproc,
        aggmtransfn regproc, aggminvtransfn regproc, aggmfinalfn regproc, aggfinalextra bool,
        aggmfinalextra bool, aggfinalmodify char1, aggmfinalmodify char1, aggsortop oid,
        aggtranstype oid, aggtransspace int4, aggmtranstype oid, aggmtransspace int4,
        agginitval text?, aggminitval text?

        2601 pg_catalog pg_am
        oid oid, amname name, amhandler regproc, amtype char1

        2602 pg_catalog pg_amop
        oid oid, amopfamily oid, amoplefttype oid, amoprighttype oid, amopstrategy int2,
        amoppurpose char1, amopopr oid, amopmethod oid, amopsortfamily oid

        2603 pg_catalog pg_amproc
        oid oid, amprocfamily oid, amproclefttype oid, amprocrighttype oid, amprocnum int2,
        amproc regproc

        2604 pg_catalog pg_attrdef
        oid oid, adrelid oid, adnum int2, adbin text

        1249 pg_catalog pg_attribute
        attrelid oid, attname name, atttypid oid, attstattarget int4, attlen int2, attnum int2,
        attndims int4, attcacheoff int4, atttypmod int4, attbyval bool, attalign char1,
        attstorage char1, attcompression char1, attnotnull bool, atthasdef bool,
        atthasmissing bool, attidentity char1, attgenerated char1, attisdropped bool,
        attislocal bool, attinhcount int4, attcollation oid, attacl _text?, attoptions _text?,
        attfdwoptions _text?, attmissingval text?

        1261 pg_catalog pg_auth_members
        roleid oid, member oid, grantor oid, admin_option bool

        1260 pg_catalog pg_authid
        oid oid, rolname name, rolsuper bool, rolinherit bool, rolcreaterole bool,
        rolcreatedb bool, rolcanlogin bool, rolreplication bool, rolbypassrls bool,
        rolconnlimit int4, rolpassword text?, rolvaliduntil timestamptz?

        2605 pg_catalog pg_cast
        oid oid, castsource oid, casttarget oid, castfunc oid, castcontext char1, castmethod char1

        1259 pg_catalog pg_class
        oid oid, relname name, relnamespace oid, reltype oid, reloftype oid, relowner oid,
        relam oid, relfilenode oid, reltablespace oid, relpages int4, reltuples float4,
        relallvisible int4, reltoastrelid oid, relhasindex bool, relisshared bool,
        relpersistence char1, relkind char1, relnatts int2, relchecks int2, relhasrules bool,
        relhastriggers bool, relhassubclass bool, relrowsecurity bool, relforcerowsecurity bool,
        relispopulated bool, relreplident char1, relispartition bool, relrewrite oid,
        relfrozenxid oid, relminmxid oid, relacl _text?, reloptions _text?, relpartbound text?

        3456 pg_catalog pg_collation
        oid oid, collname name, collnamespace oid, collowner oid, collprovider char1,
        collisdeterministic bool, collencoding int4, collcollate text?, collctype text?,
        colliculocale text?, collversion text?

        2606 pg_catalog pg_constraint
        oid oid, conname name, connamespace oid, contype char1, condeferrable bool,
        condeferred bool, convalidated bool, conrelid oid, contypid oid, conindid oid,
        conparentid oid, confrelid oid, confupdtype char1, confdeltype char1, confmatchtype char1,
        conislocal bool, coninhcount int4, connoinherit bool, conkey _int2?, confkey _int2?,
        conpfeqop _oid?, conppeqop _oid?, conffeqop _oid?, confdelsetcols _int2?, conexclop _oid?,
        conbin text?

        2607 pg_catalog pg_conversion
        oid oid, conname name, connamespace oid, conowner oid, conforencoding int4,
        contoencoding int4, conproc regproc, condefault bool

        1262 pg_catalog pg_database
        oid oid, datname name, datdba oid, encoding int4, datlocprovider char1,
        datistemplate bool, datallowconn bool, datconnlimit int4, datfrozenxid oid,
        datminmxid oid, dattablespace oid, datcollate text, datctype text, daticulocale text?,
        datcollversion text?, datacl _text?

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
        oid oid, extname name, extowner oid, extnamespace oid, extrelocatable bool,
        extversion text, extconfig _oid?, extcondition _text?

        2328 pg_catalog pg_foreign_data_wrapper
        oid oid, fdwname name, fdwowner oid, fdwhandler oid, fdwvalidator oid, fdwacl _text?,
        fdwoptions _text?

        1417 pg_catalog pg_foreign_server
        oid oid, srvname name, srvowner oid, srvfdw oid, srvtype text?, srvversion text?,
        srvacl _text?, srvoptions _text?

        3118 pg_catalog pg_foreign_table
        ftrelid oid, ftserver oid, ftoptions _text?

        2610 pg_catalog pg_index
        indexrelid oid, indrelid oid, indnatts int2, indnkeyatts int2, indisunique bool,
        indnullsnotdistinct bool, indisprimary bool, indisexclusion bool, indimmediate bool,
        indisclustered bool, indisvalid bool, indcheckxmin bool, indisready bool, indislive bool,
        indisreplident bool, indkey int2vector, indcollation oidvector, indclass oidvector,
        indoption int2vector, indexprs text?, indpred text?

        2611 pg_catalog pg_inherits
        inhrelid oid, inhparent oid, inhseqno int4, inhdetachpending bool

        3394 pg_catalog pg_init_privs
        objoid oid, classoid oid, objsubid int4, privtype char1, initprivs _text

        2612 pg_catalog pg_language
        oid oid, lanname name, lanowner oid, lanispl bool, lanpltrusted bool, lanplcallfoid oid,
        laninline oid, lanvalidator oid, lanacl _text?

        2613 pg_catalog pg_largeobject
        loid oid, pageno int4, data bytea

        2995 pg_catalog pg_largeobject_metadata
        oid oid, lomowner oid, lomacl _text?

        2615 pg_catalog pg_namespace
        oid oid, nspname name, nspowner oid, nspacl _text?

        2616 pg_catalog pg_opclass
        oid oid, opcmethod oid, opcname name, opcnamespace oid, opcowner oid, opcfamily oid,
        opcintype oid, opcdefault bool, opckeytype oid

        2617 pg_catalog pg_operator
        oid oid, oprname name, oprnamespace oid, oprowner oid, oprkind char1, oprcanmerge bool,
        oprcanhash bool, oprleft oid, oprright oid, oprresult oid, oprcom oid, oprnegate oid,
        oprcode regproc, oprrest regproc, oprjoin regproc

        2753 pg_catalog pg_opfamily
        oid oid, opfmethod oid, opfname name, opfnamespace oid, opfowner oid

        6243 pg_catalog pg_parameter_acl
        oid oid, parname text, paracl _text?

        3350 pg_catalog pg_partitioned_table
        partrelid oid, partstrat char1, partnatts int2, partdefid oid, partattrs int2vector,
        partclass oidvector, partcollation oidvector, partexprs text?

        3256 pg_catalog pg_policy
        oid oid, polname name, polrelid oid, polcmd char1, polpermissive bool, polroles _oid,
        polqual text?, polwithcheck text?

        1255 pg_catalog pg_proc
        oid oid, proname name, pronamespace oid, proowner oid, prolang oid, procost float4,
        prorows float4, provariadic oid, prosupport regproc, prokind char1, prosecdef bool,
        proleakproof bool, proisstrict bool, proretset bool, provolatile char1, proparallel char1,
        pronargs int2, pronargdefaults int2, prorettype oid, proargtypes oidvector,
        proallargtypes _oid?, proargmodes _char?, proargnames _text?, proargdefaults text?,
        protrftypes _oid?, prosrc text, probin text?, prosqlbody text?, proconfig _text?,
        proacl _text?

        6104 pg_catalog pg_publication
        oid oid, pubname name, pubowner oid, puballtables bool, pubinsert bool, pubupdate bool,
        pubdelete bool, pubtruncate bool, pubviaroot bool

        6237 pg_catalog pg_publication_namespace
        oid oid, pnpubid oid, pnnspid oid

        6106 pg_catalog pg_publication_rel
        oid oid, prpubid oid, prrelid oid, prqual text?, prattrs int2vector?

        3541 pg_catalog pg_range
        rngtypid oid, rngsubtype oid, rngmultitypid oid, rngcollation oid, rngsubopc oid,
        rngcanonical regproc, rngsubdiff regproc

        6000 pg_catalog pg_replication_origin
        roident oid, roname text

        2618 pg_catalog pg_rewrite
        oid oid, rulename name, ev_class oid, ev_type char1, ev_enabled char1, is_instead bool,
        ev_qual text, ev_action text

        3596 pg_catalog pg_seclabel
        objoid oid, classoid oid, objsubid int4, provider text, label text

        2224 pg_catalog pg_sequence
        seqrelid oid, seqtypid oid, seqstart int8, seqincrement int8, seqmax int8, seqmin int8,
        seqcache int8, seqcycle bool

        1214 pg_catalog pg_shdepend
        dbid oid, classid oid, objid oid, objsubid int4, refclassid oid, refobjid oid,
        deptype char1

        2396 pg_catalog pg_shdescription
        objoid oid, classoid oid, description text

        3592 pg_catalog pg_shseclabel
        objoid oid, classoid oid, provider text, label text

        2619 pg_catalog pg_statistic
        starelid oid, staattnum int2, stainherit bool, stanullfrac float4, stawidth int4,
        stadistinct float4, stakind1 int2, stakind2 int2, stakind3 int2, stakind4 int2,
        stakind5 int2, staop1 oid, staop2 oid, staop3 oid, staop4 oid, staop5 oid, stacoll1 oid,
        stacoll2 oid, stacoll3 oid, stacoll4 oid, stacoll5 oid, stanumbers1 _float4?,
        stanumbers2 _float4?, stanumbers3 _float4?, stanumbers4 _float4?, stanumbers5 _float4?,
        stavalues1 text?, stavalues2 text?, stavalues3 text?, stavalues4 text?, stavalues5 text?

        3381 pg_catalog pg_statistic_ext
        oid oid, stxrelid oid, stxname name, stxnamespace oid, stxowner oid, stxstattarget int4,
        stxkeys int2vector, stxkind _char, stxexprs text?

        3429 pg_catalog pg_statistic_ext_data
        stxoid oid, stxdinherit bool, stxdndistinct text?, stxddependencies text?, stxdmcv text?,
        stxdexpr _text?

        6100 pg_catalog pg_subscription
        oid oid, subdbid oid, subskiplsn text, subname name, subowner oid, subenabled bool,
        subbinary bool, substream bool, subtwophasestate char1, subdisableonerr bool,
        subconninfo text, subslotname name?, subsynccommit text, subpublications _text

        6102 pg_catalog pg_subscription_rel
        srsubid oid, srrelid oid, srsubstate char1, srsublsn text?

        1213 pg_catalog pg_tablespace
        oid oid, spcname name, spcowner oid, spcacl _text?, spcoptions _text?

        3576 pg_catalog pg_transform
        oid oid, trftype oid, trflang oid, trffromsql regproc, trftosql regproc

        2620 pg_catalog pg_trigger
        oid oid, tgrelid oid, tgparentid oid, tgname name, tgfoid oid, tgtype int2,
        tgenabled char1, tgisinternal bool, tgconstrrelid oid, tgconstrindid oid,
        tgconstraint oid, tgdeferrable bool, tginitdeferred bool, tgnargs int2, tgattr int2vector,
        tgargs bytea, tgqual text?, tgoldtable name?, tgnewtable name?

        3602 pg_catalog pg_ts_config
        oid oid, cfgname name, cfgnamespace oid, cfgowner oid, cfgparser oid

        3603 pg_catalog pg_ts_config_map
        mapcfg oid, maptokentype int4, mapseqno int4, mapdict oid

        3600 pg_catalog pg_ts_dict
        oid oid, dictname name, dictnamespace oid, dictowner oid, dicttemplate oid,
        dictinitoption text?

        3601 pg_catalog pg_ts_parser
        oid oid, prsname name, prsnamespace oid, prsstart regproc, prstoken regproc,
        prsend regproc, prsheadline regproc, prslextype regproc

        3764 pg_catalog pg_ts_template
        oid oid, tmplname name, tmplnamespace oid, tmplinit regproc, tmpllexize regproc

        1247 pg_catalog pg_type
        oid oid, typname name, typnamespace oid, typowner oid, typlen int2, typbyval bool,
        typtype char1, typcategory char1, typispreferred bool, typisdefined bool, typdelim char1,
        typrelid oid, typsubscript regproc, typelem oid, typarray oid, typinput regproc,
        typoutput regproc, typreceive regproc, typsend regproc, typmodin regproc,
        typmodout regproc, typanalyze regproc, typalign char1, typstorage char1, typnotnull bool,
        typbasetype oid, typtypmod int4, typndims int4, typcollation oid, typdefaultbin text?,
        typdefault text?, typacl _text?

        1418 pg_catalog pg_user_mapping
        oid oid, umuser oid, umserver oid, umoptions _text?
        """
}
