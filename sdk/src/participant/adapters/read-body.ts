import type { Readable } from 'node:stream';

/** Of a body that is longer than it may be. */
export const TOO_LONG = Symbol('too long');

/**
 * Reads a stream to its end.
 * @param most bytes; what comes beyond them is thrown away as it comes, so that the caller can hear the answer
 * @throws if the stream breaks off
 */
export function readBody(stream: Readable, most: number): Promise<Buffer | typeof TOO_LONG> {
  return new Promise((settle, fail) => {
    const chunks: Buffer[] = [];
    let length = 0;
    stream
      .on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length <= most) chunks.push(chunk);
        else {
          chunks.length = 0;
          settle(TOO_LONG);
        }
      })
      .once('end', () => settle(Buffer.concat(chunks)))
      .once('error', fail)
      .once('close', () => fail(new Error('the call broke off')));
  });
}
