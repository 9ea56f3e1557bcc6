drop table skald.participants;
drop table skald.definitions;
