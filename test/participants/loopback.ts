import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { ParticipantCall } from '../../src/participants/participant-call.js';
import { parseParticipant } from '../../src/participants/participant-parser.js';
import type { Participant } from '../../src/participants/participant.js';
import { TargetGuard } from '../../src/participants/targets.js';

/** What may be called while no API key is configured: this machine, above all. */
export const openGuard = new TargetGuard({ allowed: null, keysConfigured: false });

/** A server on a free port of this machine. */
export interface Served {
  readonly url: string;
  readonly port: number;
  /** Connections that were opened so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** A participant that speaks HTTP. */
export function serve(listener: RequestListener): Promise<Served> {
  return listen(createServer({ maxHeaderSize: 65_536 }, listener));
}

/** A participant that does what it likes with the connection. */
export function serveRaw(onConnection: (socket: Socket) => void): Promise<Served> {
  return listen(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    }),
  );
}

async function listen(server: Server): Promise<Served> {
  const sockets = new Set<Socket>();
  let opened = 0;
  server.on('connection', (socket: Socket) => {
    opened += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    connections: () => opened,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        sockets.forEach((socket) => socket.destroy());
      }),
  };
}

/** A participant with one endpoint; `policy` as in the API. */
export function participantAt(url: string, policy: object = {}): Participant {
  const read = parseParticipant('inventory', { endpoints: [{ url }], ...policy });
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.participant;
}

/** The first attempt of an action. */
export function callOf(participant: Participant, differing: Partial<ParticipantCall> = {}): ParticipantCall {
  return {
    participant,
    sagaId: '0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
    definition: 'place-order@3',
    step: 'reserve',
    operation: 'action',
    attempt: 1,
    seq: 7,
    idempotencyKey: '0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b/reserve/action',
    method: 'POST',
    releasedBy: null,
    path: '/reservations',
    body: '{"sku":"A-1"}',
    callbackUrl: 'http://127.0.0.1:8080/v1/callbacks/token',
    ...differing,
  };
}

/** A promise and what settles it. */
export function resolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

/** What is kept of a call that was answered with 200: no more than this. */
export const ANSWERED = {
  endpoint: expect.stringMatching(/^http:\/\//) as string,
  status: 200,
  ms: expect.any(Number) as number,
};
