/**
 * The interface kit: page frame, components, common copy in Japanese and English, one stylesheet on the Digital Agency
 * tokens. Owns how pages look, read and sound; knows no residents, sessions or protocols and serves nothing itself:
 * `idp`, `relying-parties` and the trial render with it and send the result.
 */
export * from './bar-chart.tsx';
export * from './components.tsx';
export * from './copy.ts';
export * from './dates.ts';
export * from './fields.tsx';
export * from './form.tsx';
export * from './headers.ts';
export * from './navigation.tsx';
export * from './page.tsx';
export * from './policy.ts';
export * from './preferences.ts';
export * from './records.tsx';
export * from './stylesheet.ts';
export * from './values.tsx';
