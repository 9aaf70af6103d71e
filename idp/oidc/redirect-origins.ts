/** Origins that a page's policy has to name for these redirect addresses; an app's own scheme stands for itself. */
export function redirectOrigins(uris: readonly string[]): string[] {
  const sources = uris
    .map((uri) => new URL(uri))
    .map(({ origin, protocol }) => (origin === 'null' ? protocol : origin));
  return [...new Set(sources)];
}
