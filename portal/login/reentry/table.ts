/** Re-entry codes in sessions.db: gone with the power, like the sessions that they move. */
export const REENTRY_TABLE = `create table reentry (
     proof blob primary key,
     -- Which session the code moves: the running one, or the last.
     session text not null,
     site text not null,
     method text not null,
     -- The code under a pad that only the session token makes: for its holder's own page.
     veil blob not null,
     counted text not null,
     moves integer not null default 0,
     until_ms integer not null,
     deadline_ms integer not null,
     quota_bytes integer
   ) strict, without rowid;
   create index reentry_session on reentry (session);
   create index reentry_until on reentry (until_ms);
   -- However a session ends, its code knows what was left of it.
   create trigger reentry_left after update of shut on session when new.shut = 1 begin
     update reentry set deadline_ms = old.deadline_ms, quota_bytes = old.quota_bytes - new.up_bytes - new.down_bytes where session = old.id;
   end;`

/** What an operator or the server ended is over for its code too. */
export const REENTRY_ENDED_BY_OTHERS = `create trigger reentry_void after update of shut on session when new.shut = 1 and new.cause = 'adminReset' begin
     delete from reentry where session = old.id;
   end;`

/** A pause keeps what was left, not an instant. */
export const REENTRY_PAUSED = `drop trigger reentry_left;
   create trigger reentry_left after update of shut on session when new.shut = 1 begin
     update reentry set deadline_ms = iif(old.left_ms is null, old.deadline_ms, new.deadline_ms + old.left_ms),
       quota_bytes = old.quota_bytes - new.up_bytes - new.down_bytes where session = old.id;
   end;`
