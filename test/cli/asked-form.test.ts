import { expect } from 'chai';
import { askedFormIn } from '../../cli/asked-form.ts';

const page = (form: string) => `<main><form action="/else"><input name="other" value="x"/></form>${form}</main>`;

describe('a form that the hub asks a program to answer', () => {
  const html = page(
    `<form method="post" action="/consent/a?ReturnToURL=http%3A%2F%2Fp%2F&amp;b=1" novalidate data-hub-asks="consent">
      <input type="hidden" name="csrf" value="t&quot;&lt;1"/>
      <input type="checkbox" id="types-0" name="types" value="coverage"/><input type="checkbox" name="types" value="eligibility"/>
      <input type="radio" name="period" value="session"/><input type="radio" name="period" value="1-year"/>
      <button type="submit" name="decision" value="agree" data-hub-answer="agree">同意する</button>
      <button type="submit" name="decision" value="decline" data-hub-answer="decline">同意しない</button>
    </form>`,
  );

  it('is agreed to in whole and for the first, shortest, period', () => {
    const form = askedFormIn(html);
    expect(form?.asks).to.equal('consent');
    expect(form?.action).to.equal('/consent/a?ReturnToURL=http%3A%2F%2Fp%2F&b=1');
    expect([...(form?.agree ?? [])]).to.deep.equal([
      ['csrf', 't"<1'],
      ['types', 'coverage'],
      ['types', 'eligibility'],
      ['period', 'session'],
      ['decision', 'agree'],
    ]);
  });

  it('is declined without choosing anything', () => {
    expect([...(askedFormIn(html)?.decline ?? [])]).to.deep.equal([
      ['csrf', 't"<1'],
      ['decision', 'decline'],
    ]);
  });

  it('may be a mere confirmation', () => {
    const confirmation = page(
      '<form action="/go" data-hub-asks="confirmation"><button data-hub-answer="agree" name="go" value="1">x</button></form>',
    );
    expect(askedFormIn(confirmation)?.agree?.toString()).to.equal('go=1');
    expect(askedFormIn(confirmation)?.decline, 'no button says no').to.equal(undefined);
  });

  it('is none without the mark', () => {
    expect(askedFormIn(page('<form action="/x"><button name="a" value="b">x</button></form>'))).to.equal(undefined);
  });
});
