import { type ConsentRequest, returnUrlOf } from '../../attribute-service/index.ts';
import { HubPageError } from '../errors.ts';

const longestUrl = 2000;
/** What readers of addresses disagree about: WHATWG URL 4.4 drops tabs and line breaks and takes a backslash for a slash. */
const unambiguous = /^https?:\/\/[\x21-\x5b\x5d-\x7e]+$/i;

/**
 * ID-WSF SB, RedirectRequest: where the browser goes back to, for either answer. One absolute address of the web on an
 * origin that the party registered, or none of this happens.
 */
export function checkReturnUrl(
  request: ConsentRequest,
  given: readonly string[],
): { agreed: string; declined: string } {
  const [text = '', ...more] = given;
  if (more.length > 0 || text.length > longestUrl || !unambiguous.test(text))
    throw new HubPageError(
      'RETURN_NOT_REGISTERED',
      'ReturnToURL is missing, doubled, or no absolute address of the web',
    );
  const [agreed, declined] = [returnUrlOf(request, text, true), returnUrlOf(request, text, false)];
  if (agreed === undefined || declined === undefined)
    throw new HubPageError('RETURN_NOT_REGISTERED', 'ReturnToURL is not on an origin that the party registered');
  return { agreed, declined };
}
