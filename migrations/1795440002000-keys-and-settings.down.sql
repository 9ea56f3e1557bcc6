drop table skald.settings;
drop function skald.abandon_start();
drop table skald.concurrency_keys;
drop table skald.idempotency_keys;
