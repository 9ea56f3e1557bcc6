import fc from 'fast-check';
import { API_ROLES } from '../../config/api-key.js';
import { roleIn } from './role-claim.js';

describe('the role of a token', () => {
  it.each([
    [{ roles: ['viewer', 'operator', 'chef'] }, 'roles', 'operator'],
    [{ roles: 'submitter' }, 'roles', 'submitter'],
    [{ scope: 'openid viewer admin' }, 'scope', 'admin'],
    [{ realm_access: { roles: ['operator'] } }, 'realm_access.roles', 'operator'],
    [{ 'https://skald.example/roles': ['viewer'] }, 'https://skald.example/roles', 'viewer'],
    [{ roles: ['chef'] }, 'roles', null],
    [{ roles: [['admin']] }, 'roles', null],
    [{ roles: { admin: true } }, 'roles', null],
    [{ roles: ['Admin', 'administrator'] }, 'roles', null],
    [{}, 'roles', null],
    [{ a: null }, 'a.b.c', null],
    [{}, 'constructor.name', null],
  ])('of %j by the claim %s is %s', (claims, claim, role) => {
    expect(roleIn(claims, claim)).toBe(role);
  });

  it('is the highest one that is listed, in whatever order', () => {
    const lists = fc.array(fc.oneof(fc.constantFrom(...API_ROLES), fc.string(), fc.integer()));
    fc.assert(
      fc.property(lists, (roles) => {
        const known = API_ROLES.filter((role) => roles.includes(role));
        expect(roleIn({ roles }, 'roles')).toBe(known.at(-1) ?? null);
      }),
    );
  });

  it('is looked for in whatever a token holds, and never fails', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (claims, claim) => {
        expect([...API_ROLES, null]).toContain(roleIn(claims, claim));
      }),
    );
  });
});
