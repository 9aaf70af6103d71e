import { z } from 'zod';
import { isDay } from '../lib/time.ts';

const day = z.string().refine(isDay, 'YYYY-MM-DD of a day that exists');

/** R112: the programme that the cards belong to; days are those of `service.timeZone`. Without days it has no limits. */
export const Programme = z
  .strictObject({
    start: day.optional().describe('First day on which applications are taken and cards are made.'),
    end: day
      .optional()
      .describe('Last day of the programme: every card ends with it. A later day set before then prolongs all cards.'),
    cardYears: z.int().min(1).max(20).default(5).describe('How many years a card is good for within it.'),
    survey: z
      .url({ protocol: /^https$/ })
      .optional()
      .describe('Address of an anonymous survey, the same for everybody; holders are told of it before the end.'),
  })
  .refine(({ start = '', end = '9999' }) => start <= end, 'the programme ends before it starts');
