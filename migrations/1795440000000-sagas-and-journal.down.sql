drop table skald.journal;
drop table skald.sagas;
drop function skald.refuse();
