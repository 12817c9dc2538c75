// The portal's two databases. Never edit a script that has landed: append.
import { ACCOUNTING_TABLES } from '#radius/accounting/schema.ts'
import { BARS_MIGRATION, BARS_WITHOUT_GAPS } from './session/bars.ts'
import { LEGAL_SESSION_TABLE } from './legal/live-sessions.ts'
import { TERMINATE_CAUSES } from '#radius/nas.ts'
import { GUEST_CONSENT, GUEST_REDIRECT, GUEST_TABLE, GUEST_TAPS } from './controllers/guest-table.ts'
import { REENTRY_ENDED_BY_OTHERS, REENTRY_PAUSED, REENTRY_TABLE } from './login/reentry/table.ts'

/** Causes were words in the portal's own table; RFC 2866 §5.10 numbers them. */
const CAUSE_NUMBER = `case cause ${Object.entries(TERMINATE_CAUSES).map(([word, number]) => `when '${word}' then ${number}`).join(' ')} end`

/**
 * gateway.db, on disk: nothing in it can single a person out. Times are minutes since 1970. The journal names its sessions
 * by random ids and by the one-time portal token, which is worthless once used.
 */
export const GATEWAY_MIGRATIONS: readonly string[] = [
  `create table receipt (
     position integer primary key autoincrement,
     jti text not null unique,
     minute integer not null,
     jws text,
     leaf text not null
   ) strict;
   create table receipt_chain (through integer primary key, head text not null) strict;
   create table journal (
     session text primary key,
     boot text not null,
     token_user text not null,
     site text not null,
     opened integer not null,
     checked integer not null,
     seconds integer not null default 0,
     up_bytes integer not null default 0,
     down_bytes integer not null default 0,
     up_packets integer not null default 0,
     down_packets integer not null default 0,
     stopped integer,
     cause text
   ) strict, without rowid;
   create index journal_stopped on journal (stopped) where stopped is not null;
   create table accounting (
     client text not null,
     session text not null,
     token_user text,
     heard integer not null,
     seconds integer not null default 0,
     up_bytes integer not null default 0,
     down_bytes integer not null default 0,
     stopped integer,
     cause text,
     primary key (client, session)
   ) strict, without rowid;
   create index accounting_stopped on accounting (stopped) where stopped is not null;`,
  // A client may be a whole block of access servers, each of which numbers its sessions for itself.
  `create table accounting_of_nas (
     client text not null,
     nas text not null,
     session text not null,
     token_user text,
     heard integer not null,
     seconds integer not null default 0,
     up_bytes integer not null default 0,
     down_bytes integer not null default 0,
     stopped integer,
     cause text,
     primary key (client, nas, session)
   ) strict, without rowid;
   insert into accounting_of_nas select client, '', session, token_user, heard, seconds, up_bytes, down_bytes, stopped, cause from accounting;
   drop table accounting;
   alter table accounting_of_nas rename to accounting;
   create index accounting_stopped on accounting (stopped) where stopped is not null;`,
  `${ACCOUNTING_TABLES}
   insert into accounting_session
     select client, nas, session, coalesce(token_user, ''), heard, heard, seconds, up_bytes, down_bytes, 0, 0, stopped, ${CAUSE_NUMBER} from accounting;
   drop table accounting;`,
  // Receipts of a site-day stand under one signed head; `after` and `through` are positions, so that a receipt needs no day of its own.
  `alter table receipt add column site text not null default '';
   alter table receipt_chain add column anchor integer not null default 0;
   create table receipt_day (
     site text not null, day text not null, seed blob not null, after integer not null, class text not null default 'square',
     through integer, root text, head text, sent integer not null default 0, primary key (site, day)
   ) strict, without rowid;`,
]

/** sessions.db, in the runtime directory or in memory: what a running session needs, gone with the power. */
export const SESSION_MIGRATIONS: readonly string[] = [
  `create table boot (id text not null) strict;
   create table session (
     id text primary key,
     kind text not null,
     mac text not null,
     mark integer not null unique,
     site text not null,
     language text not null,
     method text not null,
     token_user text not null,
     token_nonce text not null,
     token_hash text not null unique,
     receipt text not null,
     withdrawal text not null,
     started_ms integer not null,
     deadline_ms integer not null,
     idle_seconds integer, interim_seconds integer, down_kbps integer, up_kbps integer, quota_bytes integer, class blob,
     up_bytes integer not null default 0,
     down_bytes integer not null default 0,
     up_packets integer not null default 0,
     down_packets integer not null default 0,
     active_ms integer not null,
     interim_ms integer not null,
     checked_ms integer not null,
     start_told integer not null default 0,
     shut integer not null default 0,
     cause text
   ) strict, without rowid;
   create unique index session_client on session (mac) where shut = 0;
   create index session_due on session (deadline_ms);
   create index session_nonce on session (token_nonce);
   create table farewell (
     session text primary key,
     mac text not null,
     class blob,
     started_ms integer not null,
     start_told integer not null
   ) strict, without rowid;
   create table waiting (id integer primary key, statements text not null) strict;`,
  'alter table farewell add column ended_ms integer not null default 0;',
  // A store that is taken up by a newer version has been announced, or was never meant to be.
  'alter table boot add column since_ms integer not null default 0; alter table boot add column announced integer not null default 1;',
  "alter table farewell add column user text; alter table session add column counted text not null default '';",
  REENTRY_TABLE,
  // The same MAC behind a foreign controller is another client.
  `alter table session add column controller text not null default '';
   alter table session add column facts text not null default '{}';
   drop index session_client;
   create unique index session_client on session (mac, controller) where shut = 0;`,
  GUEST_TABLE,
  `alter table session add column paused_ms integer; alter table session add column left_ms integer; ${BARS_MIGRATION}`,
  LEGAL_SESSION_TABLE,
  REENTRY_ENDED_BY_OTHERS,
  REENTRY_PAUSED,
  GUEST_TAPS,
  GUEST_CONSENT,
  GUEST_REDIRECT,
  BARS_WITHOUT_GAPS,
]
