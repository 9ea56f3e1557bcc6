drop table skald.bulk_items;
drop table skald.bulk_operations;
