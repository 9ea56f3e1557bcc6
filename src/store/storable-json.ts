/** JSON for a `jsonb` column, which knows neither NUL nor half a surrogate pair; a participant's message may hold both. */
export function storableJson(value: object): string {
  return JSON.stringify(value, (_, v: unknown) =>
    typeof v === 'string' ? v.replace(/[\0\p{Surrogate}]/gu, '\ufffd') : v,
  );
}
