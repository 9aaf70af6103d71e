#!/usr/bin/env node
// The start-up guard: plain JavaScript that an old Node can read as well, so that it can say what is missing.
import { existsSync } from 'node:fs';

const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `Sanuki ID needs Node 24 or newer; this is Node ${process.versions.node}.\n` +
      'On Linux (x64) "npm install" brings its own Node 24: use "npm start" or "npx sanuki …". Elsewhere install Node 24.\n',
  );
  process.exit(1);
}

// From a checkout the compiled tree follows the sources; an installed package has only the compiled tree.
if (existsSync(new URL('main.ts', import.meta.url))) {
  const { build } = await import('./build.mjs');
  await build();
}
const { main } = await import('../dist/cli/main.js');
await main(process.argv.slice(2));
