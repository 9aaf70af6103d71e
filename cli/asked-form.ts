/** What a page of the hub asks, as the page itself marks it for programs (`data-hub-asks`). */
export interface AskedForm {
  /** What is asked: consent, or a confirmation. */
  readonly asks: string;
  readonly action: string;
  /** The fields of either answer, in the order of the page; undefined where the page has no button for it. */
  readonly agree: URLSearchParams | undefined;
  readonly decline: URLSearchParams | undefined;
}

type Attributes = Readonly<Record<string, string>>;
interface Tag {
  readonly name: string;
  readonly attributes: Attributes;
}

const tag = /<(input|button)\b((?:\s+[\w-]+(?:="[^"]*")?)*)\s*\/?>/g;
const attribute = /([\w-]+)(?:="([^"]*)")?/g;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

const decode = (text: string) =>
  text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (all, name: string) => entities[name] ?? all);

function attributesIn(text: string): Attributes {
  return Object.fromEntries([...text.matchAll(attribute)].map(([, name = '', value = '']) => [name, decode(value)]));
}

/** The form that waits for an answer. The hub renders attributes in double quotes, so this needs no browser. */
export function askedFormIn(html: string): AskedForm | undefined {
  const [, head = '', body = ''] = /<form\b([^>]*\bdata-hub-asks="[^>]*)>(.*?)<\/form>/s.exec(html) ?? [];
  const { 'data-hub-asks': asks, action } = attributesIn(head);
  if (!asks || action === undefined) return undefined;
  const tags = [...body.matchAll(tag)].map(([, name = '', text = '']) => ({ name, attributes: attributesIn(text) }));
  return { asks, action, agree: fieldsFor('agree', tags), decline: fieldsFor('decline', tags) };
}

/**
 * Agreeing ticks every box and takes the first of each group of radio buttons: pages put the narrowest first. Declining
 * sends what the page holds by itself.
 */
function fieldsFor(answer: 'agree' | 'decline', tags: readonly Tag[]): URLSearchParams | undefined {
  if (!tags.some(({ attributes }) => attributes['data-hub-answer'] === answer)) return undefined;
  const fields = new URLSearchParams();
  for (const { name: element, attributes } of tags) {
    const { name = '', value = 'on', type = 'text' } = attributes;
    const asked =
      element === 'button' ? attributes['data-hub-answer'] === answer : isSent(type, answer, fields.has(name));
    if (name && asked) fields.append(name, value);
  }
  return fields;
}

function isSent(type: string, answer: 'agree' | 'decline', known: boolean): boolean {
  if (type === 'hidden') return true;
  return answer === 'agree' && (type === 'checkbox' || (type === 'radio' && !known));
}
