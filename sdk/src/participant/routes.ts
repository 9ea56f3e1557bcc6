import type { Operation } from './call.js';

/** Of a path: `/accounts/:id/debits` fits `/accounts/7/debits`. */
interface Pattern<Target> {
  readonly segments: readonly string[];
  readonly targets: Map<Operation, Target>;
}

/** Where a path leads. */
export interface Match<Target> {
  /** What is registered there, by operation. */
  readonly targets: ReadonlyMap<Operation, Target>;
  readonly params: Readonly<Record<string, string>>;
}

const SEGMENT = /^(?::[A-Za-z_][A-Za-z0-9_]*|[^:?#*\\\s][^?#*\\\s]*)$/;

/** The paths of a participant. Plain segments go before `:names`, as far left as they differ; else the order doesn't matter. */
export class Routes<Target> {
  private readonly patterns = new Map<string, Pattern<Target>>();

  /** The paths as they were given. */
  get paths(): readonly string[] {
    return [...this.patterns.values()].map(({ segments }) => `/${segments.join('/')}`);
  }

  /**
   * @throws {TypeError} if it is no path, or the operation has a handler there already (whatever the names in it)
   */
  add(path: string, operation: Operation, target: Target): void {
    const segments = path.slice(1).split('/');
    if (path !== '/' && !(path.startsWith('/') && segments.every((segment) => SEGMENT.test(segment)))) {
      throw new TypeError(
        `${JSON.stringify(path)} is no path of a participant: give one such as '/accounts/:id/debits'`,
      );
    }
    const names = segments.filter((segment) => segment.startsWith(':'));
    if (new Set(names).size < names.length) throw new TypeError(`${path} has a name twice`);
    const shape = segments.map((segment) => (segment.startsWith(':') ? ':' : segment)).join('/');
    const known = this.patterns.get(shape);
    if (known?.targets.has(operation)) throw new TypeError(`the ${operation} ${path} has a handler already`);
    if (known && known.segments.join('/') !== segments.join('/')) {
      throw new TypeError(`${path} and /${known.segments.join('/')} are one path: give its parts the same names`);
    }
    const pattern = known ?? { segments, targets: new Map<Operation, Target>() };
    pattern.targets.set(operation, target);
    this.patterns.set(shape, pattern);
  }

  /** @param path without a query; its segments may be percent-encoded */
  find(path: string): Match<Target> | undefined {
    const segments = decoded(path);
    if (!segments) return undefined;
    const [best] = [...this.patterns.values()]
      .filter((pattern) => fits(pattern.segments, segments))
      .sort((a, b) => rank(a.segments).localeCompare(rank(b.segments)));
    if (!best) return undefined;
    const params = best.segments.flatMap((name, at) => (name.startsWith(':') ? [[name.slice(1), segments[at]!]] : []));
    return { targets: best.targets, params: Object.fromEntries(params) as Record<string, string> };
  }
}

function decoded(path: string): readonly string[] | undefined {
  try {
    return path.startsWith('/') ? path.slice(1).split('/').map(decodeURIComponent) : undefined;
  } catch {
    return undefined; // a broken escape
  }
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, at) => (part.startsWith(':') ? segments[at] !== '' : part === segments[at]))
  );
}

/** Compares as text: plain before named, from the left. */
function rank(pattern: readonly string[]): string {
  return pattern.map((part) => (part.startsWith(':') ? '1' : '0')).join('');
}
