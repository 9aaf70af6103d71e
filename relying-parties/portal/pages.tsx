import type { DateStyle } from '../../web/index.ts';
import type { Attributes } from '../attributes.ts';
import type { Shell, Visit } from '../pages.ts';
import type { PartyPages } from '../relying-party.tsx';
import { copy } from './copy.ts';
import { askCoverage, type CoverageView, consentAddress } from './coverage.ts';
import { CoveragePage } from './coverage-page.tsx';
import { Menu } from './menu.tsx';

export interface PortalPagesOptions {
  readonly attributes: Attributes;
  readonly origin: string;
  readonly hubOrigin: string;
  readonly timeZone: string;
  /** The calendar day of a moment where the residents live. */
  readonly dayOf: (at: number) => string;
  readonly now: () => number;
}

/** The portal's pages. No value of a coverage is kept: each view asks, shows and forgets. */
export function addPortalPages(shell: Shell, options: PortalPagesOptions): PartyPages {
  const { attributes, origin, hubOrigin, timeZone, dayOf, now } = options;
  const account = `${hubOrigin}/account`;
  const returnTo = `${origin}/coverage/return`;

  async function viewOf({ signedIn, ctx }: Visit): Promise<CoverageView> {
    const view = await askCoverage(attributes, signedIn, messageIdOf(ctx.URL.searchParams.get('resend')));
    return view.state === 'consent' ? { ...view, url: consentAddress(view.url, { hubOrigin, returnTo }) } : view;
  }

  shell.page('/coverage', async (visit) => {
    const { language, ctx } = visit;
    const style: DateStyle = { language, timeZone };
    const props = {
      tab: tabOf(ctx.URL.searchParams.get('tab')),
      declined: ctx.URL.searchParams.has('declined'),
      today: dayOf(now()),
      style,
      account,
    };
    return { title: copy.coverage[language], body: <CoveragePage view={await viewOf(visit)} {...props} /> };
  });
  // ID-WSF SOAP Binding 2.0, redirect: the message to send again, or 0 where the resident said no. The answer to the
  // repeated question says what is true, so what this address claims is used for words only.
  shell.page('/coverage/return', async ({ ctx }) => {
    const answer = ctx.URL.searchParams.get('ResendMessage');
    const resend = messageIdOf(answer);
    ctx.status = 303;
    if (resend) ctx.redirect(`/coverage?${new URLSearchParams({ resend })}`);
    else ctx.redirect(answer === '0' || answer === 'false' ? '/coverage?declined' : '/coverage');
    return undefined;
  });

  return {
    home: async ({ signedIn, language }, parts) => ({
      title: copy.menu[language],
      body: <Menu {...parts} signedIn={signedIn} account={account} />,
    }),
  };
}

/** A MessageID as our own questions have it; it travels through the browser, so nothing else is sent on. */
function messageIdOf(text: string | null): string | undefined {
  return text !== null && /^urn:uuid:[0-9a-f-]{36}$/.test(text) ? text : undefined;
}

/** From 0; anything else than a number is the first. */
function tabOf(text: string | null): number {
  return text !== null && /^[1-9]\d?$/.test(text) ? Number(text) - 1 : 0;
}
