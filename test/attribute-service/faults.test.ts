import { expect } from 'chai';
import fc from 'fast-check';
import { type FaultCode, faultBody, isFaultCode, SoapFault } from '../../attribute-service/faults.ts';
import { writeXml } from '../../lib/xml/index.ts';

const codes: readonly FaultCode[] = ['InappropriateCredentials', 'StaleMsg', 'InteractionRequired', 'UnexpectedError'];

describe('SOAP fault (ID-WSF SB, SOAP 1.1 4.4)', () => {
  it('carries the code of the framework, and the side that has to change something', () => {
    expect(writeXml(faultBody(new SoapFault('StaleMsg', 'x')))).to.equal(
      '<S:Fault xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>S:Client</faultcode>' +
        '<faultstring>the message is not current</faultstring>' +
        '<detail><lu:Status xmlns:lu="urn:liberty:util:2006-08" code="StaleMsg"></lu:Status></detail></S:Fault>',
    );
    expect(writeXml(faultBody(new SoapFault('ProcessingTimeout', 'x')))).to.include('S:Server');
    expect(writeXml(faultBody(new SoapFault('InvalidMustUnderstand', 'x')))).to.include('S:MustUnderstand');
  });

  it('sends the browser where the resident can be asked', () => {
    const fault = new SoapFault('InteractionRequired', 'x', { redirectUrl: 'https://hub.example/consent/1' });
    expect(writeXml(faultBody(fault))).to.include('redirectURL="https://hub.example/consent/1"');
  });

  it('never tells what is in its message or its cause, so no value of a person leaves by it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...codes), fc.stringMatching(/^[0-9]{6,12}$|^[ぁ-ん]{3,9}$/), (code, value) => {
        const fault = new SoapFault(code, `broken at ${value}`, { cause: new Error(value), relatesTo: value });
        expect(writeXml(faultBody(fault))).to.not.include(value);
      }),
    );
  });

  it('knows its codes, and no name that every object has', () => {
    expect(isFaultCode('StaleMsg')).to.equal(true);
    for (const name of ['constructor', '__proto__', 'toString', 'Unknown']) expect(isFaultCode(name)).to.equal(false);
  });
});
