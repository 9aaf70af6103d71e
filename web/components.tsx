import type { ComponentChildren } from 'preact';

/** A box with a sign, a word and a colour: the meaning never hangs on the colour alone. */
export function Notice({
  kind,
  title,
  children,
  id,
}: {
  readonly kind: 'info' | 'success' | 'warning' | 'error';
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly id?: string;
}) {
  const sign = { info: 'ℹ', success: '✔', warning: '⚠', error: '✖' }[kind];
  return (
    <section class={`notice notice-${kind}`} {...(id ? { id } : {})}>
      <h2>
        <span aria-hidden="true">{sign} </span>
        {title}
      </h2>
      {children}
    </section>
  );
}

/** The way through a task; the current step is marked for eye and ear. */
export function Steps({
  label,
  steps,
  current,
}: {
  readonly label: string;
  readonly steps: readonly string[];
  readonly current: number;
}) {
  return (
    <ol class="steps" aria-label={label}>
      {steps.map((step, at) => (
        <li key={step} {...(at === current ? { 'aria-current': 'step' as const } : {})}>
          <span class="step-number" aria-hidden="true">
            {at + 1}
          </span>
          <span>{step}</span>
        </li>
      ))}
    </ol>
  );
}

/** The picture of a service, on white whatever the colours of the page are: it was drawn for that. */
export function Logo({ src, alt }: { readonly src: string; readonly alt: string }) {
  return (
    <p class="logo">
      <img src={src} alt={alt} />
    </p>
  );
}

/** Names and values, for eye and screen reader. Long values wrap; nothing is cut off. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
