/**
 * A table's name as it may stand in a statement.
 * @throws {TypeError} unless it is `name` or `schema.name` of lower-case letters, digits and `_`
 */
export function tableName(name: string): string {
  if (/^([a-z_][a-z0-9_]{0,62}\.)?[a-z_][a-z0-9_]{0,62}$/.test(name)) return name;
  throw new TypeError(`${JSON.stringify(name)} is no name for a table: give name or schema.name, of a-z, 0-9 and _`);
}
