import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { addressIn, reachOf } from './addresses.js';
import { TargetGuard, type Resolve, type TargetRules } from './targets.js';

/** Every notation of places that a stranger must not reach through us. */
const INSIDE = [
  '127.0.0.1',
  '127.1',
  '127.0.0.1.',
  '2130706433',
  '017700000001',
  '0x7f000001',
  '0x7f.1',
  '0177.1',
  '0177.0.0.0x1',
  '%31%32%37.0.0.1',
  '１２７.0.0.1',
  '127。0。0。1',
  'localhost',
  'LOCALHOST.',
  'api.localhost',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.254',
  '192.168.1.1',
  '100.64.0.1',
  '198.18.0.1',
  '192.0.2.1',
  '240.0.0.1',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b::a00:1]',
  '[64:ff9b:1::a00:1]',
  '[2002:7f00:1::]',
  '[2002:c0a8:101::1]',
  '[2001:0:4136:e378:8000:63bf:80ff:fffe]',
  '[2001:db8::5efe:10.0.0.1]',
  '[fc00::1]',
  '[fd12:3456::1]',
  '[fec0::1]',
];

/** The machine's own link and the control planes of clouds. */
const METADATA = [
  '169.254.169.254',
  '169.254.1.1',
  '2852039166',
  '0xa9fea9fe',
  '0251.0376.0251.0376',
  '[::ffff:169.254.169.254]',
  '[64:ff9b::a9fe:a9fe]',
  '[2002:a9fe:a9fe::]',
  '[fe80::1]',
  '[fd00:ec2::254]',
  '[fd20:ce::254]',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
];

const NOBODY = [
  '0.0.0.0',
  '0',
  '0.1.2.3',
  '224.0.0.1',
  '255.255.255.255',
  '[::]',
  '[ff02::1]',
  '[::ffff:0.0.0.0]',
  '[64:ff9b::]',
];

const PUBLIC = ['93.184.216.34', '[2606:2800:220:1::1]', '[::ffff:93.184.216.34]', '[64:ff9b::5db8:d822]'];

const check = (host: string, rules: TargetRules): string | null => new TargetGuard(rules).check(`http://${host}/`);
const open = { allowed: null, keysConfigured: false };
const withKeys = { allowed: null, keysConfigured: true };

describe('where participants may live', () => {
  it.each(INSIDE)('%s: inside, so only while no API key is configured', (host) => {
    expect(check(host, open)).toBeNull();
    expect(check(host, withKeys)).toContain('is a private address');
  });

  it.each(METADATA)('%s: metadata or the link, so only if listed itself', (host) => {
    for (const rules of [open, withKeys, list('0.0.0.0/0', '::/0', '100.64.0.0/10', 'fd00::/8')]) {
      expect(check(host, rules)).toContain('is a link-local or metadata address');
    }
  });

  it.each(NOBODY)('%s: never', (host) => {
    for (const rules of [open, withKeys, list('0.0.0.0/0', '::/0', '0.0.0.0/8')]) {
      expect(check(host, rules)).toContain("is nobody's address");
    }
  });

  it.each(PUBLIC)('%s: everywhere, unless a list says otherwise', (host) => {
    expect(check(host, open)).toBeNull();
    expect(check(host, withKeys)).toBeNull();
    expect(check(host, list('10.0.0.0/8'))).toContain('is not among SKALD_ALLOWED_TARGETS');
  });

  it.each([
    ['10.1.2.3', ['10.0.0.0/8']],
    ['[::ffff:10.1.2.3]', ['10.0.0.0/8']],
    ['0x0a010203', ['10.1.2.3']],
    ['[fd12::1]', ['fd00::/8']],
    ['93.184.216.34', ['93.184.216.34/32']],
    ['169.254.169.254', ['169.254.169.254']],
    ['[fe80::1]', ['fe80::/10']],
    ['payment.internal', ['payment.internal']],
    ['PAYMENT.internal.', ['Payment.Internal']],
    ['a.b.svc.cluster.local', ['*.svc.cluster.local']],
    ['localhost', ['localhost']],
    // What it resolves to will tell.
    ['elsewhere.example', ['10.0.0.0/8']],
  ])('%s is allowed by %j', (host, allowed) => {
    expect(check(host, list(...allowed))).toBeNull();
  });

  it.each([
    ['11.0.0.1', ['10.0.0.0/8']],
    ['evil-payment.internal', ['payment.internal']],
    ['svc.cluster.local', ['*.svc.cluster.local']],
    ['evilsvc.cluster.local', ['*.svc.cluster.local']],
    ['127.0.0.1', ['localhost']],
    ['localhost', ['10.0.0.0/8']],
    ['10.0.0.1', []],
    ['[2002:a01:203::]', ['10.0.0.0/8']],
  ])('%s is not allowed by %j', (host, allowed) => {
    expect(check(host, list(...allowed))).toContain('is not among SKALD_ALLOWED_TARGETS');
  });

  it.each(['http://[fe80::1%25eth0]/', 'http://1.2.3.4.5/', 'http://0x1.0x2.0x3.0x4.0x5/', 'not a url', ''])(
    'what is no URL is refused: %j',
    (url) => {
      expect(new TargetGuard(open).check(url)).toBe('is not a URL');
    },
  );

  it('an IPv4 address reaches no further in any of its IPv6 clothes', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), fc.constantFrom('::ffff:', '64:ff9b::'), (octets, prefix) => {
        const plain = octets.join('.');
        expect(reachOf(ipaddr.parse(prefix + plain))).toBe(reachOf(ipaddr.parse(plain)));
      }),
    );
  });
});

describe('what a name resolves to', () => {
  it.each([
    ['a private address', ['10.0.0.1'], withKeys],
    ['one private address among public ones', ['93.184.216.34', '10.0.0.1'], withKeys],
    ['a metadata address', ['169.254.169.254'], open],
    ['a link-local address with a zone', ['fe80::1%eth0'], open],
    ['the unspecified address', ['0.0.0.0'], open],
    ['an address that is not listed', ['93.184.216.34'], list('10.0.0.0/8')],
    ['a metadata address behind a listed name', ['169.254.169.254'], list('payment.test', '0.0.0.0/0')],
    ['nothing', [], open],
  ])('is refused when it is %s', async (_, addresses, rules) => {
    await expect(lookUp(addresses, rules)).rejects.toMatchObject({ code: 'target-refused' });
  });

  it.each([
    ['a public address', ['93.184.216.34'], withKeys],
    ['a private address while no key is configured', ['10.0.0.1', '::1'], open],
    ['a private address behind a listed name', ['10.0.0.1'], list('payment.test')],
    ['a listed address', ['10.0.0.1'], list('10.0.0.0/8')],
  ])('is passed on when it is %s', async (_, addresses, rules) => {
    expect(await lookUp(addresses, rules)).toEqual(addresses);
  });

  function lookUp(addresses: readonly string[], rules: TargetRules): Promise<string[]> {
    const resolve: Resolve = (_name, _options, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: addressIn(address)?.kind() === 'ipv6' ? 6 : 4 })),
      );
    return new Promise((done, fail) => {
      new TargetGuard(rules, resolve).lookup('payment.test', { all: true }, (err, found) => {
        if (err) fail(err);
        else done((found as { address: string }[]).map(({ address }) => address));
      });
    });
  }
});

function list(...allowed: string[]): TargetRules {
  return { allowed, keysConfigured: false };
}
