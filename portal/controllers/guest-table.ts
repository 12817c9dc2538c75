// The guests' rows in sessions.db, one script a version.
export const GUEST_TABLE = `create table guest (
     name text primary key,
     token_hash text not null unique,
     mac text not null,
     controller text not null,
     deadline_ms integer not null,
     heard integer not null default 0,
     facts text not null
   ) strict, without rowid;
   create index guest_client on guest (mac, controller);
   create index guest_due on guest (deadline_ms);`

/** A row is a tap: under somebody's own name there may be several, and a later one takes nothing from an earlier. */
export const GUEST_TAPS = `create table guest_tap (
     id text primary key,
     name text not null,
     token_hash text not null unique,
     mac text not null,
     controller text not null,
     deadline_ms integer not null,
     heard integer not null default 0,
     facts text not null
   ) strict, without rowid;
   insert into guest_tap
     select json_extract(facts, '$.id'), name, token_hash, mac, controller, deadline_ms, heard, facts from guest;
   drop table guest;
   alter table guest_tap rename to guest;
   create index guest_name on guest (name, heard, deadline_ms);
   create index guest_client on guest (mac, controller);
   create index guest_due on guest (deadline_ms);`

/** What was signed at the tap, until its access server has let the phone in and it is on the disk. */
export const GUEST_CONSENT = 'alter table guest add column consent text;'

/** The redirect that somebody tapped behind. */
export const REDIRECT = "json_extract(facts, '$.behind.facts.once')"
export const GUEST_REDIRECT = `create index guest_redirect on guest (mac, controller, ${REDIRECT});`
