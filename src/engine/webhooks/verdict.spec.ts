import fc from 'fast-check';
import type { NoticeAnswer } from '../../participants/notices.js';
import { judgeDelivery, judgeReceiver } from './verdict.js';

const HOUR = 3_600_000;
const answer = (status: number | null, retryAfter?: string): NoticeAnswer => ({
  ...{ status, error: 'no', code: 'x', retryAfter },
});
const judge = (it: NoticeAnswer, more: Partial<Parameters<typeof judgeDelivery>[1]> = {}) =>
  judgeDelivery(it, { attempts: 1, elapsed: 0, giveUpAfter: 24 * HOUR, now: 0, random: 0.5, ...more });

describe('what follows from the answer of a receiver', () => {
  it('is that the event has arrived, for every 2xx and for nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), (status) => {
        expect(judge(answer(status)).kind === 'synced').toBe(status >= 200 && status < 300);
      }),
    );
    expect(judge(answer(null)).kind).toBe('later');
  });

  it('is that it wants no more, for 410', () => {
    expect(judge(answer(410))).toEqual({ kind: 'gone' });
  });

  it('is a wait that grows with the attempts to five minutes, with full jitter', () => {
    expect(judge(answer(500), { attempts: 1, random: 0.5 })).toEqual({ kind: 'later', delay: 250 });
    expect(judge(answer(500), { attempts: 3, random: 0.5 })).toEqual({ kind: 'later', delay: 1_000 });
    expect(judge(answer(500), { attempts: 60, random: 0.999_999 })).toEqual({ kind: 'later', delay: 300_000 });
    expect(judge(answer(500), { attempts: 60, random: 0 })).toEqual({ kind: 'later', delay: 0 });
  });

  it('is what it asks for, up to an hour', () => {
    expect(judge(answer(503, '7'))).toEqual({ kind: 'later', delay: 7_000 });
    expect(judge(answer(429, '86400'))).toEqual({ kind: 'later', delay: HOUR });
  });

  it('is that it is given up, once it was tried for long enough', () => {
    expect(judge(answer(500), { attempts: 200, elapsed: 23 * HOUR }).kind).toBe('later');
    expect(judge(answer(500), { attempts: 1, elapsed: 24 * HOUR + 1 })).toEqual({ kind: 'failed' });
    expect(judge(answer(200), { attempts: 1, elapsed: 25 * HOUR })).toEqual({ kind: 'synced' });
  });

  it('tells a receiver that is ill from one that asks for rest, and from one that refuses one event', () => {
    for (const status of [null, 408, 500, 502, 504]) expect(judgeReceiver(answer(status), 0).kind).toBe('ill');
    for (const status of [200, 204, 301, 400, 401, 404, 410, 422]) {
      expect(judgeReceiver(answer(status), 0).kind).toBe('well');
    }
    expect(judgeReceiver(answer(429, '3'), 0)).toEqual({ kind: 'resting', rest: 3_000 });
    expect(judgeReceiver(answer(503), 0)).toEqual({ kind: 'resting', rest: undefined });
  });
});
