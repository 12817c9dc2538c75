/**
 * The tables of accounting, the same in the radius role's own file and in the portal's. Never edit what has landed: a change is a
 * further script in both lists of migrations.
 *
 * `accounting_journal` takes what arrived, many reports a row, in their order; its rows go once they are folded.
 * `accounting_session` is what the journal comes to, one row a session. `user` is a portal token's user with the minute of its issue, and
 * empty for everyone else: who else signs in has a name or a voucher, and those stay off the disk.
 */
export const ACCOUNTING_TABLES = `
  create table accounting_journal (id integer primary key, records blob not null) strict;
  create table accounting_session (
    client text not null, nas text not null, session text not null, user text not null,
    first_minute integer not null, last_minute integer not null, seconds integer not null,
    input_octets integer not null, output_octets integer not null, input_packets integer not null, output_packets integer not null,
    stop_minute integer, cause integer,
    primary key (client, nas, session)
  ) strict, without rowid;`

const COLUMNS = 'client, nas, session, user, first_minute, last_minute, seconds, input_octets, output_octets, input_packets, output_packets, stop_minute, cause'

/** Counters by maximum and Stop final: saying it again, or in another order, changes nothing. */
export const UPSERT_SESSION = `insert into accounting_session (${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (client, nas, session) do update set
    user = case when user = '' then excluded.user else user end,
    first_minute = min(first_minute, excluded.first_minute), last_minute = max(last_minute, excluded.last_minute),
    seconds = max(seconds, excluded.seconds),
    input_octets = max(input_octets, excluded.input_octets), output_octets = max(output_octets, excluded.output_octets),
    input_packets = max(input_packets, excluded.input_packets), output_packets = max(output_packets, excluded.output_packets),
    cause = case when stop_minute is null then excluded.cause else cause end, stop_minute = coalesce(stop_minute, excluded.stop_minute)`

/** The migrations of the radius role's own file. */
export const ACCOUNTING_MIGRATIONS: readonly string[] = [
  `create table accounting_session (
    client text not null, session text not null, nas text not null, token_user text not null,
    first_minute integer not null, last_minute integer not null, seconds integer not null,
    input_octets integer not null, output_octets integer not null, input_packets integer not null, output_packets integer not null,
    stop_minute integer, cause integer,
    primary key (client, session)
  ) without rowid`,
  // A client may be a whole block of access servers, each of which numbers its sessions for itself.
  `alter table accounting_session rename to accounting_of_client;
  create table accounting_session (
    client text not null, session text not null, nas text not null, token_user text not null,
    first_minute integer not null, last_minute integer not null, seconds integer not null,
    input_octets integer not null, output_octets integer not null, input_packets integer not null, output_packets integer not null,
    stop_minute integer, cause integer,
    primary key (client, nas, session)
  ) without rowid;
  insert into accounting_session select * from accounting_of_client;
  drop table accounting_of_client`,
  `alter table accounting_session rename to accounting_upserted;
  ${ACCOUNTING_TABLES}
  insert into accounting_session (${COLUMNS})
    select client, nas, session, token_user, first_minute, last_minute, seconds, input_octets, output_octets, input_packets, output_packets, stop_minute, cause
    from accounting_upserted;
  drop table accounting_upserted`,
]
