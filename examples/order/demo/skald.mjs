import { setTimeout as sleep } from 'node:timers/promises';

/** The few calls of Skald's REST API that the demo needs; everything here is plain HTTP. */
export class Skald {
  /** @param {string} url */
  constructor(url) {
    this.url = url;
  }

  /** @param {string} name @param {string} endpoint */
  putParticipant(name, endpoint) {
    return this.#call('PUT', `/v1/participants/${name}`, JSON.stringify({ endpoints: [{ url: endpoint }] }));
  }

  /** @param {string} yaml */
  postDefinition(yaml) {
    return this.#call('POST', '/v1/definitions', yaml, { 'content-type': 'application/yaml' });
  }

  /** @param {string} definition @param {unknown} input @param {string} key the same key never starts a second saga */
  startSaga(definition, input, key) {
    const body = JSON.stringify({ definition, input, businessKey: key });
    return this.#call('POST', '/v1/sagas', body, { 'idempotency-key': key });
  }

  /** @param {string} id */
  saga(id) {
    return this.#call('GET', `/v1/sagas/${id}`);
  }

  /**
   * The journal of one saga, live, until the saga has ended. When the server goes away it asks again where it left off.
   * @param {string} id
   */
  async *journal(id) {
    for (let seq = 0; ; await sleep(200)) {
      try {
        for await (const entry of this.#events(id, seq)) {
          seq = entry.seq;
          yield entry;
          if (entry.facts.some(({ type }) => type === 'saga-completed' || type === 'saga-compensated')) return;
        }
      } catch (error) {
        if (error instanceof Answer) throw error;
      }
    }
  }

  async *#events(id, after) {
    const headers = { accept: 'text/event-stream', 'last-event-id': String(after) };
    const response = await fetch(`${this.url}/v1/sagas/${id}/events`, { headers });
    if (!response.ok) throw new Answer(`GET events of ${id}: ${response.status} ${await response.text()}`);
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = block.split('\n').filter((line) => line.startsWith('data:'));
        if (data.length > 0) yield JSON.parse(data.map((line) => line.slice(5)).join('\n'));
      }
    }
  }

  async #call(method, path, body, headers = {}) {
    const response = await fetch(this.url + path, {
      method,
      body,
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    });
    if (!response.ok) throw new Answer(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

/** The server answered, but not what was hoped for. */
class Answer extends Error {}
