-- Finding sagas in trouble costs what the trouble costs, however many sagas went well. All three indexes leave those out, so
-- the hot path never touches them. A list is read from its newest end: hence the ids.
-- Measured with 100,000 sagas in trouble among a million: a page of one cause 9 ms (0.1 s without), one that nobody has
-- 0 ms (0.2 s, and growing with the table). Groups of stuck sagas are counted by way of sagas_in_trouble: 0.2 s.
create index sagas_by_error on skald.sagas ((attention ->> 'fingerprint'), id) where attention is not null;
-- For the other filters of the same kind: step, participant, retrying, the age of the trouble.
create index sagas_with_attention on skald.sagas (id) where attention is not null;
create index sagas_paused on skald.sagas (id) where paused;
