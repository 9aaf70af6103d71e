import { expect } from 'chai';
import { csrfIn } from './admin-world.ts';
import { failure, request as oidcRequest } from './counter-world.ts';
import { codeOn, type ExplainWorld, newSamlParty, sp, startExplainWorld } from './explain-world.ts';
import { browser, issueCard, signInAt } from './world.ts';

/** Words of the page without its markup, so that steps can be compared as they are read. */
const wordsOf = (html: string) =>
  html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll(/\s+/g, ' ');
const order = (words: string, ...parts: string[]) => {
  const places = parts.map((part) => words.indexOf(part));
  expect(places, parts.join(' < ')).to.not.include(-1);
  expect(places, parts.join(' < ')).to.deep.equal([...places].sort((one, other) => one - other));
};

describe('a trace code in the console', () => {
  let world: ExplainWorld;
  let staff: Awaited<ReturnType<ExplainWorld['signedIn']>>;
  let patient: Awaited<ReturnType<typeof issueCard>>;
  before(async () => {
    world = await startExplainWorld();
    patient = await issueCard(world, { residentRef: 'patient', number: '3702608253047', pin: '907261' });
    staff = await world.signedIn('registrar');
  });
  after(() => world.close());

  const explained = (code: string, language = 'ja') => world.textOf(staff, `/admin/explain?code=${code}`, language);
  async function prompt(url: string) {
    const own = browser();
    const { url: page, response } = await own.visit(url);
    const html = await response.text();
    return { own, page, html, code: codeOn(html) };
  }

  it('leads from a cancelled sign-in to its whole way, by the code that the first page showed', async () => {
    const { own, page, html, code } = await prompt(await world.samlUrl());
    expect(code).to.match(/^[0-9A-F]{10}$/);
    expect(wordsOf(await explained(code)), 'while the caller still sees the page').to.include('ログインの途中です');
    const cancelled = await world.post(own, `${new URL(page).pathname}/cancel`, { csrf: csrfIn(html) });
    expect(cancelled.status).to.equal(200);
    const words = wordsOf(await explained(code));
    order(words, '「やめる」を押しました', 'お電話の方への案内', 'ポータル', 'SIGN_IN_CANCELLED', '経過');
    order(
      words.slice(words.indexOf('経過')),
      'サービスからの要求が届きました（SAML）',
      '判断：ログイン中ではないため、カードを求めます',
      'カードの画面を出しました',
      '（SIGN_IN_CANCELLED、',
      'サービスに断りを返しました（AuthnFailed）',
    );
  });

  it('shows a wrong PIN under the code of the page, and goes on to the answer after the right one', async () => {
    const { own, page, html, code } = await prompt(await world.samlUrl());
    const wrong = await signInAt(own, page, { ...patient, pin: '111999', html }).then(
      () => undefined,
      (problem: { code: string; trace: string }) => problem,
    );
    expect([wrong?.code, wrong?.trace]).to.deep.equal(['PIN_WRONG', code]);
    expect(wordsOf(await explained(code)))
      .to.include('暗証番号が違いました')
      .and.include('ご本人（お電話の方）')
      .and.include('暗証番号の残り回数 4');
    const answered = await own.visit(await signInAt(own, page, { ...patient, html }));
    expect(await answered.response.text()).to.include('SAMLResponse');
    const words = wordsOf(await explained(code));
    expect(words).to.include('ログインは成功し、サービスに答えを返しました');
    order(
      words.slice(words.indexOf('経過')),
      '本物のカードと確かめました',
      '（PIN_WRONG、',
      '暗証番号が合いました',
      '渡すもの：pseudonym、displayName',
      'サービスに答えを返しました',
    );
    order(
      words.slice(words.lastIndexOf('サービスに答えを返しました')),
      'https://portal.example/saml/acs',
      'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      'aes256-gcm',
    );
  });

  it('leaves no record of a plain sign-on out of a session, by either binding of the request', async () => {
    const { own, page, html } = await prompt(await world.samlUrl());
    await own.visit(await signInAt(own, page, { ...patient, html }));
    await world.hub.traces.flush();
    const before = world.stored();
    expect(await (await own.request(await world.samlUrl())).text()).to.include('SAMLResponse');
    const byPost = { SAMLRequest: await world.samlMessage() };
    const parked = await world.post(own, '/saml/sso', byPost, { origin: 'https://portal.example' });
    const posted = await own.visit(new URL(parked.headers.get('location') ?? '', world.origin).href);
    expect(await posted.response.text(), 'parked for a moment').to.include('SAMLResponse');
    const passive = await browser().request(await world.samlUrl({ isPassive: true }));
    expect(await passive.text(), 'a passive no is the usual course too').to.include('SAMLResponse');
    await world.hub.traces.flush();
    expect(world.stored()).to.equal(before);
  });

  it('says of a wrong ACS which address came, and whom to tell', async () => {
    const acsUrl = 'https://evil.example/acs/step?session=SECRET-IN-QUERY';
    const refused = await (await browser().request(await world.samlUrl({ acsUrl }))).text();
    const words = wordsOf(await explained(codeOn(refused)));
    order(
      words,
      'サービスが指定した戻り先が',
      'サービスの管理者',
      'ACS_NOT_REGISTERED',
      'https://evil.example/acs/step',
    );
    expect(words).to.not.include('SECRET-IN-QUERY');
    expect(wordsOf(await explained(codeOn(refused), 'en'))).to.include('none of the registered ones');
  });

  it('says of a wrong redirect_uri which address came', async () => {
    const { url } = await oidcRequest(world.clinic, { redirect_uri: 'http://127.0.0.1:9/elsewhere' });
    const refused = await (await browser().request(url)).text();
    const words = wordsOf(await explained(codeOn(refused)));
    order(words, '登録された戻り先のどれとも違います', 'OIDC_INVALID_REDIRECT_URI', 'http://127.0.0.1:9/elsewhere');
  });

  it('follows an OpenID Connect sign-in through the provider and back, and its tokens under their own code', async () => {
    const { url, redeem } = await oidcRequest(world.clinic);
    const { own, page, html, code } = await prompt(url);
    const { left = '' } = await own.visit(await signInAt(own, page, { ...patient, html }));
    const words = wordsOf(await explained(code));
    expect(words).to.include('ログインは成功し');
    order(
      words.slice(words.indexOf('経過')),
      'サービスからの要求が届きました（OpenID Connect）',
      'カードを求めます',
      'カードの画面を出しました',
      '暗証番号が合いました',
      '判断：今のログインで足りるため',
      '渡すもの：openid',
      'サービスに答えを返しました',
      'ES256',
    );
    await redeem(left);
    expect(await failure(redeem(left)), 'a code counts once').to.equal('invalid_grant');
    const again = await fetch(`${world.origin}/oidc/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'authorization_code', code: 'CODE-OF-NOBODY', client_id: 'clinic' }),
    });
    const shown = wordsOf(await explained(again.headers.get('sanuki-trace') ?? ''));
    order(shown, 'OIDC_INVALID_CLIENT', 'oidc/token');
    expect(shown).to.not.include('CODE-OF-NOBODY');
  });

  it('follows a cancelled OpenID Connect sign-in, and ends with the hub’s own reason', async () => {
    const { own, page, html, code } = await prompt((await oidcRequest(world.clinic)).url);
    await world.post(own, `${new URL(page).pathname}/cancel`, { csrf: csrfIn(html) });
    expect(wordsOf(await explained(code)))
      .to.include('「やめる」を押しました')
      .and.include('SIGN_IN_CANCELLED');
  });

  it('explains what never became a sign-in: unknown issuer, another hand’s signature, replay, garbage', async () => {
    const replayed = await world.samlUrl();
    await browser().request(replayed);
    const cases = [
      [await world.samlUrl({ issuer: 'https://unknown.example/"><script>alert(1)</script>' }), 'PROVIDER_UNKNOWN'],
      [await world.samlUrl({ signer: (await newSamlParty()).key }), 'SIGNATURE_WRONG'],
      [replayed, 'MESSAGE_REPLAYED'],
      [await world.samlUrl({ now: world.now() - 3_600_000 }), 'MESSAGE_NOT_CURRENT'],
      [`${world.origin}/saml/sso?SAMLRequest=%00`, 'BASE64_MALFORMED'],
      [`${world.origin}/nowhere`, 'PAGE_MISSING'],
    ] as const;
    for (const [url, code] of cases) {
      const html = await (await browser().request(url)).text();
      const page = await explained(codeOn(html));
      expect(wordsOf(page), code).to.include(`（${code}、`);
      expect(wordsOf(page).includes('要求から読み取れません'), code).to.equal(code === 'BASE64_MALFORMED');
      expect(wordsOf(page).includes('センターの画面'), code).to.equal(code === 'PAGE_MISSING');
      // Attacker: chooses an entityID. He reaches the eyes of staff as text, and nothing runs.
      expect(page, code).to.not.include('<script>alert');
    }
  });

  it('explains what a program is refused, by the header that its developer finds', async () => {
    const headers = { 'content-type': 'text/xml' };
    const fault = await fetch(`${world.origin}/soap`, { method: 'POST', headers, body: '<no-envelope/>' });
    const words = wordsOf(await explained(fault.headers.get('sanuki-trace') ?? ''));
    order(words, 'データの問い合わせを断りました', 'サービスの管理者', 'サービスからデータの問い合わせが届きました');
  });

  it('reads a code as people write it down, and says what to do about one that is none', async () => {
    const { code } = await prompt(await world.samlUrl());
    const spoken = `${code.slice(0, 5).toLowerCase().replaceAll('0', 'o')} - ${code.slice(5)}`;
    expect(wordsOf(await explained(encodeURIComponent(spoken)))).to.include('経過');
    expect(await explained('0000000000')).to.include('この番号の記録はありません');
    const typed = await explained('3702608253047');
    expect(typed).to.include('10文字です').and.not.include('id="finding"');
    const seen = JSON.stringify(await world.audited('trace.read'));
    expect(seen, 'a card number typed by mistake is not put on record').to.not.include('3702608253047');
  });

  it('gives whoever guesses codes nothing without the role, and stops and records a holder of it who guesses', async () => {
    const { code } = await prompt(await world.samlUrl());
    // Attacker one: knows a code, and is a resident with a card. He still lacks an account in the console.
    const resident = await world.signedIn('resident', `${world.origin}/account`);
    expect((await resident.request(`${world.origin}/admin/explain?code=${code}`)).status).to.equal(404);
    // Attacker two: has an account whose role does not look at traces.
    await world.administrators.grant({
      residentRef: 'patient',
      roles: ['card-office'],
      until: world.now() + 86_400_000,
      invitedBy: 'command',
    });
    const own = browser();
    const start = await own.visit(`${world.origin}/admin`);
    await own.visit(await signInAt(own, start.url, patient));
    expect((await own.request(`${world.origin}/admin/explain?code=${code}`)).status).to.equal(403);
    // Attacker three: has the role, and tries one code after the other.
    const approver = await world.signedIn('approver');
    const statuses: number[] = [];
    for (let nth = 0; nth < 32; nth++) {
      const guess = nth.toString(16).padStart(10, '0').toUpperCase();
      statuses.push((await approver.request(`${world.origin}/admin/explain?code=${guess}`)).status);
    }
    expect(statuses.filter((status) => status === 429)).to.have.length(2);
    const looks = (await world.audited('trace.read')).filter(({ actor }) => actor === world.ids.get('approver'));
    expect(looks.filter((look) => look.code === 'TRACE_UNKNOWN' && look.trace)).to.have.length(30);
    expect(looks.filter((look) => look.code === 'TOO_MANY_REQUESTS')).to.have.length(2);
  });

  it('is linked from the audit record of a sign-on that went with a card', async () => {
    const { own, page, html, code } = await prompt(await world.samlUrl());
    await own.visit(await signInAt(own, page, { ...patient, html }));
    const auditor = await world.signedIn('auditor');
    const words = await world.textOf(auditor, `/admin/audit?type=sso.saml&provider=${encodeURIComponent(sp.entityId)}`);
    expect(words).to.include(`href="/admin/explain?code=${code}"`);
  });
});
