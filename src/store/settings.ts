import { randomBytes } from 'node:crypto';
import type { Database } from './database.js';
import { SettingRecord } from './entities.js';
import { reaching } from './errors.js';

/** What all processes of one server must agree on. */
export class Settings {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** 32 random bytes, made once by whichever process asks first; the same for all of them, for ever. */
  async secret(name: string): Promise<Buffer> {
    const settings = this.#database.source.getRepository(SettingRecord);
    const key = `secret:${name}`;
    await reaching(
      settings
        .createQueryBuilder()
        .insert()
        .values({ key, value: randomBytes(32).toString('base64') })
        .orIgnore()
        .execute(),
    );
    const { value } = await reaching(settings.findOneByOrFail({ key }));
    return Buffer.from(value, 'base64');
  }
}
