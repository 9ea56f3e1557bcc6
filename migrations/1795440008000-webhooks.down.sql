drop table skald.webhook_replays;
drop table skald.webhook_failures;
drop table skald.webhook_streams;
drop table skald.webhook_outbox;
drop table skald.webhook_subscriptions;
