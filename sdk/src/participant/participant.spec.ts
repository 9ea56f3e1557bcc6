import { signedCall } from '../../test/participant/signed-call.js';
import { participant } from './participant.js';
import { Accepted } from './results.js';

describe('the handle on the result of an accepted operation', () => {
  it('is made as the request says, from the URL of the call', async () => {
    const told: unknown[] = [];
    const payment = participant().action('/value', async (call) => {
      await call.callback<{ paid: boolean }>().succeed({ paid: true });
      return new Accepted();
    });
    const reply = await payment.handle({
      ...signedCall(),
      callback: (url) => ({
        url,
        succeed: async (output) => told.push(url, output) > 0,
        reject: async () => false,
      }),
    });
    expect(reply.status).toBe(202);
    expect(told).toEqual(['http://127.0.0.1:9/v1/callbacks/token', { paid: true }]);
  });
});
