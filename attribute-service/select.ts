import { elementsOf, textOf, type XmlElement } from '../lib/xml/index.ts';

/** One step of a Select: an element's name and what its children must say. */
export interface Step {
  readonly name: string;
  readonly where: readonly (readonly [field: string, value: string])[];
}

/**
 * The small part of XPath that a Select or TestOp may be written in: absolute paths of names, each with predicates of
 * equalities joined by `and`. No axes, functions, wildcards or positions: what cannot be said cannot be asked for.
 */
export type Path = readonly Step[];

const lengthMax = 1_000;
const stepsMax = 6;
const predicatesMax = 8;

/** A name with an optional prefix; which namespace the prefix stands for is the caller's to check. */
const nameAt = /(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)/y;
const literalAt = /\s*=\s*(?:'([^']*)'|"([^"]*)")\s*/y;

/**
 * Reads a path, or gives undefined for everything outside the subset. `isOurs` tells whether a prefix stands for the
 * namespace of the service.
 */
export function parsePath(text: string, isOurs: (prefix: string) => boolean = () => false): Path | undefined {
  const source = text.trim();
  if (source.length > lengthMax) return undefined;
  let at = 0;

  function match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(source) ?? undefined;
    if (found) at = pattern.lastIndex;
    return found;
  }

  function name(): string | undefined {
    const found = match(nameAt);
    return found && (found[1] === undefined || isOurs(found[1])) ? found[2] : undefined;
  }

  function predicates(): [string, string][] | undefined {
    const where: [string, string][] = [];
    while (match(/\[\s*/y)) {
      do {
        const field = name();
        const literal = field === undefined ? undefined : match(literalAt);
        if (field === undefined || !literal) return undefined;
        where.push([field, literal[1] ?? literal[2] ?? '']);
      } while (match(/and\s+/y));
      if (!match(/\]/y)) return undefined;
    }
    return where.length > predicatesMax ? undefined : where;
  }

  const steps: Step[] = [];
  while (at < source.length) {
    const step = match(/\//y) && name();
    const where = step === undefined ? undefined : predicates();
    if (step === undefined || !where || steps.length === stepsMax) return undefined;
    steps.push({ name: step, where });
  }
  return steps.length === 0 ? undefined : steps;
}

/** Writes a path; a value with both kinds of quotes cannot be written, and none of ours has either (TypeError). */
export function formatPath(path: Path): string {
  const quoted = (value: string) => {
    if (value.includes("'") && value.includes('"')) throw new TypeError('a value of a path has both kinds of quotes');
    return value.includes("'") ? `"${value}"` : `'${value}'`;
  };
  return path
    .map(({ name, where }) => {
      const terms = where.map(([field, value]) => `${field}=${quoted(value)}`);
      return `/${name}${terms.length === 0 ? '' : `[${terms.join(' and ')}]`}`;
    })
    .join('');
}

/** The elements a path selects in an object; names of another namespace are never met. */
export function select(root: XmlElement, [first, ...rest]: Path): readonly XmlElement[] {
  if (!first || !meets(root, first, root.ns)) return [];
  let found: readonly XmlElement[] = [root];
  for (const step of rest)
    found = found.flatMap((parent) => elementsOf(parent).filter((child) => meets(child, step, root.ns)));
  return found;
}

function meets(element: XmlElement, { name, where }: Step, ns: string): boolean {
  return (
    element.ns === ns &&
    element.name === name &&
    where.every(([field, value]) =>
      elementsOf(element).some((child) => child.ns === ns && child.name === field && isText(child, value)),
    )
  );
}

const isText = (element: XmlElement, value: string) => elementsOf(element).length === 0 && textOf(element) === value;
