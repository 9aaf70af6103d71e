import type { Context } from 'koa';
import type { DateStyle } from '../../web/index.ts';
import type { HomeParts } from '../home.tsx';
import type { PartyPage, Shell, Visit } from '../pages.ts';
import type { PartyPages } from '../relying-party.tsx';
import { copy } from './copy.ts';
import type { Counter } from './counter.ts';
import { type IdentityChecks, nothingTyped, type ReadProof, readProof } from './patient-proof.ts';
import type { Patients, PatientView } from './patients.ts';
import { printScript } from './print-script.ts';
import { type ReadQuestion, readQuestion } from './question.ts';
import { type Faulty, ReceptionPage } from './reception-page.tsx';
import { ResultPage } from './result-page.tsx';

export interface ClinicPagesOptions {
  readonly counter: Counter;
  readonly patients: Patients;
  readonly identityChecks: IdentityChecks;
  readonly homeParts: (visit: Visit) => HomeParts;
  readonly hubOrigin: string;
  readonly timeZone: string;
  /** YYYY-MM-DD at the clinic. */
  readonly today: () => string;
  readonly secure: boolean;
  readonly now: () => number;
}

type FaultyQuestion = Extract<ReadQuestion, { faults: unknown }>;

/** C1 to C3: the reception, the patient's card, the result. */
export function addClinicPages(shell: Shell, options: ClinicPagesOptions): PartyPages {
  const { counter, patients, identityChecks, hubOrigin, today } = options;
  const screen = createPatientScreen(options);

  function reception(visit: Visit, parts: HomeParts, faulty?: Faulty): PartyPage {
    const { ctx, signedIn, language } = visit;
    const closed = ctx.method === 'GET' && ctx.URL.searchParams.has('closed');
    return {
      title: copy.reception[language],
      first: true,
      body: <ReceptionPage {...parts} {...{ signedIn, today: today(), closed, faulty }} />,
      // The form's answer leads to the hub, and a browser holds redirects to form-action too (CSP 3, 6.4.1).
      policy: { formAction: [hubOrigin] },
      ...(faulty ? { status: 400 } : {}),
    };
  }

  shell.form('/counter', async (visit, form) => {
    const [question, proof] = [readQuestion(form, today()), readProof(form)];
    if ('faults' in question || 'faults' in proof)
      return reception(visit, options.homeParts(visit), faultyOf(question, proof));
    const place = { browserSecret: shell.browserSecret(visit.ctx), sessionId: visit.sessionId };
    return see(visit.ctx, await counter.begin({ ...question, ...proof }, place, visit.signedIn));
  });
  shell.page('/counter/callback', async ({ ctx, sessionId, signedIn }) => {
    const place = { browserSecret: shell.browserSecret(ctx), sessionId };
    const { question, proof, patient } = await counter.finish(ctx.URL, place);
    const { id, outcome } = await patients.open(sessionId, patient, question);
    if (proof.kind === 'document') {
      const { document, reason } = proof;
      const reference = outcome.kind === 'answered' ? outcome.answer.reference : undefined;
      await identityChecks.record(id, { officer: signedIn.pseudonym, document, reason, reference });
    }
    return see(ctx, `/patients/${id}`);
  });
  addPatientPages(shell, patients, screen, today);
  addPrintScript(shell);

  return {
    home: async (visit, parts) => {
      if (visit.ctx.URL.searchParams.has('closed')) screen.clear(visit.ctx);
      return reception(visit, parts);
    },
  };
}

/** All that needs attention at once, with everything that was typed. */
function faultyOf(question: ReadQuestion, proof: ReadProof): Faulty {
  const typedQuestion =
    'faults' in question
      ? question.typed
      : { date: question.question.date, insurer: question.question.insurerNumber ?? '' };
  const typedProof = 'faults' in proof ? proof.typed : { ...nothingTyped, ...proof.proof, proof: proof.proof.kind };
  return {
    faults: [...('faults' in question ? question.faults : []), ...('faults' in proof ? proof.faults : [])],
    typed: { ...typedQuestion, ...typedProof },
  };
}

function addPrintScript({ router }: Shell): void {
  router.get(printScript.src, (ctx) => {
    ctx.set('cache-control', 'public, max-age=31536000, immutable');
    ctx.type = 'text/javascript';
    ctx.body = printScript.text;
  });
}

function addPatientPages(shell: Shell, patients: Patients, screen: PatientScreen, today: () => string): void {
  const idOf = (ctx: Context & { params?: { id?: string } }) => ctx.params?.id ?? '';

  shell.page('/patients/:id', async (visit) => screen.show(visit, patients.find(idOf(visit.ctx), visit.sessionId)));
  shell.form('/patients/:id/date', async (visit, form) => {
    const { ctx, sessionId } = visit;
    const read = readQuestion(form, today());
    if ('faults' in read) return screen.show(visit, patients.find(idOf(ctx), sessionId), read);
    const { id } = await patients.askAgain(idOf(ctx), sessionId, read.question);
    return see(ctx, `/patients/${id}`);
  });
  shell.form('/patients/:id/extend', async ({ ctx, sessionId }) =>
    see(ctx, `/patients/${patients.keepOpen(idOf(ctx), sessionId).id}`),
  );
  shell.form('/patients/:id/close', async ({ ctx, sessionId }) => {
    patients.close(idOf(ctx), sessionId);
    screen.clear(ctx);
    return see(ctx, '/?closed');
  });
}

/** How a patient comes onto the screen and leaves it, in a browser that would rather remember. */
function createPatientScreen({ homeParts, timeZone, secure, now }: ClinicPagesOptions) {
  const cookie = { httpOnly: true, sameSite: 'lax', secure, path: '/', overwrite: true } as const;
  const cookieName = 'sanuki-clinic-patient';

  function show(visit: Visit, view: PatientView, faulty?: FaultyQuestion): PartyPage {
    const { ctx, language, signedIn } = visit;
    const style: DateStyle = { language, timeZone };
    const seconds = Math.max(1, Math.ceil((view.expiresAt - now()) / 1000));
    // Leads away when the time is up, with or without script.
    ctx.set('refresh', `${seconds}; url=/?closed`);
    // A page kept for the back button is dropped by browsers when a cookie that it came with has changed.
    ctx.cookies.set(cookieName, view.id, cookie);
    const facility = homeParts(visit).name[language];
    return {
      title: copy.result[language],
      body: <ResultPage {...{ view, signedIn, facility, style, faulty }} />,
      script: { src: printScript.src, integrity: printScript.integrity },
      ...(faulty ? { status: 400 } : {}),
    };
  }

  function clear(ctx: Context): void {
    ctx.set('clear-site-data', '"cache"');
    ctx.cookies.set(cookieName, null, cookie);
  }

  return { show, clear };
}

type PatientScreen = ReturnType<typeof createPatientScreen>;

function see(ctx: Context, address: string): undefined {
  ctx.status = 303;
  ctx.redirect(address);
  return undefined;
}
