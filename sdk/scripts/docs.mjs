import path from 'node:path';
import { Application, ReflectionKind, TSConfigReader, TypeDocReader } from 'typedoc';

/*
 * Writes the reference of every export to docs/.sdk, from the sources. Fails if an export has no words of its own, if a
 * link leads nowhere, or if a type is used in public and not exported.
 *
 *     node scripts/docs.mjs [--check]      --check: look, and write nothing
 */
process.chdir(path.dirname(import.meta.dirname));
const app = await Application.bootstrap({}, [new TypeDocReader(), new TSConfigReader()]);
const project = await app.convert();
if (!project) process.exit(1);

app.validate(project);
const mute = project
  .getReflectionsByKind(ReflectionKind.SomeExport & ~ReflectionKind.SomeModule)
  .filter((reflection) => !hasWords(reflection) && !(reflection.signatures ?? []).some(hasWords))
  .map((reflection) => reflection.getFullName());
for (const name of mute) console.error(`${name} is exported and has no documentation`);
if (mute.length > 0 || app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);

if (!process.argv.includes('--check')) await app.generateOutputs(project);

function hasWords(reflection) {
  return reflection.hasComment();
}
