import { createServer } from 'node:net';

/** Below the range that the system hands out to clients, so that nobody takes the port between two starts of a server. */
const LOWEST = 20_000;
const HIGHEST = 32_767;

/** A TCP port on loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const probe = createServer();
    probe.once('error', () => settle(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => settle(true)));
  });
}
