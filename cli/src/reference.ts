import type { Argument, Command, Option } from 'commander';
import { isHidden } from './completion/candidates.js';

/** The part of docs/reference/cli.md that the commands write themselves. */
export function referenceOf(program: Command): string {
  const sections = leavesOf(program).map(sectionOf);
  return [`## Options of every command\n\n${block(program.options)}`, ...sections].join('\n');
}

function leavesOf(command: Command): readonly Command[] {
  if (isHidden(command)) return [];
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

function sectionOf(command: Command): string {
  const names = namesOf(command).join(' ');
  const usage = [names, ...command.registeredArguments.map(argument)];
  const options = command.options.length > 0 ? `\n${block(command.options)}` : '';
  return `## \`${usage.join(' ')}\`\n\n${sentence(command.description())}\n${options}`;
}

function argument(one: Argument): string {
  const text = one.variadic ? `${one.name()}...` : one.name();
  return one.required ? `<${text}>` : `[${text}]`;
}

function namesOf(command: Command): string[] {
  return command.parent ? [...namesOf(command.parent), command.name()] : [command.name()];
}

function block(options: readonly Option[]): string {
  const width = Math.max(...options.map(({ flags }) => flags.length));
  const lines = options.map((option) => `${option.flags.padEnd(width)}  ${toldOf(option)}`);
  return `\`\`\`text\n${lines.join('\n')}\n\`\`\`\n`;
}

function toldOf({ description, mandatory, argChoices, defaultValue }: Option): string {
  const more = [
    mandatory && 'required',
    argChoices && argChoices.join(', '),
    ['string', 'number'].includes(typeof defaultValue) && `default ${String(defaultValue)}`,
  ].filter((part) => typeof part === 'string');
  return more.length > 0 ? `${description} (${more.join('; ')})` : description;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
