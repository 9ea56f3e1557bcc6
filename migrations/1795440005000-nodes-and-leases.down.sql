drop table skald.breaker_orders;
drop table skald.leases;
drop table skald.nodes;
