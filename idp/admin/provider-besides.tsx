import { levelWords, type ProviderRecord } from '../../federation/index.ts';
import { type DateStyle, Facts, formatMoment, type Language, Logo, Value } from '../../web/index.ts';
import type { Revision } from './cases.ts';
import { formCopy } from './form-copy.ts';

type Parts = DateStyle & {
  readonly record: ProviderRecord;
  readonly csrf: string;
  readonly mayFetch: boolean;
};

/** The picture that residents see, where there is one. */
export function ServiceLogo({ record, language }: { readonly record: ProviderRecord; readonly language: Language }) {
  const { logo, name } = record;
  return logo ? <Logo src={`/admin/logo/${logo}`} alt={name[language]} /> : null;
}

/** What a registration says beside its document: required level, and where the document came from. */
export function ProviderBesides({ record, csrf, mayFetch, ...style }: Parts) {
  const { language } = style;
  const { requiredLevel, source } = record;
  if (!requiredLevel && !source) return null;
  const fetched =
    source?.fetchedAt === undefined ? formCopy.sourceChanged[language] : formatMoment(source.fetchedAt, style);
  return (
    <>
      <Facts
        facts={[
          ...(requiredLevel ? [[formCopy.requiredLevel[language], levelWords[requiredLevel][language]] as const] : []),
          ...(source
            ? [
                [
                  formCopy.source[language],
                  <>
                    <Value>{source.address}</Value>
                    <br />
                    {fetched}
                  </>,
                ] as const,
              ]
            : []),
        ]}
      />
      {source && mayFetch ? (
        <form method="post" action="/admin/provider/fetch" class="section">
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="id" value={record.id} />
          <p class="hint" id="fetch-hint">
            {formCopy.fetchAgainText[language]}
          </p>
          <button type="submit" class="button-plain" aria-describedby="fetch-hint">
            {formCopy.fetchAgain[language]}
          </button>
        </form>
      ) : null}
    </>
  );
}

/** The picture that a waiting change brings, for whoever approves it. */
export function LogoChange({
  record,
  made,
  language,
}: {
  readonly record: ProviderRecord;
  readonly made: Revision['made'] | undefined;
  readonly language: Language;
}) {
  if (!made?.logo || made.logo === record.logo) return null;
  return (
    <>
      <h3>{formCopy.logoNew[language]}</h3>
      <Logo src={`/admin/logo/${made.logo}`} alt={`${formCopy.logoNew[language]} ${made.name[language]}`} />
    </>
  );
}
