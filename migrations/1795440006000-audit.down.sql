drop table skald.audit cascade;
drop function skald.chain_audit;
drop table skald.audit_end;
