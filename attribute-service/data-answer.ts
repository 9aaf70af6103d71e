import type { XmlElement } from '../lib/xml/index.ts';
import { attributeTypeOfService, catalogue } from './catalogue.ts';
import type { CoverageAnswer, SourceState } from './coverage.ts';
import { buildCoverages, buildEligibility, eligibilityParametersOf, type Written } from './coverage-xml.ts';
import type { DataQuery, DataResponse, ItemStatus, QueryItem } from './dst.ts';
import { checkTargetDate, decideEligibility, type EligibilityQuestion, everyBodyAnswered } from './eligibility.ts';
import { AttributeError, type AttributeErrorCode } from './errors.ts';
import type { Status } from './liberty.ts';
import { type Path, select } from './select.ts';

/** What one item of a query asks: a path into an object, and for eligibility the question that makes the object. */
interface PlannedItem {
  readonly item: QueryItem;
  readonly path: Path;
  readonly question?: EligibilityQuestion;
}

/** A query whose items are known to be answerable, before any body is asked. */
export interface Plan {
  readonly query: DataQuery;
  readonly items: readonly PlannedItem[];
  readonly refused: readonly Status[];
}

/** What the bodies said and the hub adds to it. */
export interface AnswerFacts {
  readonly answer: CoverageAnswer;
  /** ms since 1970. */
  readonly at: number;
  /** Evidence number, for eligibility. */
  readonly reference?: string | undefined;
}

export interface AnsweredPlan {
  readonly response: DataResponse;
  /** Fields that XML could not carry. */
  readonly dropped: readonly string[];
}

const statusOf = (code: ItemStatus, ref?: string, comment?: string): Status => ({ code, ref, comment, nested: [] });

/** `today` is the day of the deployment, YYYY-MM-DD. */
export function planQuery(query: DataQuery, today: string): Plan {
  const items: PlannedItem[] = [];
  const refused: Status[] = [];
  const isEligibility = attributeTypeOfService(query.serviceType)?.id === catalogue.eligibility.id;
  for (const item of query.items) {
    const planned: PlannedItem | Status =
      item.kind === 'refused'
        ? statusOf(item.code, item.itemId)
        : isEligibility
          ? planEligibility(item, today)
          : { item, path: item.path };
    if ('item' in planned) items.push(planned);
    else refused.push(planned);
  }
  return { query, items, refused };
}

function planEligibility(item: QueryItem, today: string): PlannedItem | Status {
  const asked = eligibilityParametersOf(item.path);
  if (!asked) return statusOf('InvalidSelect', item.itemId);
  const { date = today, insurerNumber } = asked.parameters;
  try {
    checkTargetDate(date, today);
  } catch (error) {
    if (error instanceof AttributeError) return statusOf('InvalidSelect', item.itemId, error.code);
    throw error;
  }
  return { item, path: asked.rest, question: { date, statedInsurer: insurerNumber } };
}

/** Answers every item from what the bodies said. A body that failed makes the answer Partial, never empty. */
export function answerPlan({ query, items, refused }: Plan, facts: AnswerFacts): AnsweredPlan {
  const { answer, at } = facts;
  const faults = [...refused];
  const dropped = new Set<string>();
  const tests: { itemId: string; result: boolean }[] = [];
  const data: { itemId?: string | undefined; content: readonly XmlElement[] }[] = [];
  const objects = objectsFrom(facts);
  const found = ({ path, question }: PlannedItem) => {
    const written = objects(question);
    for (const field of written.dropped) dropped.add(field);
    return select(written.element, path);
  };

  for (const planned of items.filter(({ item }) => item.kind === 'test')) {
    const { itemId = '' } = planned.item;
    const result = found(planned).length > 0;
    // Who did not answer may be who would have made it true: then nothing can be said (R104).
    if (result || everyBodyAnswered(answer)) tests.push({ itemId, result });
    else faults.push(statusOf('TimeOut', itemId));
  }
  for (const planned of items.filter(({ item }) => item.kind === 'query')) {
    const { itemId, onlyIf } = planned.item;
    if (onlyIf !== undefined && !tests.some((test) => test.itemId === onlyIf && test.result)) continue;
    data.push({ itemId, content: found(planned) });
  }

  faults.push(...answer.sources.flatMap(sourceFault));
  faults.push(...[...dropped].map((field) => statusOf('InvalidData', undefined, field)));
  const code = faults.length === 0 ? 'OK' : data.length + tests.length > 0 ? 'Partial' : 'Failed';
  const { serviceType, itemId: itemIdRef, form } = query;
  const response = { serviceType, itemIdRef, form, at, status: { code, nested: faults }, tests, data };
  return { response, dropped: [...dropped] };
}

/** The object of an item, built once for all items that ask the same. */
function objectsFrom({ answer, at, reference = '' }: AnswerFacts) {
  const built = new Map<string, Written>();
  return (question: EligibilityQuestion | undefined): Written => {
    const key = JSON.stringify(question ?? null);
    const known = built.get(key);
    if (known) return known;
    const written = question
      ? buildEligibility({
          ...decideEligibility(answer, question),
          executedAt: at,
          reference,
          sources: answer.sources,
        })
      : buildCoverages(answer);
    built.set(key, written);
    return written;
  };
}

const sourceStatus = {
  silent: 'TimeOut',
  garbled: 'InvalidData',
  refused: 'UnspecifiedError',
} as const satisfies Record<Exclude<SourceState['state'], 'answered'>, ItemStatus>;

const sourceFault = ({ id, state }: SourceState): Status[] =>
  state === 'answered' ? [] : [statusOf(sourceStatus[state], undefined, id)];

/**
 * A refused query. What a contract does not have does not exist for the party. That a person is protected is told to
 * nobody (R152): such a refusal has no reason.
 */
export function refusedResponse({
  query,
  code,
  at,
}: {
  query: DataQuery;
  code: AttributeErrorCode;
  at: number;
}): DataResponse {
  const { serviceType, itemId: itemIdRef, form } = query;
  const unknown = code === 'NOT_IN_CONTRACT' || code === 'ATTRIBUTE_UNKNOWN';
  const comment = code === 'PERSON_PROTECTED' ? undefined : code;
  const nested = [statusOf(unknown ? 'DoesNotExist' : 'ActionNotAuthorized', undefined, comment)];
  return { serviceType, itemIdRef, form, at, status: { code: 'Failed', nested }, tests: [], data: [] };
}
