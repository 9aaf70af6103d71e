import type { Rule } from '../registration-rule.ts';

/** Rules of the linter for SAML metadata: how grave, where it is written, and the words. `{value}` stands for what was found. */
export const samlRules = {
  METADATA_PAST: {
    severity: 'error',
    cite: 'SAML Metadata 2.3.2',
    ja: [
      'メタデータの期限（validUntil）が {value} に切れています。',
      'サービス側に新しいメタデータを出してもらってください。',
    ],
    en: ['The metadata was valid until {value}.', 'Ask the service for current metadata.'],
  },
  METADATA_ENDS_SOON: {
    severity: 'warning',
    cite: 'SAML Metadata 2.3.2',
    ja: [
      'メタデータの期限（validUntil）は {value} です。過ぎるとログインできなくなります。',
      '期限の前に新しいメタデータで更新してください。',
    ],
    en: [
      'The metadata is valid until {value}; after that nobody can sign in there.',
      'Update the registration with newer metadata before that day.',
    ],
  },
  ENTITY_ID_MALFORMED: {
    severity: 'error',
    cite: 'SAML Core 8.3.6',
    ja: [
      'entityID「{value}」が空か、1024文字より長いか、空白や制御文字を含んでいます。',
      'サービス側で、空白のないURLかURNに直してもらってください。',
    ],
    en: [
      'The entityID “{value}” is empty, longer than 1024 characters, or holds spaces or control characters.',
      'The service has to choose a URL or URN without spaces.',
    ],
  },
  ENTITY_ID_NOT_URI: {
    severity: 'warning',
    cite: 'SAML Core 8.3.6',
    ja: [
      'entityID「{value}」はURLでもURNでもありません。ほかのサービスと重なるおそれがあります。',
      'サービス側で、自分のドメインのURLかURNにしてもらってください。',
    ],
    en: [
      'The entityID “{value}” is neither a URL nor a URN; another service could choose the same.',
      'The service should use a URL of its own domain, or a URN.',
    ],
  },
  ACS_MISSING: {
    severity: 'error',
    cite: 'SAML Profiles 4.1.2',
    ja: [
      'HTTP-POST の AssertionConsumerService がありません。ログインの結果を送る先がありません。',
      'サービス側で HTTP-POST の受け口を加えてもらってください。',
    ],
    en: [
      'There is no AssertionConsumerService with HTTP-POST, so there is nowhere to send an answer.',
      'The service has to add one with HTTP-POST.',
    ],
  },
  ACS_INDEX_REPEATED: {
    severity: 'error',
    cite: 'SAML Metadata 2.2.3',
    ja: [
      'AssertionConsumerService の index「{value}」が正しくないか、二度使われています。',
      '0から65535までの番号を、一つずつ別にしてもらってください。',
    ],
    en: [
      'The index “{value}” of an AssertionConsumerService is not usable, or is used twice.',
      'Each needs a number of its own, from 0 to 65535.',
    ],
  },
  ACS_BINDING_UNUSED: {
    severity: 'note',
    cite: 'SAML Bindings 3',
    ja: ['受け口の方式「{value}」は使われません。', 'このままで構いません。HTTP-POST の受け口が使われます。'],
    en: ['The binding “{value}” is not used.', 'Nothing has to be done: the one with HTTP-POST is used.'],
  },
  LOGOUT_MISSING: {
    severity: 'note',
    cite: 'SAML Metadata 2.4.2',
    ja: [
      'ログアウトの受け口（SingleLogoutService）がありません。ほかのサービスでログアウトしても、ここには伝わりません。',
      'サービス側で SOAP か HTTP-Redirect の受け口を加えられるか、確かめてください。',
    ],
    en: [
      'There is no SingleLogoutService, so a sign-out elsewhere does not reach this service.',
      'Ask the service whether it can take one by SOAP or HTTP-Redirect.',
    ],
  },
  REQUESTS_NOT_SIGNED: {
    severity: 'note',
    cite: 'SAML Metadata 2.4.4',
    ja: [
      'ログインの依頼に署名するとは書かれていません（AuthnRequestsSigned）。',
      'サービス側が署名できるなら AuthnRequestsSigned="true" にしてもらってください。',
    ],
    en: [
      'The service does not promise to sign its requests (AuthnRequestsSigned).',
      'Where the service can sign, it should say AuthnRequestsSigned="true".',
    ],
  },
  ASSERTIONS_SIGNED_ANYWAY: {
    severity: 'note',
    cite: 'SAML Metadata 2.4.4',
    ja: ['WantAssertionsSigned が true ではありません。', 'このままで構いません。ハブは必ずアサーションに署名します。'],
    en: ['WantAssertionsSigned is not true.', 'Nothing has to be done: the hub signs every assertion.'],
  },
  NAME_ID_FORMAT_REFUSED: {
    severity: 'warning',
    cite: 'SAML Core 8.3',
    ja: [
      '求められている NameID の形式（{value}）はどれも出せません。',
      'サービス側で persistent か transient を受けるようにしてもらってください。',
    ],
    en: [
      'None of the NameID formats asked for can be given: {value}.',
      'The service has to take persistent or transient.',
    ],
  },
  SIGNING_KEY_MISSING: {
    severity: 'warning',
    cite: 'SAML Metadata 2.4.1.1',
    ja: [
      '署名用の証明書がありません。署名した依頼・データの照会を受け取れません。',
      '署名用の証明書（KeyDescriptor use="signing"）を加えてもらってください。',
    ],
    en: [
      'There is no signing certificate, so neither signed requests nor data queries can be accepted.',
      'The service has to add one (KeyDescriptor use="signing").',
    ],
  },
  CERTIFICATE_UNREADABLE: {
    severity: 'error',
    cite: 'XMLDSig 4.5.4',
    ja: [
      '証明書を読み取れません。',
      'PEM の囲み行を除いた、完全な base64 の X.509 証明書を入れ直してもらってください。',
    ],
    en: [
      'The certificate cannot be read.',
      'The service has to put in the whole X.509 certificate as base64, without the PEM lines.',
    ],
  },
  CERTIFICATE_HASH_WEAK: {
    severity: 'warning',
    cite: 'NIST SP 800-131A 9',
    ja: [
      '証明書の署名が古い方式です（{value}）。登録した鍵そのものは使えます。',
      '次の鍵の入れ替えのときに SHA-256 で作り直してもらってください。',
    ],
    en: [
      'The certificate is signed with an outdated algorithm ({value}); the registered key itself can be used.',
      'At the next change of keys the service should make it with SHA-256.',
    ],
  },
  CERTIFICATE_EXPIRED: {
    severity: 'warning',
    cite: 'SAML Metadata IOP 2.6.1',
    ja: [
      '証明書は {value} に期限が切れています。ハブは登録した鍵を信じ続けますが、サービス側が止まることがあります。',
      '新しい鍵の入ったメタデータか証明書を出してもらってください。SAML では、古い鍵は入れ替えが済んでから外します。',
    ],
    en: [
      'The certificate expired on {value}. The hub goes on trusting the registered key; the service’s own software may not.',
      'Ask for metadata or a certificate with a new key. In SAML it stands beside the old one until the change is done.',
    ],
  },
  CERTIFICATE_ENDS_SOON: {
    severity: 'warning',
    cite: 'SAML Metadata IOP 2.6.1',
    ja: [
      '証明書の期限は {value} です。',
      '期限の前に、新しい鍵の入ったメタデータか証明書を出してもらってください（SAML では両方の鍵が同時に使えます）。',
    ],
    en: [
      'The certificate expires on {value}.',
      'Ask before that day for metadata or a certificate with a new key (in SAML both can be used at the same time).',
    ],
  },
  CERTIFICATE_NOT_YET: {
    severity: 'note',
    cite: 'RFC 5280 4.1.2.5',
    ja: ['証明書の有効期間は {value} からです。', 'サービス側の時計と、証明書の日付を確かめてもらってください。'],
    en: [
      'The certificate is valid from {value} only.',
      'Ask the service to check its clock and the certificate’s dates.',
    ],
  },
  ENCRYPTION_KEY_MISSING: {
    severity: 'warning',
    cite: 'SAML Core 6',
    ja: [
      '暗号用の証明書がありません。ログインの結果が、利用者のブラウザーの中で読める形になります。',
      '暗号用の証明書（KeyDescriptor use="encryption"、RSA）を加えてもらってください。',
    ],
    en: [
      'There is no encryption certificate, so what is released can be read in the browser it passes through.',
      'The service should add one (KeyDescriptor use="encryption", RSA).',
    ],
  },
  ENCRYPTION_ALGORITHM_REFUSED: {
    severity: 'warning',
    cite: 'XML Encryption 1.1 5.2',
    ja: [
      '暗号方式は、ハブが使わないものだけが書かれています（{value}）。サービス側が結果を開けないかもしれません。',
      'AES-GCM（aes128-gcm か aes256-gcm）と RSA-OAEP を受けるようにしてもらってください。',
    ],
    en: [
      'Only encryption algorithms are announced that the hub does not use ({value}); the service may not be able to read answers.',
      'The service has to take AES-GCM (aes128-gcm or aes256-gcm) with RSA-OAEP.',
    ],
  },
  SIGNATURE_ALGORITHM_REFUSED: {
    severity: 'warning',
    cite: 'SAML Metadata Algorithm Support 2',
    ja: [
      '署名方式は、ハブが受け取らないものだけが書かれています（{value}）。',
      'RSA か ECDSA と SHA-256 以上で署名するようにしてもらってください。',
    ],
    en: [
      'Only signature algorithms are announced that the hub refuses ({value}).',
      'The service has to sign by RSA or ECDSA with SHA-256 or better.',
    ],
  },
  ATTRIBUTE_NOT_OFFERED: {
    severity: 'note',
    cite: 'SAML Metadata 2.4.4.2',
    ja: ['メタデータが求める属性「{value}」は出せません。', 'サービス側が、この属性なしで動くかを確かめてください。'],
    en: [
      'The metadata asks for the attribute “{value}”, which cannot be given.',
      'Ask the service whether it works without.',
    ],
  },
} as const satisfies Record<string, Rule>;
