import type { Command, Option } from 'commander';

/**
 * What may come next on the command line.
 * @param words what was typed after `skald`; the last one is being typed, and may be empty
 */
export function candidates(program: Command, words: readonly string[]): string[] {
  const typed = words.at(-1) ?? '';
  let command = program;
  let argument = 0;
  const before = words.slice(0, -1);
  for (let i = 0; i < before.length; i++) {
    const word = before[i]!;
    const option = optionsOf(command).find(({ long, short }) => word === long || word === short);
    if (option) {
      if (takesValue(option) && i === before.length - 1) return matching(option.argChoices ?? [], typed);
      if (takesValue(option)) i++;
      continue;
    }
    if (word.startsWith('-')) continue;
    const next = command.commands.find((one) => one.name() === word);
    if (next) command = next;
    else argument++;
  }
  if (typed.startsWith('-')) {
    const flags = optionsOf(command).flatMap(({ long, hidden }) => (long != null && !hidden ? [long] : []));
    return matching([...flags, '--help'], typed);
  }
  const names = command.commands.filter((one) => !isHidden(one)).map((one) => one.name());
  return matching([...names, ...(command.registeredArguments[argument]?.argChoices ?? [])], typed);
}

export function isHidden(command: Command): boolean {
  return command.name().startsWith('__');
}

function optionsOf(command: Command): readonly Option[] {
  const inherited = command.parent ? optionsOf(command.parent) : [];
  return [...command.options, ...inherited];
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function matching(all: readonly string[], typed: string): string[] {
  return [...new Set(all)].filter((one) => one.startsWith(typed)).sort();
}
