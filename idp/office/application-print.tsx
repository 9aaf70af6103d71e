import type { Context } from 'koa';
import { Breadcrumb, type DateStyle, Facts, formatDate, formatMoment, type Text, Value } from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import type { Admitted } from '../admin/door.ts';
import { employerName } from './application-page.tsx';
import type { Application } from './applications.ts';
import { mandateNames, officeCopy, purposesInWords, sexNames } from './copy.ts';
import type { Employer } from './employers.ts';
import { insurerTypes } from './insurer-types.ts';
import type { OfficePagesOptions } from './pages.ts';
import { paperCopy } from './paper-copy.ts';

export interface PrintOptions extends Pick<OfficePagesOptions, 'frame' | 'audit' | 'timeZone'> {
  readonly employers: readonly Employer[];
  readonly operator: Text;
}

/** Forms 1 to 3 as they were entered, to be signed and scanned (R106 to R108). The browser prints; nothing is kept. */
export async function showPrint(
  ctx: Context,
  { administrator }: Admitted,
  application: Application,
  { frame, audit, timeZone, employers, operator }: PrintOptions,
): Promise<void> {
  const { id } = application;
  await audit.record({ type: 'application.print', result: 'ok', actor: administrator.id, detail: { id } });
  frame.send(ctx, {
    title: `${officeCopy.printView[frame.preferencesOf(ctx).language]} ${id}`,
    body: ({ language }) => <PrintedForms {...{ application, employers, operator, timeZone, language }} />,
  });
}

type Printed = DateStyle & Omit<PrintOptions, 'frame' | 'audit'> & { readonly application: Application };

function PrintedForms(options: Printed) {
  const { application, language } = options;
  const { id, mandate, insurers } = application;
  // Paper speaks Japanese, whatever the officer reads.
  const paper = { ...options, language: 'ja' } as const;
  return (
    <>
      <Breadcrumb
        trail={[
          { name: adminCopy.title[language], href: '/admin' },
          { name: officeCopy.title[language], href: '/admin/office/applications' },
          { name: id, href: `/admin/office/applications/${id}` },
        ]}
        current={officeCopy.printView[language]}
        language={language}
      />
      <h1 class="screen">{officeCopy.printView[language]}</h1>
      <p class="screen">{officeCopy.printHint[language]}</p>
      <div lang="ja">
        <Form1Sheet {...paper} />
        {mandate ? <Form2Sheet {...paper} mandate={mandate} /> : null}
        {insurers.map((consent) => (
          <Form3Sheet key={consent.insurer} {...paper} consent={consent} />
        ))}
      </div>
    </>
  );
}

type Fact = Parameters<typeof Facts>[0]['facts'][number];

function Form1Sheet({ application, employers, operator, ...style }: Printed) {
  const { id, at, basic, channel, employer, insurerType } = application;
  const { name, address, birthDate, sex } = basic;
  const facts: readonly Fact[] = [
    [officeCopy.number.ja, id],
    [officeCopy.since.ja, formatMoment(at, style)],
    [officeCopy.kanji.ja, <Value key="kanji">{name.kanji ?? ''}</Value>],
    [officeCopy.kana.ja, <Value key="kana">{name.kana ?? ''}</Value>],
    [officeCopy.latin.ja, <Value key="latin">{name.latin ?? ''}</Value>],
    [officeCopy.birthDate.ja, formatDate(birthDate, 'ja')],
    [officeCopy.sex.ja, sexNames[sex]?.ja ?? ''],
    [officeCopy.postal.ja, address.postal],
    [officeCopy.address.ja, <Value key="at">{`${address.municipality}${address.town}${address.block}`}</Value>],
    [officeCopy.channel.ja, officeCopy[channel].ja],
    ...(employer ? [[officeCopy.employerCode.ja, employerName(employer, employers, 'ja')] as const] : []),
    [officeCopy.insurerType.ja, insurerType ? insurerTypes[insurerType].ja : ''],
  ];
  return (
    <section class="sheet">
      <h2>{officeCopy.form1.ja}</h2>
      <p>{paperCopy.to.replace('%', operator.ja)}</p>
      <p>{paperCopy.apply}</p>
      <Facts facts={facts} />
      <Signature who={paperCopy.applicant} />
      <p>{paperCopy.evidenceBehind}</p>
    </section>
  );
}

function Form2Sheet({
  application: { id, basic },
  operator,
  mandate,
}: Printed & { readonly mandate: NonNullable<Application['mandate']> }) {
  const { agent, kind, scope, from, to } = mandate;
  return (
    <section class="sheet">
      <h2>{paperCopy.form2}</h2>
      <p>{paperCopy.to.replace('%', operator.ja)}</p>
      <p>{paperCopy.entrust}</p>
      <Facts
        facts={[
          [officeCopy.number.ja, id],
          [
            paperCopy.applicant,
            <Value key="applicant">{basic.name.kanji ?? basic.name.kana ?? basic.name.latin ?? ''}</Value>,
          ],
          [officeCopy.agent.ja, <Value key="agent">{agent}</Value>],
          [officeCopy.mandateKind.ja, mandateNames[kind].ja],
          [officeCopy.scope.ja, <Value key="scope">{scope}</Value>],
          [officeCopy.period.ja, `${formatDate(from, 'ja')} – ${to ? formatDate(to, 'ja') : paperCopy.untilWithdrawn}`],
        ]}
      />
      <p>{paperCopy.mayWithdraw}</p>
      <Signature who={paperCopy.applicant} />
      <Signature who={paperCopy.agent} />
    </section>
  );
}

function Form3Sheet({
  application: { id, basic },
  operator,
  consent: { insurer, purposes, textVersion },
}: Printed & { readonly consent: Application['insurers'][number] }) {
  return (
    <section class="sheet">
      <h2>{officeCopy.form3.ja}</h2>
      <p>{paperCopy.to.replace('%', operator.ja)}</p>
      <p>{paperCopy.agree}</p>
      <Facts
        facts={[
          [officeCopy.number.ja, id],
          [
            paperCopy.applicant,
            <Value key="applicant">{basic.name.kanji ?? basic.name.kana ?? basic.name.latin ?? ''}</Value>,
          ],
          [officeCopy.insurers.ja, insurer],
          [officeCopy.purposes.ja, purposesInWords(purposes, 'ja')],
        ]}
      />
      <p>{paperCopy.mayWithdraw}</p>
      <Signature who={paperCopy.applicant} />
      <p>{`${officeCopy.textVersion.ja} ${textVersion}`}</p>
    </section>
  );
}

/** Room for a day and a hand. */
const Signature = ({ who }: { readonly who: string }) => (
  <p class="signature">
    <span>{paperCopy.day}</span> <span>{`${who}${paperCopy.signs}`}</span>
  </p>
);
