drop table skald.api_keys;
