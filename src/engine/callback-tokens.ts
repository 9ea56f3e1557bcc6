import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Operation } from '../saga/definition.js';

/** What a callback URL gives the right to report: the result of one operation of one step. */
export interface CallbackGrant {
  readonly sagaId: string;
  /** Position of the step in the definition. */
  readonly step: number;
  readonly operation: Operation;
}

const MAC_BYTES = 16;
const GRANT_BYTES = 16 + 2 + 1;

/**
 * Makes and reads the tokens of callback URLs: the grant and a MAC over it (HMAC-SHA256 cut to 128 bits, RFC 2104), so that
 * nothing has to be stored before a call goes out. One token per operation: every attempt carries the same.
 */
export class CallbackTokens {
  constructor(private readonly secret: Buffer) {}

  issue(grant: CallbackGrant): string {
    const bytes = Buffer.allocUnsafe(GRANT_BYTES);
    bytes.write(grant.sagaId.replaceAll('-', ''), 0, 'hex');
    bytes.writeUInt16BE(grant.step, 16);
    bytes.writeUInt8(grant.operation === 'action' ? 0 : 1, 18);
    return Buffer.concat([bytes, this.mac(bytes)]).toString('base64url');
  }

  /** `null` when the token was not issued here. */
  read(token: string): CallbackGrant | null {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== GRANT_BYTES + MAC_BYTES) return null;
    const grant = bytes.subarray(0, GRANT_BYTES);
    if (!timingSafeEqual(bytes.subarray(GRANT_BYTES), this.mac(grant))) return null;
    const hex = grant.toString('hex', 0, 16);
    return {
      sagaId: [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-'),
      step: grant.readUInt16BE(16),
      operation: grant.readUInt8(18) === 0 ? 'action' : 'compensation',
    };
  }

  private mac(bytes: Buffer): Buffer {
    return createHmac('sha256', this.secret).update(bytes).digest().subarray(0, MAC_BYTES);
  }
}
