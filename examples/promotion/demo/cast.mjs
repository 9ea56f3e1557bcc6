import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const EXAMPLE = resolve(import.meta.dirname, '..');

/** How many calls a second a service of so many clerks can serve. */
export const capacityOf = ({ clerks, pace }) => (clerks * 1_000) / pace;

/**
 * The services: their port, how many calls they take at a time (`clerks`), how long each of those takes (`pace`, ms), and
 * how many may stand in line. An ordinary day is 10 orders a second, the surge 100.
 */
export const SERVICES = {
  stock: { port: 8101, clerks: 4, pace: 100, line: 20 },
  payment: { port: 8102, clerks: 8, pace: 120, line: 20, program: '../order/payment.mjs' },
  coupon: { port: 8103, clerks: 20, pace: 400, line: 20 },
  // Its line is so long that it answers late rather than not at all.
  recommendation: { port: 8104, clerks: 4, pace: 150, line: 200 },
};

/** The services as the stage starts them. @returns {Record<string, import('../../order/demo/stage.mjs').Service>} */
export function cast() {
  const services = Object.entries(SERVICES).map(([name, { port, clerks, pace, line, program = `${name}.mjs` }]) => {
    const env = { CLERKS: String(clerks), LINE: String(line), PACE: String(pace) };
    return [name, { program: join(EXAMPLE, program), port, env }];
  });
  return Object.fromEntries(services);
}

/**
 * Tells Skald to read `resilience.yaml`: as it stands, but for ports that weren't free, and for how long breakers stay open.
 * @param {number} reset s
 */
export const protect = (reset) => (urls, folder) => {
  let text = readFileSync(join(EXAMPLE, 'resilience.yaml'), 'utf8').replace(/(?<=reset_timeout: )\d+/, String(reset));
  for (const [name, { port }] of Object.entries(SERVICES)) text = text.replace(`http://127.0.0.1:${port}`, urls[name]);
  const file = join(folder, 'resilience.yaml');
  writeFileSync(file, text);
  return { SKALD_CONFIG: file };
};
