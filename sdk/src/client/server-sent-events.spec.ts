import fc from 'fast-check';
import { eventData } from './server-sent-events.js';

async function read(stream: ReadableStream<Uint8Array>, quiet = 10_000): Promise<string[]> {
  const seen: string[] = [];
  for await (const data of eventData(stream, quiet, undefined)) seen.push(data);
  return seen;
}

describe('server-sent events', () => {
  it('are the same in whatever pieces they come', async () => {
    const events = fc.array(
      fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
      { maxLength: 5 },
    );
    const newline = fc.constantFrom('\n', '\r\n');
    const cuts = fc.array(fc.nat(400), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(events, newline, cuts, async (data, end, at) => {
        const text = data.map(
          (json, i) => `id: ${i}${end}event: entry${end}data: ${json}${end}${end}: beat${end}${end}`,
        );
        const bytes = new TextEncoder().encode(text.join(''));
        const places = [0, ...at.filter((place) => place < bytes.length).sort((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((place, i) => bytes.slice(places[i], place));
        expect(await read(new Blob(pieces).stream())).toEqual(data);
        expect(await read(ReadableStream.from(pieces))).toEqual(data);
      }),
    );
  });

  it('that are not whole never were', async () => {
    expect(await read(new Blob(['data: 1\n\n', 'data: 2\n']).stream())).toEqual(['1']);
  });

  it('end when nothing comes for too long, and let the connection go', async () => {
    let isCancelled = false;
    const silent = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')),
      cancel: () => void (isCancelled = true),
    });
    expect(await read(silent, 20)).toEqual(['1']);
    expect(isCancelled).toBe(true);
  });
});
