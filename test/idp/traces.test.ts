import { expect } from 'chai';
import { parseSettings } from '../../config/index.ts';
import { type Facts, redact } from '../../idp/traces/step.ts';
import {
  createTraces,
  type RingRecord,
  ringCollection,
  type TraceRecord,
  traceCollection,
} from '../../idp/traces/store.ts';
import { traceOf } from '../../idp/traces/trace.ts';
import { createLog } from '../../lib/log.ts';
import { createMemoryStorage } from '../../storage/index.ts';

type Request = { source?: string; act: (trace: ReturnType<typeof traceOf>) => void };

/** One store, and as many hub processes on it as are asked for. */
function setUp({ most = 3, points = 100 } = {}) {
  let time = 1_000_000;
  const now = () => time;
  const storage = createMemoryStorage({ now });
  const { traces: settings } = parseSettings({
    profile: 'trial',
    origin: 'https://hub.example',
    data: '/nowhere',
    service: {
      name: { ja: 'あ', en: 'a' },
      operator: { ja: 'あ', en: 'a' },
      support: { phone: '0', hours: { ja: 'あ', en: 'a' } },
    },
    traces: { most, perSource: { points } },
  });
  const records = storage.collection<TraceRecord>(traceCollection);
  const process = () =>
    createTraces({
      records,
      ring: storage.collection<RingRecord>(ringCollection),
      settings,
      log: createLog({ name: 'test', level: 'silent' }),
      now,
      gatherMs: 5,
    });
  const pass = (ms: number) => {
    time += ms;
  };
  /** As the middleware meets a request. */
  async function serve(traces: ReturnType<typeof process>, { source = '1.1.1.1', act }: Request): Promise<string> {
    const ctx = { state: {}, ip: source };
    await traces.middleware(ctx as unknown as Parameters<typeof traces.middleware>[0], async () => act(traceOf(ctx)));
    return traceOf(ctx).shownCode() ?? '';
  }
  const refuse = (traces: ReturnType<typeof process>, source?: string) =>
    serve(traces, {
      ...(source ? { source } : {}),
      act: (trace) => {
        trace.note('refused', { code: 'PAGE_MISSING' });
        trace.keep();
      },
    });
  return { process, serve, refuse, pass, records };
}

describe('what a trace may say', () => {
  const written = (facts: Facts) => redact(0, 'request', facts).facts;

  it('is a whitelist of facts, whatever a caller hands in', () => {
    const given = { protocol: 'saml', nameId: 'pseudonym-1', toString: 'x' } as unknown as Facts;
    expect(written(given)).to.deep.equal({ protocol: 'saml' });
    expect(written({ fresh: 'no flag' as unknown as boolean, maxAge: Number.NaN })).to.deep.equal({});
  });

  it('keeps of an address what tells it apart, and nothing that could be a token or a number of a person', () => {
    const addresses = [
      ['https://sp.example/acs', 'https://sp.example/acs'],
      ['https://sp.example/cb?code=c&state=s#t', 'https://sp.example/cb?…'],
      ['https://user:secret@sp.example/cb', 'https://sp.example/cb'],
      ['https://sp.example/3702608253047/cb', 'https://sp.example/…/cb'],
      [`https://sp.example/${'A'.repeat(60)}`, 'https://sp.example/…'],
      ['no address', '…'],
    ] as const;
    for (const [given, kept] of addresses) expect(written({ acs: given }).acs, given).to.equal(kept);
  });

  it('replaces what is not of the form of its fact: numbers in classes, sentences in words, names in reasons', () => {
    expect(written({ classes: ['urn:x-sanuki:ac:card', '3702608253047', '山田花子'] }).classes).to.deep.equal([
      'urn:x-sanuki:ac:card',
      '…',
      '…',
    ]);
    expect(written({ parameters: ['SAMLRequest', 'x=1', 'Ａ'] }).parameters).to.deep.equal(['SAMLRequest', '…', '…']);
    expect(written({ reason: 'no 山田 a@b.example 3702608253047 here' }).reason).to.equal('no … … … here');
    expect(written({ id: '_abc' }).id).to.match(/^[0-9a-f]{12}$/);
    expect(written({ provider: 'https://sp.example/\u202e\u001b[31m' }).provider).to.equal('https://sp.example/……[31m');
  });

  it('is bounded in every fact, whatever a message holds', () => {
    const long = Array.from({ length: 5000 }, () => 'a'.repeat(5000));
    const step = redact(0, 'request', {
      parameters: long,
      classes: long,
      provider: long[0],
      reason: long[0],
      acs: long[0],
    });
    expect(JSON.stringify(step).length).to.be.lessThan(2000);
  });
});

describe('the store of traces', () => {
  it('gathers steps of one sign-in from several processes in the order of their times, each once', async () => {
    const { process, serve, pass } = setUp();
    const [one, other] = [process(), process()];
    let parked = { code: '', steps: [] as const } as Parameters<ReturnType<typeof traceOf>['follow']>[0];
    await serve(one, {
      act: (trace) => {
        trace.note('request', { protocol: 'saml' });
        parked = trace.park();
      },
    });
    pass(10);
    const goOn = (act: string) => ({
      act: (trace: ReturnType<typeof traceOf>) => {
        trace.follow(parked);
        trace.note('card', { act });
        trace.keep();
      },
    });
    await serve(other, goOn('tap'));
    pass(10);
    await serve(one, goOn('prove'));
    await Promise.all([one.flush(), other.flush()]);
    const record = await one.find(parked.code);
    expect(record?.steps.map(({ kind, facts }) => [kind, facts.act])).to.deep.equal([
      ['request', undefined],
      ['card', 'tap'],
      ['card', 'prove'],
    ]);
  });

  it('writes nothing for a request that nobody will ask about', async () => {
    const { process, serve, records } = setUp();
    const traces = process();
    await serve(traces, { act: (trace) => trace.note('request', () => expect.fail('read for nobody')) });
    await serve(traces, {
      act: (trace) => {
        trace.follow({ code: '0000000000', steps: [] });
        trace.note('answer', {});
      },
    });
    await traces.flush();
    expect((await records.find()).records).to.deep.equal([]);
  });

  it('gives strangers a ring: the oldest record makes room, across processes (attacker: refusals without end)', async () => {
    const { process, refuse, records } = setUp({ most: 3 });
    const [one, other] = [process(), process()];
    const codes: string[] = [];
    for (let nth = 0; nth < 8; nth++) {
      codes.push(await refuse(nth % 2 ? one : other));
      await Promise.all([one.flush(), other.flush()]);
    }
    expect((await records.find()).records.map(({ id }) => id).sort()).to.deep.equal(codes.slice(-3).sort());
  });

  it('keeps what a card was shown for, however many refusals come after it', async () => {
    const { process, serve, refuse, records } = setUp({ most: 2 });
    const traces = process();
    const mine = await refuse(traces);
    await traces.flush();
    await serve(traces, {
      act: (trace) => {
        trace.follow({ code: mine, steps: [] });
        trace.note('card', { act: 'prove' });
        trace.prove();
      },
    });
    for (let nth = 0; nth < 6; nth++) {
      await refuse(traces);
      await traces.flush();
    }
    expect((await records.get(mine))?.steps).to.have.length(2);
    expect((await records.find()).records).to.have.length(3);
  });

  it('makes so many records for one source, and others for the next (attacker: one address)', async () => {
    const { process, refuse, records } = setUp({ most: 100, points: 4 });
    const traces = process();
    for (let nth = 0; nth < 20; nth++) await refuse(traces, '6.6.6.6');
    const other = await refuse(traces, '7.7.7.7');
    await traces.flush();
    expect((await records.find()).records).to.have.length(5);
    expect(await records.get(other)).to.not.equal(undefined);
  });

  it('bounds one record too: the beginning and the end stay', async () => {
    const { process, serve } = setUp();
    const traces = process();
    const parked = { code: 'ABCDEF0123', steps: [] };
    for (let nth = 0; nth < 90; nth++)
      await serve(traces, {
        act: (trace) => {
          trace.follow(parked);
          trace.note('refused', { code: 'PIN_WRONG', remainingTries: nth });
          trace.keep();
        },
      });
    const record = await traces.find(parked.code);
    expect(record?.steps).to.have.length(60);
    expect([record?.steps[0], record?.steps.at(-1)].map((step) => step?.facts.remainingTries)).to.deep.equal([0, 89]);
    expect(record?.omitted).to.equal(30);
  });

  it('ends after the days of the settings, and after hours where the sign-in ended well', async () => {
    const { process, serve, refuse, pass } = setUp();
    const traces = process();
    const refused = await refuse(traces);
    const answered = await serve(traces, {
      act: (trace) => {
        trace.note('answer', { to: 'https://sp.example/acs' });
        trace.prove();
        trace.keep();
      },
    });
    const there = async () =>
      [await traces.find(refused), await traces.find(answered)].map((record) => record !== undefined);
    expect(await there()).to.deep.equal([true, true]);
    pass(25 * 3_600_000);
    expect(await there()).to.deep.equal([true, false]);
    pass(30 * 86_400_000);
    expect(await there()).to.deep.equal([false, false]);
  });
});
