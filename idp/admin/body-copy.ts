import { attributeTypes, purposes } from '../../attribute-service/index.ts';
import type { Text } from '../../web/index.ts';

/** Words of the console about bodies that hold data. */
export const bodyCopy = {
  lead: {
    ja: '保険者など、住民の情報を持つ機関です。承認されると、ハブが住民の同意のもとで照会します。',
    en: 'An insurer or another body that holds data of residents. Once it is approved, the hub asks it with the resident’s consent.',
  },
  providerId: { ja: '機関の識別子（providerID）', en: 'Identifier of the body (providerID)' },
  providerIdHint: {
    ja: '機関が決めた URL か URN です。登録したあとは変えられません。',
    en: 'A URL or URN that the body has chosen. It cannot be changed later.',
  },
  address: { ja: '照会先のアドレス', en: 'Address that the hub asks' },
  addressHint: {
    ja: '機関がハブの照会を受けるアドレスです。https で始まります。',
    en: 'Where the body takes the hub’s queries. It begins with https.',
  },
  publicKey: { ja: '機関の証明書か公開鍵（PEM）を貼り付け', en: 'Paste the body’s certificate or public key (PEM)' },
  publicKeyHint: {
    ja: '「-----BEGIN CERTIFICATE-----」か「-----BEGIN PUBLIC KEY-----」で始まるもの。RSA 2048ビット以上。秘密鍵は受け取らないでください。',
    en: 'It begins with -----BEGIN CERTIFICATE----- or -----BEGIN PUBLIC KEY-----. RSA of 2048 bits or more. Never take a private key.',
  },
  types: { ja: '尋ねる情報', en: 'What it is asked for' },
  typesHint: {
    ja: '機関との取り決めにあるものだけを選んでください。',
    en: 'Choose only what the agreement with the body lists.',
  },
  deadline: { ja: '待つ時間（ミリ秒）', en: 'Time to wait for an answer (milliseconds)' },
  deadlineHint: {
    ja: '50 から 10000 まで。ふつうは 1500（1.5秒）です。',
    en: 'From 50 to 10000. 1500 (one and a half seconds) is usual.',
  },
  nameJa: { ja: '機関の名前（日本語）', en: 'Name of the body in Japanese' },
  nameEn: { ja: '機関の名前（英語）', en: 'Name of the body in English' },
  nameHint: {
    ja: '同意の画面と利用の記録で、住民に見える名前です。',
    en: 'What residents read when they consent, and in their history.',
  },
  suspendTitle: { ja: '機関への照会を止める', en: 'Stop asking the body' },
  suspendText: {
    ja: '次の照会から、この機関には尋ねません。ほかの機関の情報は今までどおり出ます。',
    en: 'From the next query on it is not asked. What other bodies say is given as before.',
  },
  resumeTitle: { ja: '機関への照会を再開する', en: 'Ask the body again' },
} as const satisfies Record<string, Text>;

/** What bodies can be asked for, as the catalogue calls it, and what for. */
export const bodyTypeChoices: readonly { readonly id: string; readonly name: Text; readonly uses: readonly Text[] }[] =
  attributeTypes.map(({ id, name, purposes: allowed }) => ({
    id,
    name,
    uses: allowed.map((purpose) => purposes[purpose]),
  }));
