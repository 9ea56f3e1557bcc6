import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * How far an address may be trusted as a participant's: `never` is nobody's (unspecified, multicast, broadcast);
 * `metadata` is the machine's own link or the cloud's control plane; `private` is everything else that is not `public`.
 */
export type Reach = 'public' | 'private' | 'metadata' | 'never';

const ORDER: readonly Reach[] = ['public', 'private', 'metadata', 'never'];

/** Outside the link-local ranges: Alibaba, Azure and Oracle; AWS and Google over IPv6. */
const METADATA = ['100.100.100.200/32', '168.63.129.16/32', '192.0.0.192/32', 'fd00:ec2::/32', 'fd20:ce::/32'].map(
  (cidr) => ipaddr.parseCIDR(cidr),
);

/** Reads a canonical address, such as a URL's host or a resolver's answer; `null` for a name. */
export function addressIn(host: string): Address | null {
  const text = host.startsWith('[') ? host.slice(1, -1) : host;
  // A zone only says through which interface; the address is the same.
  const bare = text.includes(':') ? text.replace(/%.*$/, '') : text;
  return ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare) ? ipaddr.parse(bare) : null;
}

/** An address that carries another one inside reaches as far as the worse of the two. */
export function reachOf(address: Address): Reach {
  const inner = embeddedIn(address);
  const outer = inner && isTransparent(address) ? 'public' : ownReachOf(address);
  return inner ? worse(outer, ownReachOf(inner)) : outer;
}

/** The address, and the IPv4 address that it is only another notation for. */
export function formsOf(address: Address): readonly Address[] {
  const inner = isTransparent(address) ? embeddedIn(address) : null;
  return inner ? [address, inner] : [address];
}

export function isWithin(address: Address, [network, bits]: readonly [Address, number]): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

function ownReachOf(address: Address): Reach {
  if (METADATA.some((range) => isWithin(address, range))) return 'metadata';
  switch (address.range()) {
    case 'unspecified':
    case 'multicast':
    case 'broadcast':
      return 'never';
    case 'linkLocal':
      return 'metadata';
    case 'unicast':
      return 'public';
    default:
      return 'private';
  }
}

function worse(a: Reach, b: Reach): Reach {
  return ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b;
}

/** Only another notation for the address inside: IPv4-mapped, and the well-known prefix of NAT64. */
function isTransparent(address: Address): boolean {
  return (
    address.kind() === 'ipv6' &&
    ['::ffff:0:0/96', '64:ff9b::/96'].some((cidr) => isWithin(address, ipaddr.parseCIDR(cidr)))
  );
}

/** The IPv4 address inside: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP. */
function embeddedIn(address: Address): ipaddr.IPv4 | null {
  if (address.kind() === 'ipv4') return null;
  const { parts } = address as ipaddr.IPv6;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = parts;
  const last = (): ipaddr.IPv4 => fromParts(g, h);
  if (a === 0 && b === 0 && c === 0 && d === 0) {
    const isMappedOrCompatible = e === 0 && (f === 0xffff || (f === 0 && g !== 0));
    return isMappedOrCompatible || e === 0xffff ? last() : null;
  }
  if (a === 0x64 && b === 0xff9b) return last();
  if (a === 0x2002) return fromParts(b, c);
  if (a === 0x2001 && b === 0) return fromParts(g ^ 0xffff, h ^ 0xffff);
  return (e & 0xfdff) === 0 && f === 0x5efe ? last() : null;
}

function fromParts(high: number, low: number): ipaddr.IPv4 {
  return new ipaddr.IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff]);
}
