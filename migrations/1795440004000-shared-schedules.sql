-- Paces that all processes keep together where there is no Redis. Not worth a write-ahead log: after a crash the
-- processes tell what they remember.
create unlogged table skald.schedules (
  key     text primary key,
  -- When the bucket is full again, in ms since 1970 by the database's clock.
  full_at float8 not null
) with (fillfactor = 20);

-- One grant for each want, in the order given. A schedule's row is locked until the statement ends, so whoever draws from
-- several names them in the same order as everybody else.
create function skald.draw_permits(
  keys text[], wants int[], intervals float8[], bursts float8[], horizons float8[], not_before float8[]
) returns table (granted int, first_in float8) language plpgsql volatile as $$
declare
  held float8;
  now_ms float8;
  tolerance float8;
begin
  for i in 1 .. cardinality(keys) loop
    loop
      select full_at into held from skald.schedules where key = keys[i] for update;
      exit when found;
      insert into skald.schedules (key, full_at) values (keys[i], 0) on conflict do nothing;
    end loop;
    now_ms := extract(epoch from clock_timestamp()) * 1000;
    tolerance := (bursts[i] - 1) * intervals[i];
    held := greatest(held, now_ms + tolerance + not_before[i]);
    first_in := held - tolerance - now_ms;
    granted := least(wants[i], greatest(0, floor((horizons[i] - first_in) / intervals[i] + 0.000001) + 1));
    if granted <> 0 then
      update skald.schedules set full_at = held + granted * intervals[i] where key = keys[i];
    end if;
    return next;
  end loop;
end $$;
