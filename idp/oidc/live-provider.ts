import type { Middleware } from 'koa';
import mount from 'koa-mount';
import type { Provider } from 'oidc-provider';

interface MountedProvider {
  readonly provider: Provider;
  readonly middleware: Middleware;
}

/**
 * The provider with the keys of this moment. Its keys are fixed when it is made, so a move of a key makes another one
 * (2 ms) that every later request meets; what the one before has begun it finishes, and both read the same records.
 */
export function createLiveProvider(keysVersion: () => string, make: () => Provider): () => MountedProvider {
  let current: (MountedProvider & { readonly version: string }) | undefined;

  return () => {
    const version = keysVersion();
    if (current?.version !== version) {
      const provider = make();
      current = { provider, middleware: mount(provider), version };
    }
    return current;
  };
}
