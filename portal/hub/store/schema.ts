/** Migrations of hub.db: one file per city. Never edit one that has landed. */
export const hubMigrations: readonly string[] = [
  `create table device (
     kid text primary key, gateway text not null unique, jwk text not null, model text not null, epoch text not null,
     enrolled_ms integer not null, state text not null default 'active' check (state in ('active', 'quarantined', 'revoked')),
     next text not null, last_post blob, free_pass integer not null default 0
   ) strict;

   create table post (id integer primary key, kid text not null references device, received_ms integer not null, body blob not null) strict;

   create table batch (
     gateway text not null, epoch text not null, seq integer not null, sha256 blob not null,
     post integer not null references post, place integer not null, site text not null, type text not null, time_ms integer not null,
     primary key (gateway, epoch, seq)
   ) strict, without rowid;
   create index batch_by_site on batch (site);

   create table run (gateway text not null, epoch text not null, first integer not null, last integer not null, primary key (gateway, epoch, first)) strict, without rowid;
   create unique index run_by_last on run (gateway, epoch, last);

   create table site (
     id text primary key, name text not null, class text not null check (class in ('square', 'busy')), timezone text not null,
     demo integer not null, told_ms integer not null
   ) strict;

   create table cell (
     site text not null, from_ms integer not null, to_ms integer not null, release text not null, bin text not null,
     gateway text not null, epoch text not null, seq integer not null, place integer not null,
     value integer not null, eps_milli integer not null, sd_milli integer not null, coverage integer not null,
     primary key (site, from_ms, to_ms, release, bin, gateway, epoch, seq, place)
   ) strict, without rowid;

   create table quarantine (
     id integer primary key, kid text not null, gateway text not null, epoch text not null, seq integer not null,
     code text not null, sha256 blob not null, bytes blob not null, seen_ms integer not null, unique (gateway, epoch, seq, sha256)
   ) strict;

   create table enrol_code (hash blob primary key, expires_ms integer not null, used_by text) strict;

   create table staff_account (
     name text primary key, password text not null, role text not null, failures integer not null default 0, last_failure_ms integer not null default 0
   ) strict;
   create table staff_session (
     hash blob primary key, account text not null references staff_account on delete cascade, opened_ms integer not null, seen_ms integer not null
   ) strict;`,
  `create table receipt_head (
     gateway text not null, site text not null, day text not null, kid text not null references device, head text not null, primary key (gateway, site, day)
   ) strict, without rowid;`,
  // Vouchers of the city. Of their codes only a keyed digest, of their use only how much: a lease says neither whose nor where.
  `create table city_batch (
     label text primary key, seconds integer, octets integer, until_minute integer, valid_minutes integer, devices integer not null,
     down_kbps integer, up_kbps integer, made_day integer not null, void integer not null default 0, over_minute integer
   ) strict, without rowid;
   create table city_voucher (
     id blob primary key, batch text not null references city_batch, used_seconds integer not null default 0, used_octets integer not null default 0,
     until_minute integer
   ) strict, without rowid;
   create index city_voucher_of_batch on city_voucher (batch);
   create table city_lease (
     id blob primary key, voucher blob not null references city_voucher, seconds integer not null, octets integer not null, places integer not null,
     ends_minute integer not null, moved integer not null default 0, settled integer not null default 0
   ) strict, without rowid;
   create index city_lease_of_voucher on city_lease (voucher);`,
  // 32 bits of the code under another key: what gateways may know of vouchers that nobody has brought them yet.
  'alter table city_voucher add column mark integer',
]
