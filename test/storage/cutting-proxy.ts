import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket, connect as socketTo } from 'node:net';

/**
 * Stands between a client and a MongoDB server, and can break the connection under one command: the server gets it and
 * carries it out, its answer is lost.
 */
export async function startCuttingProxy(serverUrl: string) {
  const { hostname, port } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let command: Buffer | undefined;

  const proxy = createServer((client) => {
    const server = socketTo(Number(port), hostname);
    let cutting = false;
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', end);
    }
    client.on('data', (sent: Buffer) => {
      if (command && sent.includes(command)) {
        command = undefined;
        cutting = true;
      }
      server.write(sent);
    });
    server.on('data', (answer: Buffer) => {
      if (cutting) end();
      else client.write(answer);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');

  return {
    url: `mongodb://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    /** The answer to the next command of this name is lost. */
    cutNext(name: string) {
      // BSON 1.1: a member with a text as its value is 0x02, the name, and NUL.
      command = Buffer.from(`\x02${name}\0`);
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      const closed = once(proxy, 'close');
      proxy.close();
      await closed;
    },
  };
}
