/// What PostgreSQL 15 answered about strings, patterns and arrays; `Golden.swift` tells the form of a line.
extension Golden {
    static let strings = #"""
        call¦!~~¦text¦  pad  ¦text¦%b%⇒t
        call¦!~~¦text¦  pad  ¦text¦%c⇒t
        call¦!~~¦text¦  pad  ¦text¦%⇒f
        call¦!~~¦text¦  pad  ¦text¦a\%⇒t
        call¦!~~¦text¦  pad  ¦text¦abc⇒t
        call¦!~~¦text¦Hello World¦text¦a%c%⇒t
        call¦!~~¦text¦Hello World¦text¦abc⇒t
        call¦!~~¦text¦a%¦text¦%c⇒t
        call¦!~~¦text¦a%¦text¦_⇒t
        call¦!~~¦text¦a%¦text¦a%c%⇒t
        call¦!~~¦text¦a%¦text¦a_c⇒t
        call¦!~~¦text¦a%¦text¦⇒t
        call¦!~~¦text¦a,b,,c¦text¦%b%⇒f
        call¦!~~¦text¦a,b,,c¦text¦__%⇒f
        call¦!~~¦text¦a,b,,c¦text¦a%c%⇒f
        call¦!~~¦text¦a,b,,c¦text¦a\%⇒t
        call¦!~~¦text¦abcabc¦text¦%a%b%⇒f
        call¦!~~¦text¦abcabc¦text¦_⇒t
        call¦!~~¦text¦abcabc¦text¦a\%⇒t
        call¦!~~¦text¦abcabc¦text¦a_c⇒t
        call¦!~~¦text¦abcabc¦text¦abc⇒t
        call¦!~~¦text¦abcabc¦text¦ÜN%⇒t
        call¦!~~¦text¦abc¦text¦%a%b%⇒f
        call¦!~~¦text¦abc¦text¦h%o w%⇒t
        call¦!~~¦text¦ab¦text¦%⇒f
        call¦!~~¦text¦ab¦text¦a%c%⇒t
        call¦!~~¦text¦ab¦text¦a\⇒ERR 22025: LIKE pattern must not end with escape character
        call¦!~~¦text¦ab¦text¦a_c⇒t
        call¦!~~¦text¦¦text¦__%⇒t
        call¦!~~¦text¦¦text¦_⇒t
        call¦!~~¦text¦¦text¦abc⇒t
        call¦!~~¦text¦¦text¦ÜN%⇒t
        call¦!~~¦text¦¦text¦⇒f
        call¦&&¦int4[]¦{1,2,3}¦int4[]¦{1,9}⇒t
        call¦&&¦int4[]¦{{1,2},{3,4}}¦int4[]¦{1,9}⇒t
        call¦@>¦int4[]¦{NULL,5}¦int4[]¦{1}⇒f
        call¦array_append¦int4[]¦{1,2,3}¦int4¦9⇒{1,2,3,9}
        call¦array_append¦int4[]¦{NULL,5}¦int4¦9⇒{NULL,5,9}
        call¦ascii¦text¦select⇒115
        call¦btrim¦text¦Hello World¦text¦c⇒Hello World
        call¦btrim¦text¦Hello World¦text¦o⇒Hello World
        call¦btrim¦text¦O''Reilly éa 1st⇒O''Reilly éa 1st
        call¦btrim¦text¦a,b,,c¦text¦本⇒a,b,,c
        call¦cardinality¦int4[]¦{1,2,3}⇒3
        call¦char_length¦text¦a,b,,c⇒6
        call¦concat_ws¦text¦,¦text¦a¦int4¦<NULL>¦int4¦3⇒a,3
        call¦format¦text¦%s-%I-%L-%%-%2$s¦text¦a¦text¦B c¦text¦d'⇒a-"B c"-'d'''-%-B c
        call¦initcap¦text¦Abc⇒Abc
        call¦initcap¦text¦back\slash⇒Back\Slash
        call¦left¦text¦¦int4¦-100⇒
        call¦left¦text¦¦int4¦0⇒
        call¦left¦text¦¦int4¦1⇒
        call¦length¦text¦  pad  ⇒7
        call¦length¦text¦O''Reilly éa 1st⇒16
        call¦length¦text¦ünïcödé ß⇒9
        call¦lower¦text¦back\slash⇒back\slash
        call¦lower¦text¦select⇒select
        call¦lpad¦text¦  pad  ¦int4¦-100⇒
        call¦lpad¦text¦  pad  ¦int4¦3⇒  p
        call¦lpad¦text¦a,b,,c¦int4¦-2⇒
        call¦lpad¦text¦abc¦int4¦-100⇒
        call¦lpad¦text¦abc¦int4¦-2⇒
        call¦lpad¦text¦abc¦int4¦0⇒
        call¦lpad¦text¦abc¦int4¦1⇒a
        call¦md5¦text¦back\slash⇒7ac22aa81ddb0dd4f82a9f0b547b92f4
        call¦md5¦text¦select⇒99938282f04071859941e18f16efcf42
        call¦octet_length¦text¦Abc⇒3
        call¦octet_length¦text¦abc⇒3
        call¦octet_length¦text¦it's⇒4
        call¦octet_length¦text¦⇒0
        call¦pg_size_pretty¦int8¦-20000⇒-20 kB
        call¦pg_size_pretty¦int8¦10240⇒10 kB
        call¦pg_size_pretty¦int8¦1048576⇒1024 kB
        call¦quote_literal¦text¦abc⇒'abc'
        call¦regexp_match¦text¦  pad  ¦text¦(?i)HELLO⇒<NULL>
        call¦regexp_match¦text¦  pad  ¦text¦[[:upper:]]⇒<NULL>
        call¦regexp_match¦text¦  pad  ¦text¦^$⇒<NULL>
        call¦regexp_match¦text¦123-456¦text¦(?:ab)+c⇒<NULL>
        call¦regexp_match¦text¦123-456¦text¦(a|ab)(c|bcd)⇒<NULL>
        call¦regexp_match¦text¦123-456¦text¦(l+)o⇒<NULL>
        call¦regexp_match¦text¦123-456¦text¦^$⇒<NULL>
        call¦regexp_match¦text¦123-456¦text¦a⇒<NULL>
        call¦regexp_match¦text¦123-456¦text¦o\M⇒<NULL>
        call¦regexp_match¦text¦Hello World¦text¦(a)(b)?⇒<NULL>
        call¦regexp_match¦text¦Hello World¦text¦\mW⇒{W}
        call¦regexp_match¦text¦a,b,,c¦text¦(a|ab)(c|bcd)⇒<NULL>
        call¦regexp_match¦text¦a,b,,c¦text¦(l+)o⇒<NULL>
        call¦regexp_match¦text¦a,b,,c¦text¦\w+⇒{a}
        call¦regexp_match¦text¦a,b,,c¦text¦a{1,2}⇒{a}
        call¦regexp_match¦text¦a,b,,c¦text¦a⇒{a}
        call¦regexp_match¦text¦aaa¦text¦(a|ab)(c|bcd)⇒<NULL>
        call¦regexp_match¦text¦aaa¦text¦[ä-ü]⇒<NULL>
        call¦regexp_match¦text¦aaa¦text¦a{1,2}⇒{aa}
        call¦regexp_match¦text¦abcd¦text¦(?i)HELLO⇒<NULL>
        call¦regexp_match¦text¦abcd¦text¦(a)(b)?⇒{a,b}
        call¦regexp_match¦text¦abcd¦text¦(a|ab)(c|bcd)⇒{a,bcd}
        call¦regexp_match¦text¦abcd¦text¦[[:upper:]]⇒<NULL>
        call¦regexp_match¦text¦abcd¦text¦\d+⇒<NULL>
        call¦regexp_match¦text¦abcd¦text¦a⇒{a}
        call¦regexp_match¦text¦abcd¦text¦h.*o⇒<NULL>
        call¦regexp_match¦text¦abcd¦text¦é⇒<NULL>
        call¦regexp_match¦text¦abc¦text¦(?:ab)+c⇒{abc}
        call¦regexp_match¦text¦abc¦text¦[[:upper:]]⇒<NULL>
        call¦regexp_match¦text¦abc¦text¦\d+⇒<NULL>
        call¦regexp_match¦text¦abc¦text¦a{1,2}⇒{a}
        call¦regexp_match¦text¦abc¦text¦c$⇒{c}
        call¦regexp_match¦text¦abc¦text¦é⇒<NULL>
        call¦regexp_match¦text¦foo.bar¦text¦(a)(b)?⇒{a,NULL}
        call¦regexp_match¦text¦foo.bar¦text¦\d+⇒<NULL>
        call¦regexp_match¦text¦foo.bar¦text¦\w+⇒{foo}
        call¦regexp_match¦text¦¦text¦(a|ab)(c|bcd)⇒<NULL>
        call¦regexp_match¦text¦¦text¦(l+)o⇒<NULL>
        call¦regexp_match¦text¦¦text¦\s⇒<NULL>
        call¦regexp_match¦text¦¦text¦^a⇒<NULL>
        call¦regexp_match¦text¦¦text¦a{1,2}⇒<NULL>
        call¦regexp_replace¦text¦  pad  ¦text¦\s¦text¦#¦text¦gi⇒##pad##
        call¦regexp_replace¦text¦123-456¦text¦(?:ab)+c¦text¦<\1&\&>⇒123-456
        call¦regexp_replace¦text¦123-456¦text¦\s¦text¦#¦text¦gi⇒123-456
        call¦regexp_replace¦text¦123-456¦text¦\w+¦text¦<\1&\&>⇒<&123>-456
        call¦regexp_replace¦text¦123-456¦text¦^a¦text¦#¦text¦gi⇒123-456
        call¦regexp_replace¦text¦123-456¦text¦a.c¦text¦#¦text¦gi⇒123-456
        call¦regexp_replace¦text¦123-456¦text¦a.c¦text¦<\1&\&>⇒123-456
        call¦regexp_replace¦text¦123-456¦text¦a{2}¦text¦#¦text¦gi⇒123-456
        call¦regexp_replace¦text¦123-456¦text¦a{2}¦text¦<\1&\&>⇒123-456
        call¦regexp_replace¦text¦123-456¦text¦a¦text¦#¦text¦gi⇒123-456
        call¦regexp_replace¦text¦123-456¦text¦o\M¦text¦#¦text¦gi⇒123-456
        call¦regexp_replace¦text¦123-456¦text¦é¦text¦<\1&\&>⇒123-456
        call¦regexp_replace¦text¦Hello World¦text¦(a|ab)(c|bcd)¦text¦<\1&\&>⇒Hello World
        call¦regexp_replace¦text¦Hello World¦text¦[ä-ü]¦text¦#¦text¦gi⇒Hello World
        call¦regexp_replace¦text¦Hello World¦text¦\mW¦text¦<\1&\&>⇒Hello <&W>orld
        call¦regexp_replace¦text¦Hello World¦text¦a¦text¦<\1&\&>⇒Hello World
        call¦regexp_replace¦text¦Hello World¦text¦h.*o¦text¦#¦text¦gi⇒#rld
        call¦regexp_replace¦text¦Hello World¦text¦h.*o¦text¦<\1&\&>⇒Hello World
        call¦regexp_replace¦text¦Hello World¦text¦o\M¦text¦#¦text¦gi⇒Hell# World
        call¦regexp_replace¦text¦Hello World¦text¦é¦text¦<\1&\&>⇒Hello World
        call¦regexp_replace¦text¦a,b,,c¦text¦(?:ab)+c¦text¦<\1&\&>⇒a,b,,c
        call¦regexp_replace¦text¦a,b,,c¦text¦(l+)o¦text¦#¦text¦gi⇒a,b,,c
        call¦regexp_replace¦text¦a,b,,c¦text¦[[:upper:]]¦text¦<\1&\&>⇒a,b,,c
        call¦regexp_replace¦text¦a,b,,c¦text¦[a-c]+¦text¦#¦text¦gi⇒#,#,,#
        call¦regexp_replace¦text¦a,b,,c¦text¦\mW¦text¦#¦text¦gi⇒a,b,,c
        call¦regexp_replace¦text¦a,b,,c¦text¦\mW¦text¦<\1&\&>⇒a,b,,c
        call¦regexp_replace¦text¦a,b,,c¦text¦^$¦text¦<\1&\&>⇒a,b,,c
        call¦regexp_replace¦text¦a,b,,c¦text¦a.c¦text¦<\1&\&>⇒a,b,,c
        call¦regexp_replace¦text¦a,b,,c¦text¦a|b|c¦text¦#¦text¦gi⇒#,#,,#
        call¦regexp_replace¦text¦a,b,,c¦text¦h.*?o¦text¦<\1&\&>⇒a,b,,c
        call¦regexp_replace¦text¦aaa¦text¦(?:ab)+c¦text¦<\1&\&>⇒aaa
        call¦regexp_replace¦text¦aaa¦text¦(a)(b)?¦text¦<\1&\&>⇒<a&a>aa
        call¦regexp_replace¦text¦aaa¦text¦(a|ab)(c|bcd)¦text¦#¦text¦gi⇒aaa
        call¦regexp_replace¦text¦aaa¦text¦[[:upper:]]¦text¦<\1&\&>⇒aaa
        call¦regexp_replace¦text¦aaa¦text¦[a-c]+¦text¦<\1&\&>⇒<&aaa>
        call¦regexp_replace¦text¦aaa¦text¦\mW¦text¦<\1&\&>⇒aaa
        call¦regexp_replace¦text¦aaa¦text¦\s¦text¦#¦text¦gi⇒aaa
        call¦regexp_replace¦text¦aaa¦text¦a{1,2}¦text¦#¦text¦gi⇒##
        call¦regexp_replace¦text¦aaa¦text¦a|b|c¦text¦#¦text¦gi⇒###
        call¦regexp_replace¦text¦aaa¦text¦a¦text¦#¦text¦gi⇒###
        call¦regexp_replace¦text¦aaa¦text¦h.*?o¦text¦<\1&\&>⇒aaa
        call¦regexp_replace¦text¦aaa¦text¦h.*o¦text¦<\1&\&>⇒aaa
        call¦regexp_replace¦text¦aaa¦text¦x*¦text¦#¦text¦gi⇒#a#a#a#
        call¦regexp_replace¦text¦abcd¦text¦(a)(b)?¦text¦<\1&\&>⇒<a&ab>cd
        call¦regexp_replace¦text¦abcd¦text¦(l+)o¦text¦#¦text¦gi⇒abcd
        call¦regexp_replace¦text¦abcd¦text¦(l+)o¦text¦<\1&\&>⇒abcd
        call¦regexp_replace¦text¦abcd¦text¦[[:upper:]]¦text¦<\1&\&>⇒abcd
        call¦regexp_replace¦text¦abcd¦text¦[ä-ü]¦text¦#¦text¦gi⇒abcd
        call¦regexp_replace¦text¦abcd¦text¦[ä-ü]¦text¦<\1&\&>⇒abcd
        call¦regexp_replace¦text¦abcd¦text¦\mW¦text¦<\1&\&>⇒abcd
        call¦regexp_replace¦text¦abcd¦text¦c$¦text¦<\1&\&>⇒abcd
        call¦regexp_replace¦text¦abcd¦text¦h.*?o¦text¦<\1&\&>⇒abcd
        call¦regexp_replace¦text¦abcd¦text¦h.*o¦text¦<\1&\&>⇒abcd
        call¦regexp_replace¦text¦abcd¦text¦o\M¦text¦<\1&\&>⇒abcd
        call¦regexp_replace¦text¦abc¦text¦(?:ab)+c¦text¦<\1&\&>⇒<&abc>
        call¦regexp_replace¦text¦abc¦text¦(a)(b)?¦text¦<\1&\&>⇒<a&ab>c
        call¦regexp_replace¦text¦abc¦text¦[ä-ü]¦text¦<\1&\&>⇒abc
        call¦regexp_replace¦text¦abc¦text¦\d+¦text¦#¦text¦gi⇒abc
        call¦regexp_replace¦text¦abc¦text¦\d+¦text¦<\1&\&>⇒abc
        call¦regexp_replace¦text¦abc¦text¦a{2}¦text¦#¦text¦gi⇒abc
        call¦regexp_replace¦text¦abc¦text¦a{2}¦text¦<\1&\&>⇒abc
        call¦regexp_replace¦text¦abc¦text¦h.*o¦text¦#¦text¦gi⇒abc
        call¦regexp_replace¦text¦abc¦text¦é¦text¦#¦text¦gi⇒abc
        call¦regexp_replace¦text¦foo.bar¦text¦(?i)HELLO¦text¦#¦text¦gi⇒foo.bar
        call¦regexp_replace¦text¦foo.bar¦text¦[[:upper:]]¦text¦<\1&\&>⇒foo.bar
        call¦regexp_replace¦text¦foo.bar¦text¦[ä-ü]¦text¦<\1&\&>⇒foo.bar
        call¦regexp_replace¦text¦foo.bar¦text¦\s¦text¦<\1&\&>⇒foo.bar
        call¦regexp_replace¦text¦foo.bar¦text¦^a¦text¦#¦text¦gi⇒foo.bar
        call¦regexp_replace¦text¦foo.bar¦text¦a.c¦text¦<\1&\&>⇒foo.bar
        call¦regexp_replace¦text¦foo.bar¦text¦a{1,2}¦text¦#¦text¦gi⇒foo.b#r
        call¦regexp_replace¦text¦foo.bar¦text¦a{2}¦text¦#¦text¦gi⇒foo.bar
        call¦regexp_replace¦text¦foo.bar¦text¦a|b|c¦text¦<\1&\&>⇒foo.<&b>ar
        call¦regexp_replace¦text¦foo.bar¦text¦a¦text¦#¦text¦gi⇒foo.b#r
        call¦regexp_replace¦text¦foo.bar¦text¦c$¦text¦<\1&\&>⇒foo.bar
        call¦regexp_replace¦text¦¦text¦[[:upper:]]¦text¦#¦text¦gi⇒
        call¦regexp_replace¦text¦¦text¦\d+¦text¦<\1&\&>⇒
        call¦regexp_replace¦text¦¦text¦\w+¦text¦<\1&\&>⇒
        call¦regexp_replace¦text¦¦text¦^a¦text¦#¦text¦gi⇒
        call¦regexp_replace¦text¦¦text¦a{2}¦text¦#¦text¦gi⇒
        call¦regexp_split_to_array¦text¦  pad  ¦text¦(a)(b)?⇒{"  p","d  "}
        call¦regexp_split_to_array¦text¦  pad  ¦text¦[[:upper:]]⇒{"  pad  "}
        call¦regexp_split_to_array¦text¦  pad  ¦text¦[a-c]+⇒{"  p","d  "}
        call¦regexp_split_to_array¦text¦  pad  ¦text¦a{2}⇒{"  pad  "}
        call¦regexp_split_to_array¦text¦  pad  ¦text¦c$⇒{"  pad  "}
        call¦regexp_split_to_array¦text¦  pad  ¦text¦x*⇒{" "," ",p,a,d," "," "}
        call¦regexp_split_to_array¦text¦123-456¦text¦^$⇒{123-456}
        call¦regexp_split_to_array¦text¦123-456¦text¦a|b|c⇒{123-456}
        call¦regexp_split_to_array¦text¦Hello World¦text¦^a⇒{"Hello World"}
        call¦regexp_split_to_array¦text¦a,b,,c¦text¦(?:ab)+c⇒{"a,b,,c"}
        call¦regexp_split_to_array¦text¦a,b,,c¦text¦[[:upper:]]⇒{"a,b,,c"}
        call¦regexp_split_to_array¦text¦a,b,,c¦text¦a⇒{"",",b,,c"}
        call¦regexp_split_to_array¦text¦aaa¦text¦(a)(b)?⇒{"","","",""}
        call¦regexp_split_to_array¦text¦aaa¦text¦[a-c]+⇒{"",""}
        call¦regexp_split_to_array¦text¦aaa¦text¦\mW⇒{aaa}
        call¦regexp_split_to_array¦text¦aaa¦text¦a{2}⇒{"",a}
        call¦regexp_split_to_array¦text¦aaa¦text¦c$⇒{aaa}
        call¦regexp_split_to_array¦text¦abcd¦text¦\s⇒{abcd}
        call¦regexp_split_to_array¦text¦abcd¦text¦\w+⇒{"",""}
        call¦regexp_split_to_array¦text¦abcd¦text¦^a⇒{"",bcd}
        call¦regexp_split_to_array¦text¦abc¦text¦(a)(b)?⇒{"",c}
        call¦regexp_split_to_array¦text¦abc¦text¦(l+)o⇒{abc}
        call¦regexp_split_to_array¦text¦abc¦text¦[a-c]+⇒{"",""}
        call¦regexp_split_to_array¦text¦foo.bar¦text¦^$⇒{foo.bar}
        call¦regexp_split_to_array¦text¦foo.bar¦text¦a⇒{foo.b,r}
        call¦regexp_split_to_array¦text¦foo.bar¦text¦c$⇒{foo.bar}
        call¦regexp_split_to_array¦text¦foo.bar¦text¦o\M⇒{fo,.bar}
        call¦regexp_split_to_array¦text¦foo.bar¦text¦é⇒{foo.bar}
        call¦regexp_split_to_array¦text¦¦text¦(a|ab)(c|bcd)⇒{""}
        call¦regexp_split_to_array¦text¦¦text¦\mW⇒{""}
        call¦regexp_split_to_array¦text¦¦text¦a{2}⇒{""}
        call¦regexp_split_to_array¦text¦¦text¦a|b|c⇒{""}
        call¦regexp_split_to_array¦text¦¦text¦h.*o⇒{""}
        call¦regexp_split_to_array¦text¦¦text¦o\M⇒{""}
        call¦regexp_split_to_array¦text¦¦text¦x*⇒{""}
        call¦repeat¦text¦a,b,,c¦int4¦-100⇒
        call¦repeat¦text¦a,b,,c¦int4¦-2⇒
        call¦repeat¦text¦a,b,,c¦int4¦0⇒
        call¦repeat¦text¦¦int4¦0⇒
        call¦repeat¦text¦¦int4¦1⇒
        call¦repeat¦text¦¦int4¦3⇒
        call¦replace¦text¦Hello World¦text¦l¦text¦<>⇒He<><>o Wor<>d
        call¦replace¦text¦abc¦text¦c¦text¦<>⇒ab<>
        call¦replace¦text¦abc¦text¦o¦text¦<>⇒abc
        call¦reverse¦text¦⇒
        call¦right¦text¦Hello World¦int4¦0⇒
        call¦right¦text¦Hello World¦int4¦3⇒rld
        call¦right¦text¦a,b,,c¦int4¦1⇒c
        call¦right¦text¦abc¦int4¦3⇒abc
        call¦right¦text¦¦int4¦0⇒
        call¦right¦text¦¦int4¦3⇒
        call¦rpad¦text¦  pad  ¦int4¦-2¦text¦xy⇒
        call¦rpad¦text¦  pad  ¦int4¦3¦text¦xy⇒  p
        call¦rpad¦text¦Hello World¦int4¦-100¦text¦xy⇒
        call¦rpad¦text¦Hello World¦int4¦3¦text¦xy⇒Hel
        call¦rpad¦text¦a,b,,c¦int4¦-2¦text¦xy⇒
        call¦rpad¦text¦a,b,,c¦int4¦1¦text¦xy⇒a
        call¦rpad¦text¦¦int4¦-100¦text¦xy⇒
        call¦rtrim¦text¦  pad  ⇒  pad
        call¦rtrim¦text¦Abc⇒Abc
        call¦rtrim¦text¦it's⇒it's
        call¦rtrim¦text¦select⇒select
        call¦rtrim¦text¦⇒
        call¦split_part¦text¦  pad  ¦text¦,¦int4¦-2⇒
        call¦split_part¦text¦Hello World¦text¦,¦int4¦100⇒
        call¦split_part¦text¦Hello World¦text¦,¦int4¦1⇒Hello World
        call¦split_part¦text¦a,b,,c¦text¦,¦int4¦-2⇒
        call¦split_part¦text¦abc¦text¦,¦int4¦-100⇒
        call¦split_part¦text¦abc¦text¦,¦int4¦-2⇒
        call¦split_part¦text¦abc¦text¦,¦int4¦1⇒abc
        call¦starts_with¦text¦  pad  ¦text¦l⇒f
        call¦starts_with¦text¦  pad  ¦text¦zz⇒f
        call¦starts_with¦text¦Hello World¦text¦a⇒f
        call¦starts_with¦text¦Hello World¦text¦l⇒f
        call¦starts_with¦text¦a,b,,c¦text¦c⇒f
        call¦starts_with¦text¦abc¦text¦本⇒f
        call¦starts_with¦text¦¦text¦a⇒f
        call¦starts_with¦text¦¦text¦本⇒f
        call¦strpos¦text¦  pad  ¦text¦本⇒0
        call¦strpos¦text¦a,b,,c¦text¦o⇒0
        call¦strpos¦text¦a,b,,c¦text¦本⇒0
        call¦strpos¦text¦abc¦text¦l⇒0
        call¦strpos¦text¦¦text¦c⇒0
        call¦substring¦text¦  pad  ¦text¦\mW⇒<NULL>
        call¦substring¦text¦  pad  ¦text¦^a⇒<NULL>
        call¦substring¦text¦  pad  ¦text¦a{2}⇒<NULL>
        call¦substring¦text¦  pad  ¦text¦a⇒a
        call¦substring¦text¦123-456¦text¦(l+)o⇒<NULL>
        call¦substring¦text¦123-456¦text¦[[:upper:]]⇒<NULL>
        call¦substring¦text¦123-456¦text¦[ä-ü]⇒<NULL>
        call¦substring¦text¦123-456¦text¦^$⇒<NULL>
        call¦substring¦text¦123-456¦text¦a{1,2}⇒<NULL>
        call¦substring¦text¦Hello World¦int4¦-2⇒Hello World
        call¦substring¦text¦Hello World¦text¦[ä-ü]⇒<NULL>
        call¦substring¦text¦Hello World¦text¦^a⇒<NULL>
        call¦substring¦text¦Hello World¦text¦a|b|c⇒<NULL>
        call¦substring¦text¦a,b,,c¦int4¦0⇒a,b,,c
        call¦substring¦text¦a,b,,c¦text¦a.c⇒<NULL>
        call¦substring¦text¦a,b,,c¦text¦a⇒a
        call¦substring¦text¦a,b,,c¦text¦x*⇒
        call¦substring¦text¦aaa¦text¦[ä-ü]⇒<NULL>
        call¦substring¦text¦aaa¦text¦^$⇒<NULL>
        call¦substring¦text¦aaa¦text¦^a⇒a
        call¦substring¦text¦aaa¦text¦a⇒a
        call¦substring¦text¦abcd¦text¦[[:upper:]]⇒<NULL>
        call¦substring¦text¦abcd¦text¦\d+⇒<NULL>
        call¦substring¦text¦abcd¦text¦é⇒<NULL>
        call¦substring¦text¦abc¦int4¦-2⇒abc
        call¦substring¦text¦abc¦int4¦100⇒
        call¦substring¦text¦abc¦int4¦1⇒abc
        call¦substring¦text¦abc¦text¦[a-c]+⇒abc
        call¦substring¦text¦abc¦text¦\mW⇒<NULL>
        call¦substring¦text¦abc¦text¦a|b|c⇒a
        call¦substring¦text¦abc¦text¦c$⇒c
        call¦substring¦text¦foo.bar¦text¦[[:upper:]]⇒<NULL>
        call¦substring¦text¦foo.bar¦text¦\mW⇒<NULL>
        call¦substring¦text¦foo.bar¦text¦a{1,2}⇒a
        call¦substring¦text¦foo.bar¦text¦a{2}⇒<NULL>
        call¦substring¦text¦¦int4¦0⇒
        call¦substring¦text¦¦int4¦100⇒
        call¦substring¦text¦¦int4¦1⇒
        call¦substring¦text¦¦text¦(?i)HELLO⇒<NULL>
        call¦substring¦text¦¦text¦(a)(b)?⇒<NULL>
        call¦substring¦text¦¦text¦\w+⇒<NULL>
        call¦substring¦text¦¦text¦a{2}⇒<NULL>
        call¦substring¦text¦¦text¦é⇒<NULL>
        call¦substr¦text¦  pad  ¦int4¦-100¦int4¦2⇒
        call¦substr¦text¦  pad  ¦int4¦-2¦int4¦2⇒
        call¦substr¦text¦  pad  ¦int4¦100¦int4¦2⇒
        call¦substr¦text¦  pad  ¦int4¦3¦int4¦0⇒
        call¦substr¦text¦Hello World¦int4¦0¦int4¦0⇒
        call¦substr¦text¦Hello World¦int4¦0¦int4¦50⇒Hello World
        call¦substr¦text¦Hello World¦int4¦1¦int4¦-1⇒ERR 22011: negative substring length not allowed
        call¦substr¦text¦Hello World¦int4¦3¦int4¦-1⇒ERR 22011: negative substring length not allowed
        call¦substr¦text¦a,b,,c¦int4¦-100¦int4¦2⇒
        call¦substr¦text¦a,b,,c¦int4¦0¦int4¦50⇒a,b,,c
        call¦substr¦text¦a,b,,c¦int4¦1¦int4¦-1⇒ERR 22011: negative substring length not allowed
        call¦substr¦text¦a,b,,c¦int4¦1¦int4¦0⇒
        call¦substr¦text¦a,b,,c¦int4¦3¦int4¦2⇒b,
        call¦substr¦text¦abc¦int4¦100¦int4¦2⇒
        call¦substr¦text¦abc¦int4¦100¦int4¦50⇒
        call¦substr¦text¦abc¦int4¦3¦int4¦-1⇒ERR 22011: negative substring length not allowed
        call¦substr¦text¦¦int4¦-100¦int4¦50⇒
        call¦substr¦text¦¦int4¦-2¦int4¦0⇒
        call¦substr¦text¦¦int4¦1¦int4¦-1⇒ERR 22011: negative substring length not allowed
        call¦substr¦text¦¦int4¦1¦int4¦0⇒
        call¦substr¦text¦¦int4¦1¦int4¦2⇒
        call¦substr¦text¦日本語テキスト¦int4¦100¦int4¦-1⇒ERR 22011: negative substring length not allowed
        call¦substr¦text¦日本語テキスト¦int4¦3¦int4¦-1⇒ERR 22011: negative substring length not allowed
        call¦upper¦text¦a,b,,c⇒A,B,,C
        call¦upper¦text¦it's⇒IT'S
        call¦||¦text¦  pad  ¦text¦zz⇒  pad  zz
        call¦||¦text¦a,b,,c¦text¦a⇒a,b,,ca
        call¦||¦text¦a,b,,c¦text¦c⇒a,b,,cc
        call¦||¦text¦a,b,,c¦text¦⇒a,b,,c
        call¦~~*¦text¦  pad  ¦text¦%c⇒f
        call¦~~*¦text¦  pad  ¦text¦a%c%⇒f
        call¦~~*¦text¦  pad  ¦text¦a_c⇒f
        call¦~~*¦text¦  pad  ¦text¦ÜN%⇒f
        call¦~~*¦text¦  pad  ¦text¦⇒f
        call¦~~*¦text¦Hello World¦text¦%c⇒f
        call¦~~*¦text¦a%¦text¦a%c%⇒f
        call¦~~*¦text¦a%¦text¦a\%⇒t
        call¦~~*¦text¦a,b,,c¦text¦a%c%⇒t
        call¦~~*¦text¦a,b,,c¦text¦a%⇒t
        call¦~~*¦text¦a,b,,c¦text¦a\%⇒f
        call¦~~*¦text¦abcabc¦text¦%b%⇒t
        call¦~~*¦text¦abcabc¦text¦__%⇒t
        call¦~~*¦text¦abcabc¦text¦h%o w%⇒f
        call¦~~*¦text¦abc¦text¦abc⇒t
        call¦~~*¦text¦abc¦text¦h%o w%⇒f
        call¦~~*¦text¦¦text¦%b%⇒f
        call¦~~¦text¦  pad  ¦text¦%c⇒f
        call¦~~¦text¦  pad  ¦text¦_⇒f
        call¦~~¦text¦Hello World¦text¦%a%b%⇒f
        call¦~~¦text¦a%¦text¦abc⇒f
        call¦~~¦text¦a,b,,c¦text¦__%⇒t
        call¦~~¦text¦a,b,,c¦text¦⇒f
        call¦~~¦text¦abcabc¦text¦__%⇒t
        call¦~~¦text¦abcabc¦text¦⇒f
        call¦~~¦text¦abc¦text¦%⇒t
        call¦~~¦text¦abc¦text¦__%⇒t
        call¦~~¦text¦abc¦text¦ÜN%⇒f
        call¦~~¦text¦ab¦text¦_⇒f
        call¦~~¦text¦¦text¦%⇒t
        call¦~~¦text¦¦text¦_⇒f
        call¦~~¦text¦¦text¦abc⇒f
        call¦~¦text¦  pad  ¦text¦(?:ab)+c⇒f
        call¦~¦text¦  pad  ¦text¦[a-c]+⇒t
        call¦~¦text¦  pad  ¦text¦[ä-ü]⇒f
        call¦~¦text¦  pad  ¦text¦\d+⇒f
        call¦~¦text¦  pad  ¦text¦\⇒ERR 2201B: invalid regular expression: invalid escape \ sequence
        call¦~¦text¦  pad  ¦text¦^a⇒f
        call¦~¦text¦  pad  ¦text¦h.*o⇒f
        call¦~¦text¦  pad  ¦text¦o\M⇒f
        call¦~¦text¦  pad  ¦text¦x*⇒t
        call¦~¦text¦123-456¦text¦[ä-ü]⇒f
        call¦~¦text¦123-456¦text¦\s⇒f
        call¦~¦text¦123-456¦text¦\⇒ERR 2201B: invalid regular expression: invalid escape \ sequence
        call¦~¦text¦123-456¦text¦h.*o⇒f
        call¦~¦text¦Hello World¦text¦(?:ab)+c⇒f
        call¦~¦text¦Hello World¦text¦\w+⇒t
        call¦~¦text¦Hello World¦text¦^a⇒f
        call¦~¦text¦Hello World¦text¦a{2}⇒f
        call¦~¦text¦Hello World¦text¦c$⇒f
        call¦~¦text¦Hello World¦text¦x*⇒t
        call¦~¦text¦a,b,,c¦text¦(?:ab)+c⇒f
        call¦~¦text¦a,b,,c¦text¦(?i)HELLO⇒f
        call¦~¦text¦a,b,,c¦text¦[[:upper:]]⇒f
        call¦~¦text¦a,b,,c¦text¦[ä-ü]⇒f
        call¦~¦text¦a,b,,c¦text¦\d+⇒f
        call¦~¦text¦a,b,,c¦text¦^a⇒t
        call¦~¦text¦a,b,,c¦text¦a{1,2}⇒t
        call¦~¦text¦a,b,,c¦text¦a⇒t
        call¦~¦text¦aaa¦text¦(a|ab)(c|bcd)⇒f
        call¦~¦text¦aaa¦text¦[^a-z ]⇒f
        call¦~¦text¦aaa¦text¦[z-a]⇒ERR 2201B: invalid regular expression: invalid character range
        call¦~¦text¦aaa¦text¦a⇒t
        call¦~¦text¦aaa¦text¦h.*?o⇒f
        call¦~¦text¦aaa¦text¦x*⇒t
        call¦~¦text¦abcd¦text¦(?:ab)+c⇒t
        call¦~¦text¦abcd¦text¦(a|ab)(c|bcd)⇒t
        call¦~¦text¦abcd¦text¦[z-a]⇒ERR 2201B: invalid regular expression: invalid character range
        call¦~¦text¦abcd¦text¦\q⇒ERR 2201B: invalid regular expression: invalid escape \ sequence
        call¦~¦text¦abcd¦text¦a.c⇒t
        call¦~¦text¦abcd¦text¦h.*o⇒f
        call¦~¦text¦abcd¦text¦x*⇒t
        call¦~¦text¦abc¦text¦(?:ab)+c⇒t
        call¦~¦text¦abc¦text¦(?i)HELLO⇒f
        call¦~¦text¦abc¦text¦\d+⇒f
        call¦~¦text¦abc¦text¦\s⇒f
        call¦~¦text¦abc¦text¦a**⇒ERR 2201B: invalid regular expression: quantifier operand invalid
        call¦~¦text¦abc¦text¦a{1,2}⇒t
        call¦~¦text¦abc¦text¦x*⇒t
        call¦~¦text¦foo.bar¦text¦(?:ab)+c⇒f
        call¦~¦text¦foo.bar¦text¦(l+)o⇒f
        call¦~¦text¦foo.bar¦text¦[a-c]+⇒t
        call¦~¦text¦foo.bar¦text¦\d+⇒f
        call¦~¦text¦¦text¦(a|ab)(c|bcd)⇒f
        call¦~¦text¦¦text¦(l+)o⇒f
        call¦~¦text¦¦text¦*a⇒ERR 2201B: invalid regular expression: quantifier operand invalid
        call¦~¦text¦¦text¦[a-c]+⇒f
        call¦~¦text¦¦text¦\d+⇒f
        call¦~¦text¦¦text¦a.c⇒f
        call¦~¦text¦¦text¦x*⇒t
        call¦~¦text¦¦text¦é⇒f
        """#
}
