import { Accepted } from '@skald/sdk';
import { sagaTest } from '@skald/sdk/testing';
import { journey, type Wish } from '../src/journey.js';

const wish: Wish = {
  traveller: 'Snorri',
  outbound: 'SK101',
  inbound: 'SK102',
  hotel: 'Harbour',
  nights: 3,
  station: 'airport',
  price: 89_900,
};

/** The rules of the journey itself, in virtual time: no server, no services. */
describe('a journey', () => {
  const test = sagaTest(journey, {
    participants: {
      flights: { '/tickets': ({ step }) => ({ ticket: `ticket ${step}` }), '/tickets/cancel': () => null },
      hotels: { '/stays': () => new Accepted(), '/stays/cancel': () => null },
      cars: { '/rentals': () => ({ plate: 'SAGA 1' }), '/rentals/cancel': () => null },
      payments: { '/payments': () => ({ receipt: 'r-1' }), '/payments/refund': () => null },
    },
  });

  it('is paid when the hotel has said yes, however long that takes', async () => {
    const run = await test
      .given(wish)
      .whenCallback('hotel', { room: 7 }, { after: '9h' })
      .expectCompleted({
        tickets: ['ticket outbound', 'ticket inbound'],
        room: 7,
        car: 'SAGA 1',
        receipt: 'r-1',
      });
    expect(run.calls.map(({ step }) => step)).toEqual(['outbound', 'hotel', 'car', 'inbound', 'pay']);
  });

  it('gives flights and car back, the way back first, when the hotel says no', async () => {
    const run = await test
      .given(wish)
      .whenCallbackRejects('hotel', 'no room')
      .expectCompensated(['outbound', 'inbound', 'car']);
    const undone = run.calls.filter(({ operation }) => operation === 'compensation').map(({ step }) => step);
    expect(undone.indexOf('inbound')).toBeLessThan(undone.indexOf('outbound'));
    expect(undone).toHaveLength(3);
  });

  it('also takes back what is under way: the hotel has not decided, the way back is being booked', async () => {
    await test
      .given(wish)
      .whenStepRejects('car')
      .whenCallbackNeverComes('hotel')
      .expectCompensated(['outbound', 'inbound', 'hotel']);
  });

  it('gives everything back when it can not be paid', async () => {
    await test.given(wish).whenStepRejects('pay').expectCompensated(['outbound', 'inbound', 'hotel', 'car']);
  });

  it('comes to the same end in every order, after every crash, and whatever step fails', async () => {
    const booked = test.given(wish).whenCallback('hotel', { room: 7 });
    await booked.everyOrder();
    await booked.crashAfterEveryStep();
    await booked.failEveryStepInTurn();
  });
});
