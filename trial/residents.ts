import type { Resident } from '../card-auth/index.ts';
import type { Text } from '../web/index.ts';

/**
 * The forty synthetic residents of the trial: basic data only, made up, for the cases that people really bring (long
 * names, variant kanji, twins, no kana, former names). No entry is a real person; every record carries the mark.
 */
export interface TrialResident extends Resident {
  /** Why this person is in the set. */
  readonly purpose: string;
  /** Known to the application office only; not a resident of the hub. */
  readonly applicationOnly?: true;
  /** What the bodies that hold data about this person keep back. */
  readonly protection?: readonly Protection[];
}

/** hideAddress: the address leaves nobody; blockSelfView: nothing is shown online, whoever holds the card and its PIN. */
export type Protection = 'hideAddress' | 'blockSelfView';

type Row = readonly [
  id: string,
  kanji: string | undefined,
  kana: string | undefined,
  sex: 1 | 2 | 3,
  birthDate: string,
  town: string,
  purpose: string,
  more?: {
    latin?: string;
    alias?: string;
    former?: string;
    applicationOnly?: true;
    protection?: readonly Protection[];
  },
];

const rows: readonly Row[] = [
  ['P001', '羽巢 聖司', 'バス セイジ', 1, '1960-10-10', '番町', 'the sample person of the clinic screen'],
  ['P002', '羽巢 聖司', 'バス セイジ', 1, '2000-10-10', '番町', 'homonym of P001'],
  ['P003', '羽巢 聖司'.repeat(6), 'バス セイジ'.repeat(4), 1, '1975-01-15', '中野町', 'very long name'],
  ['P004', '髙橋 健一', 'タカハシ ケンイチ', 1, '1984-03-02', '太田上町', 'ladder form of the first character'],
  ['P005', '髙橋 真央', 'タカハシ マオ', 2, '1986-07-19', '太田上町', 'mother and guardian'],
  ['P006', '髙橋 蒼', 'タカハシ アオ', 1, '2018-05-05', '太田上町', 'twin'],
  ['P007', '髙橋 葵', 'タカハシ アオイ', 1, '2018-05-05', '太田上町', 'twin with a nearly equal name'],
  [
    'P008',
    undefined,
    'グエン ティ タン フエン',
    2,
    '1998-02-11',
    '瓦町',
    'Latin name with kana',
    { latin: 'NGUYEN THI THANH HUYEN' },
  ],
  [
    'P009',
    undefined,
    undefined,
    1,
    '1979-12-01',
    '丸亀町',
    'alias on the card',
    { latin: 'SMITH JOHN MICHAEL ALEXANDER', alias: 'スミス ジョン' },
  ],
  ['P010', '王 雪梅', undefined, 2, '1991-04-23', '藤塚町', 'no kana'],
  ['P011', '香西 亮', 'コウザイ リョウ', 1, '1988-09-09', '香西本町', 'moved out'],
  ['P012', '三木 恵', 'ミキ メグミ', 2, '1993-06-06', '木太町', 'two coverages at once'],
  ['P013', '国分 大地', 'コクブ ダイチ', 1, '1990-11-30', '国分寺町', 'gap in coverage'],
  ['P014', '牟礼 誠', 'ムレ マコト', 1, '1971-08-17', '牟礼町', 'change of coverage inside a month'],
  ['P015', '仏生山 花子', 'ブッショウザン ハナコ', 2, '1967-03-21', '仏生山町', 'replaced card'],
  ['P016', '円座 太一', 'エンザ タイチ', 1, '1982-02-14', '円座町', 'suspended card'],
  ['P017', '一宮 さくら', 'イチノミヤ サクラ', 2, '2011-04-10', '一宮町', 'fifteen, shared consent'],
  ['P018', '一宮 直美', 'イチノミヤ ナオミ', 2, '1980-10-03', '一宮町', 'guardian'],
  ['P019', '山﨑 キヨ', 'ヤマサキ キヨ', 2, '1939-01-30', '屋島西町', 'elder with a carer'],
  ['P020', '山﨑 由紀', 'ヤマサキ ユキ', 2, '1964-05-12', '春日町', 'carer at another address'],
  ['P021', '塩屋 昭', 'シオヤ アキラ', 1, '1948-12-24', '塩屋町', 'adult under guardianship'],
  ['P022', '房前 理子', 'フササキ リコ', 2, '1977-07-07', '亀井町', 'guardian by office'],
  [
    'P023',
    '原 美咲',
    'ハラ ミサキ',
    2,
    '1989-09-28',
    '林町',
    'protected address and self-view',
    { protection: ['hideAddress', 'blockSelfView'] },
  ],
  ['P024', '太田 勇', 'オオタ イサム', 1, '1950-06-15', '太田下町', 'died in 2026'],
  ['P025', '岡本 静子', 'オカモト シズコ', 2, '1956-10-01', '香川町', 'turns 70 on the first of a month'],
  ['P026', '岡本 茂', 'オカモト シゲル', 1, '1956-10-02', '香川町', 'turns 70 on the second of a month'],
  ['P027', '滝宮 正', 'タキノミヤ タダシ', 1, '1951-11-20', '香南町', 'turns 75'],
  ['P028', '滝宮 和子', 'タキノミヤ カズコ', 2, '1955-04-18', '香南町', 'dependent of P027'],
  ['P029', '綾川 陽', 'アヤガワ ヒナタ', 1, '2026-09-20', '鬼無町', 'newborn, no card'],
  ['P030', '片原 蓮', 'カタハラ レン', 1, '2020-04-01', '片原町', 'last day of a school year'],
  ['P031', '片原 凛', 'カタハラ リン', 2, '2020-04-02', '片原町', 'first day of a school year'],
  ['P032', '屋島 洋介', 'ヤシマ ヨウスケ', 1, '1976-01-08', '屋島中町', 'doctor and patient'],
  ['P033', '古高 明', 'フルタカ アキラ', 1, '1969-10-10', '古高松', 'public assistance'],
  ['P034', '八栗 真由', 'ヤクリ マユ', 2, '1995-03-03', '庵治町', 'former name', { former: '志度 真由' }],
  ['P035', '沖 光', 'オキ ヒカル', 3, '1999-05-05', '女木町', 'sex not shown'],
  [
    'P036',
    '羽巣 聖司',
    'バス セイジ',
    1,
    '1960-10-10',
    '番町',
    'duplicate application with a variant character',
    { applicationOnly: true },
  ],
  ['P037', '六万 寿', 'ロクマン コトブキ', 1, '1958-02-02', '六条町', 'consent withdrawn'],
  ['P038', '葛\u{E0104}城 辻\u{E0101}子', 'カツラギ ツジコ', 2, '1973-09-19', '栗林町', 'variation selectors'],
  ['P039', '𠮷田 翼', 'ヨシダ ツバサ', 1, '2003-11-11', '幸町', 'student; character outside the basic plane'],
  ['P040', '瓦 一郎', 'カワラ イチロウ', 1, '1985-08-08', '瓦町', 'plain case'],
];

export const trialResidents: readonly TrialResident[] = rows.map(
  ([id, kanji, kana, sex, birthDate, town, purpose, { applicationOnly, protection, ...names } = {}], at) => ({
    id,
    name: { ...(kanji ? { kanji } : {}), ...(kana ? { kana } : {}), ...names },
    sex,
    birthDate,
    address: {
      postal: `760-99${String(at + 1).padStart(2, '0')}`,
      municipality: '高松市',
      town,
      block: `${at + 1}番地`,
    },
    synthetic: true,
    purpose,
    ...(applicationOnly ? { applicationOnly } : {}),
    ...(protection ? { protection } : {}),
  }),
);

/** Cards lying in the card box. The PINs are public, as everything of the trial. */
export interface DemoCard {
  readonly number: string;
  readonly pin: string;
  readonly residentId: string;
  readonly status: 'active' | 'suspended';
  /** Printed beside the name, so that one finds the card for a case. */
  readonly note?: Text;
}

/** P032 comes first: both roles at the hospital and a patient too, so one card is good for the whole round. */
export const demoCards: readonly DemoCard[] = [
  { number: '3702608253047', pin: '907261', residentId: 'P032', status: 'active' },
  { number: '3702604719358', pin: '483926', residentId: 'P001', status: 'active' },
  { number: '3702601936824', pin: '618354', residentId: 'P040', status: 'active' },
];

/** A card that shows what happens when it does not work. */
export const suspendedCard: DemoCard = {
  number: '3702605581073',
  pin: '295748',
  residentId: 'P016',
  status: 'suspended',
  note: { ja: '一時停止中', en: 'suspended' },
};

/** Cards of the people whom a reception sees on an odd day. */
export const patientCards: readonly DemoCard[] = (
  [
    ['3702712840635', '572904', 'P003', { ja: 'とても長い氏名', en: 'very long name' }],
    ['3702719356208', '316847', 'P012', { ja: '保険が二重', en: 'two coverages at once' }],
    ['3702724073981', '840593', 'P013', { ja: '保険の手続きもれ', en: 'gap in coverage' }],
    ['3702730618452', '265178', 'P014', { ja: '月の途中で保険が変わった', en: 'new coverage since mid-month' }],
    ['3702738295016', '739402', 'P033', { ja: '生活保護、保険なし', en: 'public assistance, no coverage' }],
    ['3702745902367', '184659', 'P037', { ja: '国保', en: 'NHI' }],
    ['3702751467820', '603271', 'P008', { ja: 'ローマ字の氏名', en: 'Latin name' }],
    ['3702757183094', '928536', 'P010', { ja: 'フリガナなし', en: 'no kana' }],
  ] as const
).map(([number, pin, residentId, note]) => ({ number, pin, residentId, status: 'active', note }));
