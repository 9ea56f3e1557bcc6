import { saga, typed } from '@skald/sdk';
import type { Rental } from './cars.js';
import type { Ticket } from './flights.js';
import type { Stay } from './hotels.js';
import type { Receipt } from './payments.js';

/** What somebody wants to book. */
export interface Wish {
  readonly traveller: string;
  /** Flight number of the way there. */
  readonly outbound: string;
  /** Flight number of the way back. */
  readonly inbound: string;
  readonly hotel: string;
  readonly nights: number;
  /** Where the car stands. */
  readonly station: string;
  /** Of everything together, in cents. */
  readonly price: number;
}

const text = { type: 'string', minLength: 1 };
const count = { type: 'integer', minimum: 1 };

/** Flights, hotel and car are booked side by side; what they cost is charged when all of them are sure. */
export const journey = saga('book-journey', { description: 'Book flights, a hotel and a car, and pay for them' })
  .input<Wish>({
    type: 'object',
    required: ['traveller', 'outbound', 'inbound', 'hotel', 'nights', 'station', 'price'],
    properties: {
      traveller: text,
      outbound: text,
      inbound: text,
      hotel: text,
      nights: count,
      station: text,
      price: count,
    },
  })
  .parallel(
    (flights) =>
      flights
        .step('outbound', {
          participant: 'flights',
          action: {
            path: '/tickets',
            body: ({ input }) => ({ flight: input.outbound, traveller: input.traveller }),
            output: typed<Ticket>(),
          },
          compensation: { path: '/tickets/cancel' },
        })
        .step('inbound', {
          participant: 'flights',
          action: {
            path: '/tickets',
            body: ({ input }) => ({ flight: input.inbound, traveller: input.traveller }),
            output: typed<Ticket>(),
          },
          compensation: { path: '/tickets/cancel' },
        }),
    (hotel) =>
      hotel.step('hotel', {
        participant: 'hotels',
        action: {
          path: '/stays',
          body: ({ input }) => ({ hotel: input.hotel, nights: input.nights, guest: input.traveller }),
          output: typed<Stay>(),
        },
        compensation: { path: '/stays/cancel' },
        // People answer there, and not at night.
        callbackTimeout: '2d',
      }),
    (car) =>
      car.step('car', {
        participant: 'cars',
        action: {
          path: '/rentals',
          body: ({ input }) => ({ station: input.station, driver: input.traveller }),
          output: typed<Rental>(),
        },
        compensation: { path: '/rentals/cancel' },
      }),
  )
  // Once it is paid, the journey is booked. Were nobody to know whether it is paid, it would be paid back.
  .pivot('pay', {
    participant: 'payments',
    action: {
      path: '/payments',
      body: ({ input }) => ({ payer: input.traveller, amount: input.price }),
      output: typed<Receipt>(),
    },
    compensation: { path: '/payments/refund' },
  })
  .output(({ steps }) => ({
    tickets: [steps.outbound.output.ticket, steps.inbound.output.ticket],
    room: steps.hotel.output.room,
    car: steps.car.output.plate,
    receipt: steps.pay.output.receipt,
  }))
  .build();
