import { Agent, type IncomingHttpHeaders, request } from 'node:http';

/** A lean client: the load must not cost more than the server. */
export function createClient() {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });

  function send(
    url: string,
    { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { agent, method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
  return { send, close: () => agent.destroy() };
}
