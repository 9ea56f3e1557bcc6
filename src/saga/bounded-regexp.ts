/** The longest text that a regular expression of a definition is tried on, in characters. */
export const MAX_SUBJECT = 10_000;

interface Group {
  /** Index of its first token. */
  readonly start: number;
  /** It can match one text in more than one way. */
  ambiguous: boolean;
  /** It is a choice between alternatives. */
  choice: boolean;
}

/**
 * Why a pattern is refused: it could take exponential time on a hostile text. `null`: it can't.
 *
 * What makes a backtracking matcher explode is a repeated group that can match one text in several ways (`(a+)+`,
 * `(a|aa)*`). It is harmless when a separator tells where each repetition begins or ends, as in `(\.[a-z]+)*`.
 * Some harmless patterns are refused as well; they can be written in another way.
 */
export function repetitionProblem(pattern: string): string | null {
  // Escapes and classes are whole tokens, so that what is left of brackets and quantifiers is syntax.
  const tokens =
    pattern.match(/\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\{\d+(?:,\d*)?\}|\((?:\?(?:[:=!]|<[=!]|<\w+>))?|[\s\S]/g) ?? [];
  const open: Group[] = [];
  let group: Group = { start: 0, ambiguous: false, choice: false };
  for (const [i, token] of tokens.entries()) {
    if (token.startsWith('(')) {
      open.push(group);
      group = { start: i + 1, ambiguous: false, choice: false };
    } else if (token === ')' && open.length > 0) {
      const repeated = isRepeated(tokens[i + 1]);
      if (repeated && group.ambiguous && (group.choice || !isSeparated(tokens.slice(group.start, i)))) {
        return 'a repeated group must not hold another repetition or a choice: on some texts that takes for ever';
      }
      const outer = open.pop() as Group;
      outer.ambiguous ||= group.ambiguous || repeated;
      group = outer;
    } else if (token === '|') {
      group.ambiguous = group.choice = true;
    } else if (isQuantifier(token)) {
      group.ambiguous = true;
    }
  }
  return null;
}

function isQuantifier(token: string): boolean {
  const counts = /^\{(\d+)(?:,(\d*))?\}$/.exec(token);
  return counts ? counts[2] !== undefined && counts[1] !== counts[2] : ['*', '+', '?'].includes(token);
}

/** Whether what stands before this token may be matched more than once. */
function isRepeated(token: string | undefined): boolean {
  const counts = /^\{(\d+)(?:,(\d*))?\}$/.exec(token ?? '');
  return counts ? counts[2] === '' || Number(counts[2] ?? counts[1]) > 1 : token === '*' || token === '+';
}

/** Whether the body begins or ends with one fixed character that nothing else in it can match. */
function isSeparated(body: readonly string[]): boolean {
  const atoms = body.filter(
    (token) => !token.startsWith('(') && token !== ')' && token !== '|' && !isQuantifier(token),
  );
  const begins = isFixed(body[0]) && !isQuantifier(body[1] ?? '') && isAlone(atoms[0] as string, atoms.slice(1));
  return begins || (isFixed(body.at(-1)) && isAlone(atoms.at(-1) as string, atoms.slice(0, -1)));
}

function isFixed(token: string | undefined): token is string {
  return token !== undefined && /^(?:[^\\[\](){}.*+?^$|]|\\[^\w\s])$/.test(token);
}

function isAlone(fixed: string, others: readonly string[]): boolean {
  const character = fixed.at(-1) as string;
  return others.every((other) =>
    isFixed(other) || /^(?:\\[dDwWsS]|\[)/.test(other) ? !matches(other, character) : false,
  );
}

function matches(atom: string, character: string): boolean {
  try {
    // Without regard to case: the pattern's own flags are not known here.
    return new RegExp(atom, 'i').test(character);
  } catch {
    return true;
  }
}

/** A regular expression that is not tried on texts longer than {@link MAX_SUBJECT}; throws a `RangeError` instead. */
export class BoundedRegExp extends RegExp {
  override exec(text: string): RegExpExecArray | null {
    if (text.length > MAX_SUBJECT) {
      throw new RangeError(`a text of more than ${MAX_SUBJECT} characters is not matched against a regular expression`);
    }
    return super.exec(text);
  }
}
