import { Readable } from 'node:stream';
import fc from 'fast-check';
import { readBody, TOO_LONG } from '../../src/participant/adapters/read-body.js';

const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((array) => Buffer.from(array));

describe('a body that is read', () => {
  it('is whole up to the bound, and known to be too long beyond it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bytes), fc.nat(200), async (chunks, most) => {
        const whole = Buffer.concat(chunks);
        const read = await readBody(Readable.from(chunks), most);
        expect(read).toEqual(whole.length > most ? TOO_LONG : whole);
      }),
    );
  });

  it('need not end to be too long', async () => {
    const endless = new Readable({
      read() {
        setImmediate(() => this.push(Buffer.alloc(1_000)));
      },
    });
    expect(await readBody(endless, 10_000)).toBe(TOO_LONG);
    endless.destroy();
  });

  it('is none if its caller breaks off', async () => {
    const broken = new Readable({ read: () => {} });
    broken.push('half');
    const read = readBody(broken, 10);
    broken.destroy();
    await expect(read).rejects.toThrow('broke off');
  });
});
