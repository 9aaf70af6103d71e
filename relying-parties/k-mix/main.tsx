import { Facts, type Language, NoValue, type Text, Value } from '../../web/index.ts';
import { AboutSignIn, HomeEnd, type HomeParts } from '../home.tsx';
import type { NotAdmitted } from '../pages.ts';
import { type PartyOptions, type RunningParty, startRelyingParty } from '../relying-party.tsx';
import { createSamlProtocol, type SamlProtocol } from '../saml.ts';
import type { SignedIn } from '../sign-ins.ts';

export interface KMixOptions extends PartyOptions {
  readonly idpMetadataUrl: string;
  /** Seals the party's private key; 32 bytes. */
  readonly sealingKey: Uint8Array;
}

const purpose = {
  ja: '医療従事者が、離れた医療機関と患者の画像や記録を見ながら相談するためのサービスです。',
  en: 'Medical staff consult other hospitals over images and records.',
};

/** K-MIX, the telemedicine network of the region: for medical staff. Speaks SAML 2.0. */
export function startKMix(options: KMixOptions): Promise<RunningParty> {
  const { idpMetadataUrl, sealingKey, name, trial } = options;
  const kind = {
    owner: 'sanuki-k-mix',
    level: 'urn:x-sanuki:ac:card-pin-bound',
    purpose,
    admission: admitClinician,
    protocol: (host, storage) => createSamlProtocol({ host, storage, sealingKey, name, trial, idpMetadataUrl }),
    pages: async () => ({
      home: async ({ signedIn, language }, parts) => ({
        title: options.name[language],
        body: <ClinicianHome {...parts} signedIn={signedIn} />,
      }),
    }),
  } satisfies Parameters<typeof startRelyingParty<SamlProtocol>>[0];
  return startRelyingParty<SamlProtocol>(kind, options);
}

const copy = {
  refused: { ja: '医療従事者だけが使えます', en: 'For medical staff only' },
  reason: {
    ja: '医師、歯科医師、薬剤師、看護師としての登録を確かめられませんでした',
    en: 'No registration as a doctor, dentist, pharmacist or nurse could be confirmed',
  },
  remedy: {
    ja: '職員名簿に登録されていないか、名簿に問い合わせできませんでした。登録されているときは、いちどログアウトして、しばらくしてからログインし直してください。',
    en: 'The staff directory does not list you, or could not be asked. If you are listed, please sign out and in again in a moment.',
  },
  staff: { ja: '職員としての登録', en: 'Your staff record' },
  role: { ja: '職種', en: 'Role' },
  licence: { ja: '資格', en: 'Licence' },
  facility: { ja: '所属', en: 'Facility' },
  facilityCode: { ja: '医療機関コード', en: 'Facility code' },
} as const satisfies Record<string, Text>;

const clinicians: Readonly<Record<string, Text>> = {
  doctor: { ja: '医師', en: 'doctor' },
  dentist: { ja: '歯科医師', en: 'dentist' },
  pharmacist: { ja: '薬剤師', en: 'pharmacist' },
  nurse: { ja: '看護師', en: 'nurse' },
};

/** R16: a clinician's role in the staff record; what else somebody is there does not count here. */
export function admitClinician({ staff }: Pick<SignedIn, 'staff'>, language: Language): NotAdmitted | undefined {
  if (staff?.roles.some((role) => Object.hasOwn(clinicians, role))) return undefined;
  return { title: copy.refused[language], reason: copy.reason[language], remedy: copy.remedy[language] };
}

export function ClinicianHome({ name, signedIn, ...parts }: HomeParts & { readonly signedIn: SignedIn }) {
  const { language } = parts.style;
  const { roles = [], licence, facility } = signedIn.staff ?? {};
  const words = roles.flatMap((role) => (Object.hasOwn(clinicians, role) ? (clinicians[role]?.[language] ?? []) : []));
  const shown = (value: string | undefined) =>
    value === undefined ? <NoValue reason="not-registered" language={language} /> : <Value>{value}</Value>;
  return (
    <>
      <h1>{name[language]}</h1>
      <p>{purpose[language]}</p>
      <section class="section" id="staff">
        <h2>{copy.staff[language]}</h2>
        <Facts
          facts={[
            [copy.role[language], words.join(language === 'ja' ? '、' : ', ')],
            [copy.licence[language], shown(licence)],
            [copy.facility[language], shown(facility?.name)],
            [copy.facilityCode[language], shown(facility?.code)],
          ]}
        />
      </section>
      <AboutSignIn signedIn={signedIn} style={parts.style} />
      <HomeEnd {...parts} />
    </>
  );
}
