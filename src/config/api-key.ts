import { inspect } from 'node:util';
import { IsIn, Length, Matches } from 'class-validator';

/** What a caller may do, each role more than the one before it (contract: REST, roles). Frozen: the order is what counts. */
export const API_ROLES = Object.freeze(['viewer', 'submitter', 'operator', 'admin'] as const);
export type ApiRole = (typeof API_ROLES)[number];

/** A key that was configured by environment. Printing it shows the role only. */
export class ApiKey {
  @IsIn(API_ROLES)
  readonly role: ApiRole;

  /** Printable ASCII, since it travels in a header; 16 characters or more, so that it can't be guessed. */
  @Length(16, 256)
  @Matches(/^[\x21-\x2b\x2d-\x7e]+$/)
  readonly secret: string;

  constructor(role: string, secret: string) {
    this.role = role as ApiRole;
    this.secret = secret;
  }

  toJSON(): { role: string } {
    return { role: this.role };
  }

  [inspect.custom](): string {
    return `ApiKey(${this.role})`;
  }
}

/** `role:secret,role:secret`. Never fails: what is wrong with an entry shows when the key is validated. */
export function asApiKeys(text: string): readonly ApiKey[] {
  return text.split(',').map((entry) => {
    const [role = '', ...secret] = entry.trim().split(':');
    return new ApiKey(role, secret.join(':'));
  });
}
