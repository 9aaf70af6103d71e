import { type DateStyle, Facts, formatMoment, Value } from '../../web/index.ts';
import { playgroundCopy } from './copy.ts';
import { indented } from './indented.ts';
import type { OidcPreview } from './oidc-preview.ts';
import type { SamlPreview } from './saml-preview.ts';

type Word = keyof typeof playgroundCopy;

export function Values({ values }: { readonly values: readonly string[] }) {
  return (
    <>
      {values.map((value) => (
        <div key={value}>
          <Value>{value}</Value>
        </div>
      ))}
    </>
  );
}

/** The assertion as the party would read it, and the XML around it. */
export function SamlAnswer({ preview, ...style }: { readonly preview: SamlPreview } & DateStyle) {
  const { language } = style;
  const say = (word: Word) => playgroundCopy[word][language];
  const { acsUrl, nameId, audience, encryption, contextClass, signatureAlgorithm } = preview;
  const until = `${formatMoment(preview.notBefore, style)} - ${formatMoment(preview.notOnOrAfter, style)}`;
  return (
    <>
      <Facts
        facts={[
          [say('sentTo'), acsUrl],
          [say('audience'), audience],
          [say('nameId'), nameId.value],
          [say('nameIdFormat'), `${nameId.format}${say('transientNote')}`],
          [say('context'), contextClass],
          [say('valid'), until],
          [say('signature'), signatureAlgorithm],
          [say('encryption'), encryption ? `${encryption.content}, ${encryption.transport}` : say('notEncrypted')],
          ...(encryption ? [[say('encryptedFor'), encryption.fingerprint] as const] : []),
        ]}
      />
      <p class="hint">{say('testKey')}</p>
      <h3>{say('attributes')}</h3>
      <Facts
        facts={preview.attributes.map(({ name, friendlyName, values }) => [
          friendlyName,
          <>
            <Values values={values} />
            <div class="hint">{name}</div>
          </>,
        ])}
      />
      {encryption ? <Document title={say('inside')} text={indented(preview.assertion)} /> : null}
      <Document title={say('response')} text={indented(preview.xml)} />
    </>
  );
}

/** What the two answers of OpenID Connect would say. */
export function OidcAnswer({ preview, language }: { readonly preview: OidcPreview } & DateStyle) {
  const say = (word: Word) => playgroundCopy[word][language];
  return (
    <>
      <Facts
        facts={[
          [say('sentTo'), preview.redirectTo],
          [say('scope'), preview.scope],
          [say('context'), acrOf(preview)],
          [say('signature'), preview.idTokenAlgorithm],
        ]}
      />
      <p class="hint">{say('scopeNote')}</p>
      <p class="hint">{say('noToken')}</p>
      <Document title={say('idToken')} text={JSON.stringify(preview.idToken, undefined, 2)} />
      <Document title={say('userInfo')} text={JSON.stringify(preview.userInfo, undefined, 2)} />
    </>
  );
}

function Document({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <details>
      <summary>{title}</summary>
      <pre class="document">{text}</pre>
    </details>
  );
}

const acrOf = ({ idToken: { acr } }: OidcPreview): string => (typeof acr === 'string' ? acr : '');
