import type { Language } from '../../web/index.ts';
import { AboutSignIn, HomeEnd, type HomeParts } from '../home.tsx';
import type { SignedIn } from '../sign-ins.ts';
import { copy } from './copy.ts';

/** P2 メニュー: only what there is. */
export function Menu({
  signedIn,
  account,
  ...parts
}: HomeParts & { readonly signedIn: SignedIn; readonly account: string }) {
  const { language } = parts.style;
  const { name } = signedIn;
  return (
    <>
      <h1>{copy.menu[language]}</h1>
      {name === undefined ? null : <Greeting name={name} language={language} />}
      <div class="menu">
        <section>
          <h2>{copy.insurance[language]}</h2>
          <ul>
            <li>
              <a id="coverage" href="/coverage">
                {copy.seeCoverage[language]}
              </a>
              <span class="hint">{copy.seeCoverageHint[language]}</span>
            </li>
          </ul>
        </section>
        <section>
          <h2>{copy.yourData[language]}</h2>
          <ul>
            <li>
              <a id="account" href={account}>
                {copy.history[language]}
              </a>
              <span class="hint">{copy.historyHint[language]}</span>
            </li>
          </ul>
        </section>
      </div>
      <AboutSignIn signedIn={signedIn} style={parts.style} />
      <HomeEnd {...parts} />
    </>
  );
}

/** R67. */
function Greeting({ name, language }: { readonly name: string; readonly language: Language }) {
  return (
    <p class="greeting">
      {language === 'ja' ? 'ようこそ ' : 'Welcome, '}
      <bdi>{name}</bdi>
      {language === 'ja' ? ' 様' : null}
    </p>
  );
}
