import { connect } from 'node:net';
import { isProblem, type Readiness, type SkaldClient, type StoredParticipant } from '@skald/sdk';
import { linesOf } from '../failure.js';
import { judgeClock } from './clocks.js';
import { fail, ok, warn, wordsOf, type Finding } from './finding.js';

/** How long a target may take to accept a connection, ms. */
const PATIENCE = 3_000;

/** What can be told by asking the server, as its clients do. */
export async function checkServer(skald: SkaldClient, url: string, hasKey: boolean): Promise<Finding[]> {
  let readiness: Readiness;
  try {
    readiness = await skald.health();
  } catch (err) {
    return [fail('server', `${url} does not answer (${linesOf(err)[0]}): start it, or say where it is with --server`)];
  }
  const checks = Object.entries(readiness.checks).map(([name, told]) => `${name} ${told}`);
  const told = `${url} is ${readiness.status} (${checks.join(', ')})`;
  const state =
    readiness.status === 'ready'
      ? ok('server', told)
      : readiness.status === 'degraded'
        ? warn('server', `${told}: sagas are found more slowly until the queue is back`)
        : fail('server', `${told}: mend what it names`);
  return [state, ...(await checkDate(url)), ...(await checkRole(skald, hasKey)), ...(await checkTargets(skald))];
}

/** The header says whole seconds, and was written somewhere on the way. */
async function checkDate(url: string): Promise<Finding[]> {
  try {
    const sent = Date.now();
    const { headers } = await fetch(`${url.replace(/\/+$/, '')}/health/live`, {
      signal: AbortSignal.timeout(PATIENCE),
    });
    const date = headers.get('date');
    if (date === null) return [];
    const middle = (sent + Date.now()) / 2;
    return [judgeClock('clock of the server', Date.parse(date) + 500 - middle, 1_000)];
  } catch {
    return []; // it has answered a moment ago, and what is wrong now is no matter of clocks
  }
}

/** What the key opens, from the most to the least. */
async function checkRole(skald: SkaldClient, hasKey: boolean): Promise<Finding[]> {
  const doors = [
    ['admin', () => first(skald.admin.keys.list({ pageSize: 1 }))],
    ['operator', () => skald.admin.stats()],
    ['viewer or submitter', () => first(skald.sagas.list({}, { pageSize: 1 }))],
  ] as const;
  for (const [role, open] of doors) {
    try {
      await open();
      return hasKey
        ? [ok('api key', `its role is ${role}`)]
        : [
            warn(
              'api key',
              `the server asks for none, so whoever reaches it may do everything: make one with "skald keys create"`,
            ),
          ];
    } catch (err) {
      if (isProblem(err) && err.status === 401) {
        const mend = hasKey ? 'the server does not know it: get another one' : 'the server asks for one';
        return [fail('api key', `${mend}, and set SKALD_API_KEY`)];
      }
      // A server that is older does not have that door.
      if (!isProblem(err) || (err.status !== 403 && err.status !== 404))
        return [warn('api key', linesOf(err)[0] ?? '')];
    }
  }
  return [fail('api key', 'it opens nothing: get another one')];
}

async function checkTargets(skald: SkaldClient): Promise<Finding[]> {
  const participants: StoredParticipant[] = [];
  try {
    for await (const participant of skald.participants.list({ pageSize: 200 })) participants.push(participant);
  } catch (err) {
    return [warn('targets', `the participants can't be listed: ${linesOf(err)[0]}`)];
  }
  if (participants.length === 0) return [warn('targets', 'no participant is stored: put one with "skald apply -f"')];
  const targets = participants.flatMap(({ name, endpoints }) =>
    endpoints.map((endpoint) => ({ name, url: typeof endpoint === 'string' ? endpoint : endpoint.url })),
  );
  return Promise.all(targets.map(({ name, url }) => checkTarget(`participant ${name}`, url)));
}

/** From here, which may not be where the server calls from. */
export async function checkTarget(check: string, target: string): Promise<Finding> {
  if (!URL.canParse(target)) return fail(check, 'has an endpoint that is no URL: store it anew');
  const { protocol, hostname, port, origin } = new URL(target);
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  try {
    await reach(hostname.replace(/^\[|\]$/g, ''), number);
    return ok(check, `${origin} accepts connections`);
  } catch (err) {
    return warn(check, `${origin} can't be reached from here (${wordsOf(err)}): start it, or open the way to it`);
  }
}

function reach(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: PATIENCE });
    socket.once('connect', () => (socket.destroy(), resolve()));
    socket.once('timeout', () => (socket.destroy(), reject(new Error(`no connection within ${PATIENCE / 1_000} s`))));
    socket.once('error', reject);
  });
}

async function first(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items) return;
}
