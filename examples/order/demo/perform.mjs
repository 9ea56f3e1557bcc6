import { red } from './timeline.mjs';

/**
 * Shows a demo, until it is over or somebody presses Ctrl-C; then clears the stage and ends the process, with 0 if what
 * was shown is right.
 * @template {{ lastWords(): string, clear(): Promise<void> }} Stage
 * @param {Stage} stage
 * @param {(stage: Stage) => Promise<boolean>} show
 * @param {{ lingers?: boolean }} [options] `lingers`: when it is over, everything runs on until Ctrl-C
 */
export async function perform(stage, show, { lingers = false } = {}) {
  const interrupted = new Promise((stop) => ['SIGINT', 'SIGTERM'].forEach((name) => process.on(name, () => stop())));
  try {
    const isRight = await Promise.race([show(stage), interrupted]);
    process.exitCode = isRight === undefined ? 130 : Number(!isRight);
    if (isRight !== undefined && lingers) await interrupted;
  } catch (error) {
    console.error(red(error instanceof Error ? error.message : String(error)));
    console.error(stage.lastWords());
    process.exitCode = 1;
  }
  await stage.clear();
  process.exit();
}
