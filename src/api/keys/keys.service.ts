import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { uuidv7 } from 'uuidv7';
import { Config } from '../../config/config.js';
import { KeyDirectory } from '../../engine/key-directory.js';
import { ApiKeys, type StoredKey } from '../../store/api-keys.js';
import { Database } from '../../store/database.js';
import { actOf } from '../access/act.js';
import { hashOf, keyText, newSecret } from '../access/key-text.js';
import { A_DAY, durationOf } from '../duration.js';
import { invalidRequest } from '../body.pipe.js';
import { Problem } from '../errors/problem.js';
import { limitOf, type ListPage, type Page } from '../page.dto.js';
import type { CreateKey, KeyDto, NewKeyDto, RotateKey } from './key.dto.js';
import { viewOfKey } from './key.view.js';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const NOTICE =
  'This is the first key. From now on every request needs one, from this machine too, and participants at private ' +
  'addresses are out of bounds unless SKALD_ALLOWED_TARGETS lists them. It stays so when the key is revoked.';
const NO_ADMIN = 'This key can not make other ones: for that, start the server with SKALD_API_KEYS=admin:<secret>.';

/** The keys resource: what the controller answers. */
@Injectable()
export class KeyStore {
  constructor(
    private readonly keys: ApiKeys,
    private readonly directory: KeyDirectory,
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  async create({ name, role, expiresAt }: CreateKey, request: FastifyRequest): Promise<NewKeyDto> {
    const secret = newSecret();
    const isFirst = !this.config.isGuarded && this.directory.isEmpty;
    const key = { id: uuidv7(), name, role, hash: hashOf(secret), expiresAt: this.ahead(expiresAt) };
    const created = await this.keys.create(key, actOf(request));
    await this.heard();
    const notice = role === 'admin' ? NOTICE : `${NOTICE} ${NO_ADMIN}`;
    return { ...withSecret(created, secret), ...(isFirst && { notice }) };
  }

  async rotate(
    id: string,
    { expiresPreviousAfter, expiresAt }: RotateKey,
    request: FastifyRequest,
  ): Promise<NewKeyDto> {
    const secret = newSecret();
    const previousFor = durationOf(expiresPreviousAfter, A_DAY);
    const rotation = { hash: hashOf(secret), previousFor, expiresAt: this.ahead(expiresAt) };
    const rotated = await this.keys.rotate(known(id), rotation, actOf(request));
    if (!rotated) throw unknown(id);
    await this.heard();
    return withSecret(rotated, secret);
  }

  async revoke(id: string, request: FastifyRequest): Promise<void> {
    if (!(await this.keys.revoke(known(id), actOf(request)))) throw unknown(id);
    await this.heard();
  }

  async get(id: string): Promise<KeyDto> {
    const key = await this.keys.get(known(id));
    if (!key) throw unknown(id);
    return viewOfKey(key);
  }

  async list(query: ListPage): Promise<Page<KeyDto>> {
    const page = await this.keys.list(limitOf(query), query.cursor);
    return { items: page.items.map(viewOfKey), nextCursor: page.nextCursor };
  }

  private ahead(expiresAt: string | null | undefined): number | null {
    if (expiresAt === undefined || expiresAt === null) return null;
    const end = Date.parse(expiresAt);
    if (!(end > this.database.clock.now())) throw invalidRequest([{ pointer: '/expiresAt', detail: 'must lie ahead' }]);
    return end;
  }

  /** This process goes by the change at once, the others within two seconds. What is stored is stored in any case. */
  private async heard(): Promise<void> {
    await this.directory.refresh().catch(() => undefined);
  }
}

function withSecret(key: StoredKey, secret: string): NewKeyDto {
  return { ...viewOfKey(key), key: keyText(key.id, secret) };
}

function known(id: string): string {
  if (!ID.test(id)) throw unknown(id);
  return id.toLowerCase();
}

function unknown(id: string): Problem {
  return new Problem(404, 'unknown-key', 'No such key', `there is no key ${JSON.stringify(id)}`);
}
