import { judge } from './judge.mjs';

const line = (saga, effect) => {
  const [step, undone] = effect.split(' ');
  return { participant: 'any', entry: { saga, step, outcome: undone ? 'undone' : 'applied' } };
};
const ended = (status, ...degraded) => ({ status, degraded: new Set(degraded) });

/** One order that ended like this, with these effects in this order. */
const verdict = (end, ...effects) =>
  judge(
    new Set(['order']),
    new Map([['order', end]]),
    effects.map((effect) => line('order', effect)),
  );

describe('the judge of a promotion day', () => {
  const right = { lost: [], wrong: [] };

  it('is content with orders that have done all they should', () => {
    expect(verdict(ended('completed'), 'reserve', 'charge', 'grant', 'recommend')).toEqual(right);
    expect(verdict(ended('completed'), 'reserve', 'charge', 'recommend', 'grant')).toEqual(right);
    expect(verdict(ended('completed', 'reserve', 'recommend'), 'charge', 'grant')).toEqual(right);
    expect(verdict(ended('compensated'), 'reserve', 'reserve undone')).toEqual(right);
    expect(verdict(ended('compensated', 'reserve'))).toEqual(right);
  });

  it('lets a step have worked though something stood in for its answer', () => {
    expect(verdict(ended('completed', 'reserve'), 'reserve', 'charge', 'grant', 'recommend')).toEqual(right);
  });

  it('finds an order that was accepted and has not ended', () => {
    expect(judge(new Set(['a', 'b']), new Map([['a', ended('compensated')]]), [])).toEqual({ lost: ['b'], wrong: [] });
  });

  it.each([
    ['a charge that never was', ended('completed'), ['reserve', 'grant', 'recommend'], 'charge took effect 0 times'],
    [
      'a second charge',
      ended('completed'),
      ['reserve', 'charge', 'charge', 'grant', 'recommend'],
      'charge took effect 2',
    ],
    [
      'a step left out without a stand-in',
      ended('completed'),
      ['charge', 'grant', 'recommend'],
      'reserve took effect 0',
    ],
    [
      'a coupon before its payment',
      ended('completed'),
      ['reserve', 'grant', 'charge', 'recommend'],
      'coupon came first',
    ],
    [
      'goods that a completed order lost',
      ended('completed', 'reserve'),
      ['reserve', 'charge', 'grant', 'reserve undone', 'recommend'],
      'undone',
    ],
    ['goods that nobody put back', ended('compensated'), ['reserve'], 'still set aside'],
    ['a charge without an order', ended('compensated'), ['reserve', 'charge', 'reserve undone'], 'charge took effect'],
    ['a coupon without an order', ended('compensated'), ['grant'], 'grant took effect'],
  ])('finds %s', (_, end, effects, fault) => {
    expect(verdict(end, ...effects).wrong).toEqual([expect.stringContaining(fault)]);
  });

  it('finds effects of an order that nobody placed', () => {
    expect(judge(new Set(), new Map(), [line('ghost', 'charge')]).wrong).toEqual(['ghost: nobody ordered this']);
  });
});
