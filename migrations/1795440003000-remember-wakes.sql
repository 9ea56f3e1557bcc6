-- A wake-up that comes while the saga is being driven is remembered, and makes it due at once when it parks: its driver
-- may already have looked at what the wake-up is about.
alter table skald.sagas add column woken boolean not null default false;
