import type { BodyReader } from './fetch.js';
import { within } from './pauses.js';

/**
 * The data of server-sent events, until the stream ends or breaks: to whoever reads on, both are the same.
 *
 * @param quiet ms without a byte after which it counts as broken: a connection whose other end is gone says nothing
 * @throws the signal's reason, when that is aborted
 */
export async function* eventData(
  body: { getReader(): BodyReader },
  quiet: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const chunk = await within(quiet, signal, (stop) => Promise.race([reader.read(), aborted(stop)])).catch(
        () => null,
      );
      signal?.throwIfAborted();
      if (!chunk || chunk.done) return;
      text += decoder.decode(chunk.value, { stream: true });
      // What is not ended by an empty line is not whole yet; if the stream ends there, it never was.
      const events = text.split(/\r?\n\r?\n/);
      text = events.pop() ?? '';
      for (const event of events) {
        const data = dataOf(event);
        if (data !== null) yield data;
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

/** `null` for a comment. */
function dataOf(event: string): string | null {
  const lines = event.split(/\r?\n/).flatMap((line) => /^data: ?(.*)$/.exec(line)?.[1] ?? []);
  return lines.length > 0 ? lines.join('\n') : null;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
