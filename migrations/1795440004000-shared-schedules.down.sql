drop function skald.draw_permits(text[], int[], float8[], float8[], float8[], float8[]);
drop table skald.schedules;
