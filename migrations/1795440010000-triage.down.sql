drop index skald.sagas_paused;
drop index skald.sagas_with_attention;
drop index skald.sagas_by_error;
