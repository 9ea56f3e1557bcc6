import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { addressIn, formsOf, isWithin, reachOf, type Address } from './addresses.js';
import { TargetRefused } from './faults.js';

export interface TargetRules {
  /** Entries of `SKALD_ALLOWED_TARGETS`: CIDRs, addresses, host names, `*.suffix`. `null`: the variable is not set. */
  readonly allowed: readonly string[] | null;
  /** API keys are configured, so people whom we may not trust with our network can name participants. */
  readonly keysConfigured: boolean;
}

/** Finds all addresses of a name; `dns.lookup` of Node, except in tests. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  done: (err: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Says where participants may live, against requests forged through us (SSRF).
 *
 * - A list: only what is on it. Link-local and metadata addresses need an entry of their own; being inside a wider
 *   range, or behind a name that is listed, does not do.
 * - No list: public addresses, and loopback and private ones while no API key is configured.
 * - Never: unspecified, multicast and broadcast addresses.
 *
 * {@link check} judges what a URL says; {@link lookup} judges every address that a name resolves to, at the moment of
 * connecting, and the connection goes to the addresses that were judged. Both are needed: a resolver is not asked about
 * a literal address, and what a name resolves to may change.
 */
export class TargetGuard {
  private readonly ranges: (readonly [Address, number])[] = [];
  private readonly names: string[] = [];

  constructor(
    private readonly rules: TargetRules,
    private readonly resolve: Resolve = systemLookup,
  ) {
    for (const entry of rules.allowed ?? []) {
      const range = rangeIn(entry);
      if (range) this.ranges.push(range);
      else this.names.push(nameOf(entry));
    }
  }

  /** Why this URL can't be a participant's, as far as can be told without resolving its name; `null` when it can. */
  check(url: string | URL): string | null {
    if (!URL.canParse(String(url))) return 'is not a URL';
    const { hostname } = new URL(url);
    const literal = addressIn(hostname);
    if (literal) return this.problemOf(literal, false);
    const name = nameOf(hostname);
    if (this.isListed(name)) return null;
    if (name === 'localhost' || name.endsWith('.localhost')) return this.problemOf(ipaddr.parse('127.0.0.1'), false);
    const mayBeInRange = this.rules.allowed === null || this.ranges.length > 0;
    return mayBeInRange ? null : `${name} is not among SKALD_ALLOWED_TARGETS`;
  }

  /** For `net.connect`: resolves a name and refuses it when any of its addresses is not allowed. */
  readonly lookup: LookupFunction = (hostname, options, done) => {
    this.resolve(hostname, { ...options, all: true }, (err, addresses) => {
      if (err) return done(err, '');
      const problem = this.problemOfName(nameOf(hostname), addresses);
      if (problem !== null) return done(new TargetRefused(problem), '');
      if (options.all) return done(null, addresses);
      const [first] = addresses;
      done(null, first?.address ?? '', first?.family);
    });
  };

  private problemOfName(name: string, addresses: readonly LookupAddress[]): string | null {
    for (const { address } of addresses) {
      const parsed = addressIn(address);
      const problem = parsed ? this.problemOf(parsed, this.isListed(name)) : 'is not an address';
      if (problem !== null) return `${name} resolves to ${address}: ${problem}`;
    }
    return addresses.length > 0 ? null : `${name} resolves to nothing`;
  }

  private problemOf(address: Address, isListedByName: boolean): string | null {
    const reach = reachOf(address);
    const isInRange = this.ranges.some(
      (range) =>
        formsOf(address).some((form) => isWithin(form, range)) &&
        (reach !== 'metadata' || reachOf(range[0]) === 'metadata'),
    );
    switch (reach) {
      case 'never':
        return `${address.toString()} is nobody's address`;
      case 'metadata':
        return isInRange
          ? null
          : `${address.toString()} is a link-local or metadata address, which SKALD_ALLOWED_TARGETS must list itself`;
      case 'private':
      case 'public': {
        const isOpen = this.rules.allowed === null && (reach === 'public' || !this.rules.keysConfigured);
        if (isOpen || isInRange || isListedByName) return null;
        return this.rules.allowed === null
          ? `${address.toString()} is a private address, which SKALD_ALLOWED_TARGETS must list once API keys are configured`
          : `${address.toString()} is not among SKALD_ALLOWED_TARGETS`;
      }
    }
  }

  private isListed(name: string): boolean {
    return this.names.some((entry) => (entry.startsWith('*.') ? name.endsWith(entry.slice(1)) : name === entry));
  }
}

/** A CIDR, or an address alone. */
function rangeIn(entry: string): readonly [Address, number] | null {
  if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry);
  const address = addressIn(entry);
  return address && [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** Lower case, without the dot that marks a name as complete. */
function nameOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}
