import type { ProviderRecord } from '../../federation/index.ts';
import type { Language } from '../../web/index.ts';
import { playgroundCopy } from './copy.ts';

export interface TestSignInOptions {
  readonly record: Pick<ProviderRecord, 'id'>;
  /** A change that waits can be tried before it is approved. */
  readonly revision: object | undefined;
  readonly csrf: string;
}

/** On the provider's page: tries what is registered, or the change that waits. */
export function TestSignIn({ record, revision, csrf, language }: TestSignInOptions & { readonly language: Language }) {
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
    </section>
  );
}
