import type { Settings } from '../../config/index.ts';

/** An employer whose staff may apply through it (R109). */
export type Employer = Settings['cardOffice']['employers'][number];
