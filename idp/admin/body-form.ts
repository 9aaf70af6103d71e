import { bodyDeadline } from '../../federation/index.ts';

/** A body as the form has it: texts, with whatever somebody wrote. */
export interface BodyFields {
  readonly providerID: string;
  readonly address: string;
  readonly publicKey: string;
  readonly types: readonly string[];
  readonly deadlineMs: string;
}

/** The document that the fields stand for. A chosen file goes before the pasted key. */
export function bodyDocumentIn(form: URLSearchParams): string {
  const text = (name: string) => (form.get(name) ?? '').trim();
  const deadline = text('deadlineMs');
  return JSON.stringify({
    providerID: text('providerID'),
    address: text('address'),
    publicKey: (text('file') || text('publicKey')).replaceAll('\r\n', '\n'),
    types: [...new Set(form.getAll('types'))],
    deadlineMs: /^\d{1,9}$/.test(deadline) ? Number(deadline) : deadline,
  });
}

/** The fields of such a document; an empty one has what is usual. */
export function bodyFieldsOf(document: string): BodyFields {
  const { providerID, address, publicKey, types, deadlineMs }: Partial<Record<keyof BodyFields, unknown>> =
    document === '' ? {} : Object(JSON.parse(document));
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    providerID: text(providerID),
    address: text(address),
    publicKey: text(publicKey),
    types: Array.isArray(types) ? types.map(String) : [],
    deadlineMs: typeof deadlineMs === 'number' ? String(deadlineMs) : text(deadlineMs ?? String(bodyDeadline.usual)),
  };
}
