import { SkaldClient } from '@skald/sdk';
import { journey } from './journey.js';

/*
 * Books a journey, and tells how it goes: node book.js [hotel]
 */
const [, , hotel = 'Harbour'] = process.argv;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const skald = new SkaldClient({ baseUrl: process.env['SKALD_URL'] ?? 'http://127.0.0.1:8080' });
const ports = { flights: 8101, hotels: 8102, cars: 8103, payments: 8104 };
for (const [name, port] of Object.entries(ports)) {
  await skald.participants.put(name, { endpoints: [{ url: `http://127.0.0.1:${port}` }] });
}
await skald.definitions.put(journey);

const wish = { traveller: 'Snorri', outbound: 'SK101', inbound: 'SK102', nights: 3, station: 'airport', price: 89_900 };
const { id } = await skald.sagas.start(journey, { ...wish, hotel });
for await (const { facts } of skald.sagas.watch(id)) {
  for (const { type, step } of facts) say(`${type.padEnd(20)}${step ?? ''}`);
}
const { status, output, reason } = await skald.sagas.get(id);
say(JSON.stringify({ status, output, reason }, null, 2));
