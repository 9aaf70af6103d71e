import type { ProviderRecord } from '../../federation/index.ts';
import { type DateStyle, Facts, formatMoment } from '../../web/index.ts';
import type { TestPeriod } from './admission.ts';
import { playgroundCopy } from './copy.ts';

export interface TestSignInOptions extends DateStyle {
  readonly record: Pick<ProviderRecord, 'id' | 'status' | 'counter'>;
  /** A change that waits can be tried before it is approved. */
  readonly revision: object | undefined;
  readonly csrf: string;
  readonly testPeriods: readonly TestPeriod[];
  readonly you: string;
  readonly nameOf: (administrator: string) => string;
}

/** On the provider's page: tries what is registered, or the change that waits. */
export function TestSignIn(options: TestSignInOptions) {
  const { record, revision, csrf, language } = options;
  return (
    <section class="section" id="test">
      <h2>{playgroundCopy.section[language]}</h2>
      <p>{playgroundCopy.sectionLead[language]}</p>
      <form method="post" action="/admin/provider/test">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="id" value={record.id} />
        <div class="actions">
          <button type="submit" name="what" value="registration" class="button-plain">
            {playgroundCopy.start[language]}
          </button>
          {revision ? (
            <button type="submit" name="what" value="revision" class="button-plain">
              {playgroundCopy.startRevision[language]}
            </button>
          ) : null}
        </div>
      </form>
      {record.status === 'pending' && !record.counter ? <Period {...options} /> : null}
    </section>
  );
}

/** Of a service that waits for approval: who really signs in there at the moment, and to be one of them. */
function Period({ record, csrf, testPeriods, you, nameOf, ...style }: TestSignInOptions) {
  const { language } = style;
  const mine = testPeriods.some(({ administrator }) => administrator === you);
  return (
    <>
      <h3>{playgroundCopy.period[language]}</h3>
      <p>{playgroundCopy.periodLead[language]}</p>
      {testPeriods.length > 0 ? (
        <Facts
          facts={testPeriods.map(({ administrator, expiresAt }) => [
            playgroundCopy.periodUntil[language],
            `${nameOf(administrator)} - ${formatMoment(expiresAt, style)}`,
          ])}
        />
      ) : null}
      <form method="post" action="/admin/provider/test-period">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="id" value={record.id} />
        <button type="submit" name="do" value={mine ? 'close' : 'open'} class="button-plain">
          {playgroundCopy[mine ? 'periodClose' : 'periodOpen'][language]}
        </button>
      </form>
    </>
  );
}
