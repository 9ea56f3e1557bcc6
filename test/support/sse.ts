/** Reads server-sent events (the part of the format that the contract uses: `id` and `data`). */
export async function* readEvents(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): AsyncGenerator<{ id: string; data: unknown }> {
  const leaving = new AbortController();
  try {
    const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal: leaving.signal });
    if (!response.ok || !response.body) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    const type = response.headers.get('content-type') ?? '';
    if (!type.startsWith('text/event-stream')) throw new Error(`${url} answers ${type}`);
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = text.split(/\r?\n\r?\n/);
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = block.split(/\r?\n/).map((line) => /^(\w+): ?(.*)$/.exec(line));
        const values = (name: string) => fields.filter((field) => field?.[1] === name).map((field) => field?.[2] ?? '');
        if (values('data').length > 0) {
          yield { id: values('id').at(-1) ?? '', data: JSON.parse(values('data').join('\n')) as unknown };
        }
      }
    }
  } finally {
    leaving.abort();
  }
}
