/** A text in the two languages that pages speak. */
interface Text {
  readonly ja: string;
  readonly en: string;
}

/**
 * Purposes of use. Every access names one; the resident reads it in these words, in the consent page and in the history.
 */
export const purposes = {
  'urn:x-sanuki:purpose:self-view': {
    ja: 'ご本人が自分の情報を見るため',
    en: 'so that you can see your own records',
  },
  'urn:x-sanuki:purpose:eligibility-check': {
    ja: '医療機関の窓口で、保険の資格を確かめるため',
    en: 'so that a clinic can check your insurance at its counter',
  },
  'urn:x-sanuki:purpose:identity-check': {
    ja: 'カードの窓口で本人確認を済ませたことを、サービスに伝えるため',
    en: 'so that the service knows that the card office checked who you are',
  },
} as const satisfies Record<string, Text>;

export type Purpose = keyof typeof purposes;

export const isPurpose = (text: string | undefined): text is Purpose => text !== undefined && text in purposes;

/** One kind of data that a resident agrees to. */
export interface ConsentType {
  /** What contracts, consents and the access log call it. */
  readonly id: string;
  readonly name: Text;
  /** What is in it, in words for the consent page. */
  readonly contents: Text;
  readonly purposes: readonly Purpose[];
  /**
   * asked: a consent of the resident on the hub's own page. presentation: presenting the card at the counter for
   * exactly this, with the purpose in sight, is the consent, and it is good for this one request.
   */
  readonly consent: 'asked' | 'presentation';
  /** The lowest level of sign-in under which it is released. */
  readonly level: 'urn:x-sanuki:ac:card' | 'urn:x-sanuki:ac:card-pin';
}

/** One kind of data that other bodies hold. A new kind is an entry here and an adapter; no party's code changes. */
export interface AttributeType extends ConsentType {
  /** ID-WSF service type (DISCO 2.3); also the namespace of its messages. */
  readonly serviceType: string;
  /** objectType of DST queries, and the name of the element that answers. */
  readonly objectType: string;
}

const serviceTypeOf = (id: string) => `urn:x-sanuki:attr:${id}:2026:dst-2.1`;

export const catalogue = {
  coverage: {
    id: 'coverage',
    serviceType: serviceTypeOf('coverage'),
    objectType: 'Coverages',
    name: { ja: '健康保険の加入情報', en: 'health insurance coverage' },
    contents: {
      ja: '保険者、記号・番号、資格を取得した日、負担割合、住所など（今と過去のもの）',
      en: 'insurer, symbol and number, date of qualification, share of costs, address (present and past)',
    },
    purposes: ['urn:x-sanuki:purpose:self-view'],
    consent: 'asked',
    level: 'urn:x-sanuki:ac:card-pin',
  },
  eligibility: {
    id: 'eligibility',
    serviceType: serviceTypeOf('eligibility'),
    objectType: 'Eligibility',
    name: { ja: '保険の資格', en: 'insurance eligibility' },
    contents: {
      ja: '受診日に有効な保険の資格、記号・番号、氏名、生年月日、負担割合など',
      en: 'the coverage valid on the day of the visit, symbol and number, name, birth date, share of costs',
    },
    purposes: ['urn:x-sanuki:purpose:eligibility-check'],
    consent: 'presentation',
    level: 'urn:x-sanuki:ac:card',
  },
} as const satisfies Record<string, AttributeType>;

export type AttributeTypeId = keyof typeof catalogue;

export const attributeTypes: readonly AttributeType[] = Object.values(catalogue);

export function attributeTypeOf(id: string): AttributeType | undefined {
  return attributeTypes.find((type) => type.id === id);
}

export function attributeTypeOfService(serviceType: string): AttributeType | undefined {
  return attributeTypes.find((type) => type.serviceType === serviceType);
}

/**
 * What the hub's own card office found out about a resident: released at sign-on (OpenID Connect for Identity Assurance)
 * and by no data service, but as little without being asked as what other bodies hold.
 */
export const verifiedIdentity = {
  id: 'verifiedIdentity',
  name: { ja: '本人確認の結果', en: 'result of the identity check' },
  contents: {
    ja: '氏名、生年月日、性別、住所のうちサービスが求めるもの、確かめた日時と書類の種類',
    en: 'of name, birth date, sex and address what the service asks for; when it was checked and by which kind of document',
  },
  purposes: ['urn:x-sanuki:purpose:identity-check'],
  consent: 'asked',
  level: 'urn:x-sanuki:ac:card-pin',
} as const satisfies ConsentType;

const consentTypes: readonly ConsentType[] = [...attributeTypes, verifiedIdentity];

export type ConsentTypeId = AttributeTypeId | typeof verifiedIdentity.id;

/** Whatever a resident may be asked about. */
export function consentTypeOf(id: string): ConsentType | undefined {
  return consentTypes.find((type) => type.id === id);
}
