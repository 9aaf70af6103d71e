import { expect } from 'chai';
import { cardPin, cardPinBound, parseClientMetadata, passkey } from '../../federation/index.ts';
import { clientDocument, clientFieldsOf, emptyClient } from '../../idp/admin/client-fields.ts';
import { jwk } from '../federation/certificates.ts';
import { at, type FormWorld, openForms, samlId } from './admin-form-world.ts';

const uri = 'https://shop.example/cb';

describe('an OIDC client in fields', () => {
  let world: FormWorld;
  before(async () => {
    world = await openForms();
  });
  after(() => world.close());

  const clientOf = async (key: string) => (await world.registry.get('oidc', key))?.oidc?.metadata;
  const inFields = { protocol: 'oidc', entry: 'fields', authMethod: 'client_secret_basic', redirectUris: uri };

  it('makes the same document as JSON does, whatever the client says, and back', () => {
    const json = {
      client_id: 'shop',
      redirect_uris: [uri, 'https://shop.example/cb2'],
      post_logout_redirect_uris: ['https://shop.example/bye'],
      application_type: 'web',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [jwk()] },
      contacts: ['a@shop.example'],
      grant_types: ['authorization_code', 'refresh_token'],
      client_uri: 'https://shop.example/',
      default_max_age: 600,
    };
    const { metadata } = parseClientMetadata({ client_name: '店', ...json }, { allowHttp: false });
    const made = clientDocument(clientFieldsOf(metadata), { ja: '店' });
    expect(made.findings).to.deep.equal([]);
    expect(parseClientMetadata(JSON.parse(made.metadata), { allowHttp: false }).metadata).to.deep.equal(metadata);
  });

  it('takes one address from each line, in whatever line ends a browser sends', () => {
    const lines = ' https://a.example/cb \r\n\r\nhttps://b.example/cb\rhttps://c.example/cb\n';
    const { metadata } = clientDocument({ ...emptyClient, redirectUris: lines }, { ja: '' });
    expect(JSON.parse(metadata).redirect_uris).to.deep.equal([
      'https://a.example/cb',
      'https://b.example/cb',
      'https://c.example/cb',
    ]);
  });

  it('is registered, and its change begins with what is registered', async () => {
    const jwks = JSON.stringify({ keys: [jwk()] });
    const sent = await world.send(world.registrar, {
      ...inFields,
      clientId: 'shop',
      postLogoutUris: 'https://shop.example/bye',
      authMethod: 'private_key_jwt',
      jwks,
      contacts: 'a@shop.example\r\nb@shop.example',
      refresh: 'yes',
      more: '{"client_uri": "https://shop.example/"}',
    });
    expect(sent.status, await sent.text()).to.equal(303);
    expect(await clientOf('shop')).to.deep.include({
      redirect_uris: [uri],
      post_logout_redirect_uris: ['https://shop.example/bye'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: JSON.parse(jwks),
      contacts: ['a@shop.example', 'b@shop.example'],
      grant_types: ['authorization_code', 'refresh_token'],
      client_uri: 'https://shop.example/',
      client_name: '図書館',
    });
    const html = await world.textOf(world.registrar, at('/admin/provider/edit', 'oidc:shop'));
    for (const words of [uri, 'https://shop.example/bye', 'a@shop.example\nb@shop.example', 'client_uri'])
      expect(html).to.include(words);
    expect(html)
      .to.match(/id="refresh"[^>]* checked/)
      .and.match(/value="private_key_jwt" selected/);
    const other = await world.textOf(world.registrar, `${at('/admin/provider/edit', 'oidc:shop')}&entry=document`);
    expect(other).to.include('id="metadata"').and.include('&quot;client_id&quot;: &quot;shop&quot;');
  });

  it('says at each field what is wrong in it, keeps all that was typed, and stores nothing', async () => {
    const refused = await world.send(world.registrar, {
      ...inFields,
      clientId: 'bad',
      redirectUris: `${uri}\nhttps://user@evil.example/cb`,
      contacts: 'not mail',
      jwks: '{nonsense',
      more: '{"redirect_uris": ["https://evil.example/"], "unheard_of": 1}',
    });
    const html = await refused.text();
    expect(refused.status).to.equal(422);
    const errorAt = (field: string) => new RegExp(`id="${field}-error">(.*?)</p>`, 's').exec(html)?.[1] ?? '';
    expect(errorAt('redirectUris')).to.include('evil.example');
    expect(errorAt('contacts')).to.not.equal('');
    expect(errorAt('jwks')).to.include('JSONとして読めません');
    expect(errorAt('more')).to.include('redirect_uris');
    for (const field of ['redirectUris', 'contacts', 'jwks', 'more'])
      expect(html, field).to.match(new RegExp(`id="${field}"[^>]*aria-invalid="true"`));
    for (const typed of ['not mail', '{nonsense', 'unheard_of', 'https://user@evil.example/cb'])
      expect(html).to.include(typed);
    expect(await clientOf('bad')).to.equal(undefined);
  });

  it('shows script in its fields as text, and keeps an attacker’s members out of the other fields', async () => {
    const script = '</textarea><script>alert(1)</script>';
    const fields = { ...inFields, clientId: '"><script>', redirectUris: script, jwks: script, more: script };
    expect(await (await world.send(world.registrar, fields)).text()).to.not.include('<script>alert');
    for (const more of ['[]', '"x"', '1', 'null', '{"__proto__": {"client_id": "x"}}', '{"constructor": 1}']) {
      const refused = await world.send(world.registrar, { ...inFields, clientId: 'odd', more });
      expect(refused.status, more).to.equal(422);
    }
  });

  describe('and what is chosen beside the document', () => {
    const record = (host: string) => world.registry.get('saml', `https://${host}/sp`);

    it('settings come from the form, are shown there again, and go when they are left out', async () => {
      const chosen = { encryptAssertion: 'no', keyTransport: 'rsa-oaep-sha256', contentEncryption: 'aes128-gcm' };
      const switches = { signResponse: 'yes', allowCreateStrict: 'yes', requireSignedRequests: 'yes' };
      const metadata = world.metadataOf('set.example');
      await world.send(world.registrar, { metadata, ...chosen, ...switches });
      const settings = {
        encryptAssertion: false,
        keyTransport: 'rsa-oaep-sha256',
        contentEncryption: 'aes128-gcm',
        signResponse: true,
        allowCreateStrict: true,
        requireSignedRequests: true,
      };
      expect((await record('set.example'))?.settings).to.deep.equal(settings);
      const edit = at('/admin/provider/edit', samlId('set.example'));
      const html = await world.textOf(world.registrar, edit);
      expect(html)
        .to.match(/value="no" selected/)
        .and.match(/id="requireSignedRequests"[^>]* checked/);
      await world.approve(samlId('set.example'));
      await world.send(world.registrar, { metadata, ...switches, requireSignedRequests: 'no' }, edit);
      expect((await record('set.example'))?.settings, 'still live').to.deep.equal(settings);
      expect(await world.textOf(world.approver, at('/admin/provider', samlId('set.example'))))
        .to.include('署名のない依頼の拒否「はい」がなくなります')
        .and.include('信頼に関わる変更');
      await world.approve(samlId('set.example'));
      expect((await record('set.example'))?.settings).to.deep.equal({ signResponse: true, allowCreateStrict: true });
    });

    it('settings that nobody offered are not taken', async () => {
      const odd = {
        keyTransport: 'rsa-1_5',
        contentEncryption: 'aes128-cbc',
        encryptAssertion: 'maybe',
        signResponse: '1',
      };
      await world.send(world.registrar, { metadata: world.metadataOf('odd.example'), ...odd });
      expect((await record('odd.example'))?.settings).to.deep.equal({});
    });

    it('a required level is raised, and lowered only as a change that alters trust', async () => {
      const metadata = world.metadataOf('level.example');
      await world.send(world.registrar, { metadata, requiredLevel: cardPin });
      expect(await record('level.example')).to.include({ requiredLevel: cardPin });
      await world.approve(samlId('level.example'));
      const edit = at('/admin/provider/edit', samlId('level.example'));
      expect(await world.textOf(world.registrar, edit)).to.match(/value="urn:x-sanuki:ac:card-pin" selected/);
      const lowered = await world.send(world.registrar, { metadata, requiredLevel: '', do: 'check' }, edit);
      expect(await lowered.text()).to.match(/信頼に関わる変更 <\/strong><bdi>必要なログインの強さ/);
      await world.send(world.registrar, { metadata, requiredLevel: '' }, edit);
      expect(await record('level.example'), 'still demanded').to.include({ requiredLevel: cardPin });
      await world.approve(samlId('level.example'));
      expect(await record('level.example')).to.not.have.property('requiredLevel');
    });

    it('every level that can be reached here is offered and taken, and what is no level is not', async () => {
      const metadata = world.metadataOf('reach.example');
      const html = await world.textOf(world.registrar, '/admin/providers/new');
      for (const requiredLevel of [cardPinBound, passkey]) {
        expect(html).to.include(`value="${requiredLevel}"`);
        const key = `${requiredLevel.split(':').at(-1)}.example`;
        await world.send(world.registrar, { metadata: world.metadataOf(key), requiredLevel });
        expect(await record(key)).to.include({ requiredLevel });
      }
      await world.send(world.registrar, { metadata, requiredLevel: 'urn:evil' });
      expect(await record('reach.example')).to.not.have.property('requiredLevel');
    });
  });
});
