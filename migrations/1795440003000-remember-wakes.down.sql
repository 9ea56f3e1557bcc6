alter table skald.sagas drop column woken;
