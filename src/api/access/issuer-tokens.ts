import { Inject, Injectable } from '@nestjs/common';
import { jwtVerify, type JWTPayload } from 'jose';
import { Config } from '../../config/config.js';
import { LOG, type Log } from '../../config/log.js';
import { Problem } from '../errors/problem.js';
import type { Caller } from './caller.js';
import { fetchKeySet } from './issuer-documents.js';
import { IssuerKeys } from './issuer-keys.js';
import { roleIn } from './role-claim.js';
import { unauthenticated } from './unauthenticated.js';

/** Longest token, in characters. */
const MAX_LENGTH = 8_192;
/** How far the issuer's clock and ours may be apart, in seconds. */
const CLOCK_TOLERANCE = 30;
const FORM = /^[\w-]+\.[\w-]+\.[\w-]*$/;
/** What a subject may be made of (OpenID Connect Core, §2), since it goes into journals and the audit trail. */
const SUBJECT = /^[\x20-\x7e]{1,255}$/;

/** Tokens (JWT) of the issuer that is configured. */
@Injectable()
export class IssuerTokens {
  private readonly keys: IssuerKeys | null;

  constructor(
    private readonly config: Config,
    @Inject(LOG) log: Log,
  ) {
    const { jwtIssuer: issuer, jwtJwksUrl } = config;
    this.keys =
      issuer === null
        ? null
        : new IssuerKeys({
            fetch: () => fetchKeySet(issuer, jwtJwksUrl),
            onFailure: (err) =>
              log.warn({ err, issuer }, "the issuer's keys can not be read; those known go on counting"),
          });
    // The first token need not wait, and an address that is wrong shows at once.
    if (config.role !== 'worker') void this.keys?.ask();
  }

  /** `null`: this is no token, or none is asked for. Throws the problem of one that does not count. */
  async callerWith(credential: string): Promise<Caller | null> {
    if (!this.keys || credential.length > MAX_LENGTH || !FORM.test(credential)) return null;
    const claims = await this.verified(credential, this.keys);
    const { sub = '' } = claims;
    if (!SUBJECT.test(sub)) throw unauthenticated('the sub of the token is not 1 to 255 printable ASCII characters');
    const role = roleIn(claims, this.config.jwtRoleClaim);
    if (role === null) {
      const detail = `the token has no role of viewer, submitter, operator and admin in its claim ${this.config.jwtRoleClaim}`;
      throw new Problem(403, 'forbidden', 'Not allowed', detail);
    }
    return { actor: `token:${sub}`, role };
  }

  private async verified(token: string, keys: IssuerKeys): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, keys.find, {
        issuer: this.config.jwtIssuer!,
        audience: [...(this.config.jwtAudience ?? [])],
        algorithms: [...this.config.jwtAlgorithms],
        clockTolerance: CLOCK_TOLERANCE,
        requiredClaims: ['exp', 'sub'],
      });
      return payload;
    } catch (err) {
      if (err instanceof Problem) throw err;
      // Whatever else jose finds is about the token, be it a signature or a key that is too short.
      throw unauthenticated(`this token does not count: ${err instanceof Error ? err.message : String(err)}`);
    }
  }
}
