import type { PostToSource } from '../../../attribute-service/sources/answer.ts';

export const postToSource: PostToSource = async (address, { body, contentType, headers, signal }) => {
  const response = await fetch(address, {
    method: 'POST',
    body,
    headers: { ...headers, 'content-type': contentType },
    signal,
  });
  return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
};
