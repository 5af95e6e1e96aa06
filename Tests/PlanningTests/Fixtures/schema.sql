create table t(a int primary key, b numeric(10,2) not null default 0, c text, d varchar(16), e char(3), f date, g timestamptz, h boolean, i bigint, j double precision, k smallint, r real);
create table u(a int, x int, name text, primary key(a));
create table w(p int, q int, v numeric(12,4), primary key(p,q));
create view vw as select a, b as bee, c from t where a > 0;
create schema s2;
create table s2.z(n int);
