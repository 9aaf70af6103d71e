import type { Resident } from '../../card-auth/index.ts';
import { createKeyedIndex } from '../../lib/seal.ts';

export const proofedNames = ['name', 'birthDate', 'sex', 'address'] as const;
/** What a proofing was about, item by item: a digest, so that the record tells nothing and a later change is noticed. */
export type ProofedItems = Readonly<Record<(typeof proofedNames)[number], string>>;

export const proofIndexOf = ({ masterKey }: { readonly masterKey: Uint8Array }) =>
  createKeyedIndex(masterKey, 'card-proofing');

/** `id`: of the proofing; equal values of two people look different. */
export function proofedItems(
  index: (text: string) => string,
  id: string,
  { name, birthDate, sex, address }: Pick<Resident, 'name' | 'birthDate' | 'sex' | 'address'>,
): ProofedItems {
  const of = (item: string, ...values: readonly (string | number | undefined)[]) =>
    index(JSON.stringify([id, item, ...values.map((value) => value ?? '')]));
  return {
    name: of('name', name.kanji, name.kana, name.latin, name.alias),
    birthDate: of('birthDate', birthDate),
    sex: of('sex', sex),
    address: of('address', address?.postal, address?.municipality, address?.town, address?.block),
  };
}
