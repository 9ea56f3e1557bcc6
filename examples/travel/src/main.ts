import { cars } from './cars.js';
import { flights } from './flights.js';
import { hotels } from './hotels.js';
import { payments } from './payments.js';
import { serve } from './service.js';

/** The services, and the ports that they have unless `PORT` says otherwise. */
const SERVICES = {
  flights: [flights, 8101],
  hotels: [hotels, 8102],
  cars: [cars, 8103],
  payments: [payments, 8104],
} as const;

const [, , name = ''] = process.argv;
if (!(name in SERVICES)) throw new Error(`which one? node main.js ${Object.keys(SERVICES).join(' | ')}`);
const [open, port] = SERVICES[name as keyof typeof SERVICES];
await serve(name, port, open);
