import { Command, InvalidArgumentError, Option } from 'commander';
import {
  type CardAct,
  type CardPerson,
  type CardRecord,
  checkOpen,
  type HandedOver,
  type ReasonCode,
  reasonCodes,
} from '../card-auth/index.ts';
import { activateCommand } from './card-activate.ts';
import { type Office, withOffice } from './card-office.ts';
import { defaultData, print } from './hub-file.ts';
import { checkApproval, commandActor } from './open-hub.ts';

interface DataOption {
  readonly data: string;
}

interface ActOptions extends DataOption {
  readonly reason: ReasonCode;
  readonly approve?: boolean;
}

/** In whose name the trial agrees to what the command asked for; in production a second person does, at the console. */
const trialSecond: CardPerson = { as: 'office', id: 'trial-second' };
const office: CardPerson = { as: 'office', id: commandActor };

const dataOption = ['--data <folder>', 'data folder of the hub', defaultData] as const;
const approveOption = ['--approve', 'agree as a second person; in the trial only'] as const;

/** What two persons do together; the command is the first of them. */
const proposals: Readonly<Record<string, { readonly act: Exclude<CardAct, 'issue'>; readonly what: string }>> = {
  resume: { act: 'resume', what: 'ask that a stopped card may go on' },
  revoke: { act: 'revoke', what: 'ask to end a card for good' },
  replace: { act: 'replace', what: 'ask for a new card in the place of this one' },
  unlock: { act: 'unlock', what: 'ask to give back the tries of a locked PIN' },
  reset: { act: 'code', what: 'ask for a code with which the holder sets a new PIN, or activates the card' },
};

export function cardCommand(): Command {
  const command = new Command('card')
    .description('cards of residents')
    .addCommand(new Command('list').option(...dataOption).action(list))
    .addCommand(
      new Command('show')
        .argument('<number>')
        .option(...dataOption)
        .action(show),
    )
    .addCommand(
      new Command('tasks')
        .description('what waits for a decision or a card')
        .option(...dataOption)
        .action(tasks),
    )
    .addCommand(
      new Command('apply')
        .description('ask for a first card')
        .argument('<resident>', 'id of the resident')
        .option(...approveOption)
        .option(...dataOption)
        .action(apply),
    )
    .addCommand(
      new Command('issue')
        .description('make the card of a task that was agreed to; a software card, so in the trial only')
        .argument('<task>')
        .option(...dataOption)
        .action(issue),
    )
    .addCommand(
      new Command('hand-over')
        .description('record that a new card went to its holder, and print its code once; in the trial only')
        .argument('<number>')
        .addOption(new Option('--how <way>', 'how it went').choices(['counter', 'mail']).default('counter'))
        .option(...dataOption)
        .action(handOver),
    )
    .addCommand(activateCommand())
    .addCommand(
      new Command('suspend')
        .description('stop a card at once; its sign-ins end')
        .argument('<number>')
        .option('--reason <code>', reasonCodes.join(', '), reasonOf, 'REQUEST')
        .option(...dataOption)
        .action(suspend),
    )
    .addCommand(
      new Command('expire')
        .description('the daily round: what is due, notices of coming ends, and the state of cards that have ended')
        .option(...dataOption)
        .action(expire),
    );
  for (const [name, { act, what }] of Object.entries(proposals))
    command.addCommand(
      new Command(name)
        .description(what)
        .argument('<number>')
        .option('--reason <code>', reasonCodes.join(', '), reasonOf, 'REQUEST')
        .option(...approveOption)
        .option(...dataOption)
        .action((number: string, options: ActOptions) => propose(act, number, options)),
    );
  return command;
}

function reasonOf(text: string): ReasonCode {
  const known = reasonCodes.find((code) => code === text);
  if (!known) throw new InvalidArgumentError(`one of ${reasonCodes.join(', ')}`);
  return known;
}

const dayOf = (at: number) => new Date(at).toISOString();

/** What the card office reads of a card; neither its index nor anything of its keys, PIN or code. */
function shownOf({ number, residentRef, status, reason, expiresOn, software }: CardRecord): object {
  return { number, resident: residentRef, status, reason, expires: dayOf(expiresOn), software };
}

async function list({ data }: DataOption): Promise<void> {
  await withOffice(data, async ({ cards }) => {
    const listed: object[] = [];
    let after: string | undefined;
    do {
      const page = await cards.list({ limit: 1000, ...(after ? { after } : {}) });
      listed.push(...page.records.map(shownOf));
      after = page.next;
    } while (after);
    print(listed);
  });
}

async function show(number: string, { data }: DataOption): Promise<void> {
  await withOffice(data, async ({ cards }) => {
    const card = await cards.byNumber(number);
    if (!card) throw new Error('there is no card of this number');
    const { ckv, issuedAt, pin, handOver, handedOver, replacedBy, supersedes } = card;
    const numberOf = async (id: string | undefined) => (id === undefined ? undefined : (await cards.get(id))?.number);
    print({
      ...shownOf(card),
      key_version: ckv,
      issued: dayOf(issuedAt),
      handed_over: handedOver && dayOf(handedOver.at),
      pin_changes: pin ? pin.generation - 1 : undefined,
      code_open_for: handOver?.purpose,
      code_until: handOver && dayOf(handOver.expiresAt),
      replaces: await numberOf(supersedes),
      replaced_by: await numberOf(replacedBy),
    });
  });
}

async function tasks({ data }: DataOption): Promise<void> {
  await withOffice(data, async (parts) => {
    const waiting = await Promise.all(
      (['open', 'approved'] as const).map((state) => parts.tasks.inState(state, { limit: 1000 })),
    );
    const listed = waiting.flatMap(({ records }) => records);
    print(
      await Promise.all(
        listed.map(async ({ id, act, state, residentRef, cardId, reason, openedBy, dueAt }) => ({
          id,
          act,
          state,
          resident: residentRef,
          card: cardId && (await parts.cards.get(cardId))?.number,
          reason,
          opened_by: openedBy,
          due: dayOf(dueAt),
        })),
      ),
    );
  });
}

async function apply(resident: string, { data, approve = false }: DataOption & { approve?: boolean }): Promise<void> {
  await withOffice(data, async (parts) => {
    if (!(await parts.hasResident(resident))) throw new Error('there is no such resident');
    await settle(parts, await parts.office.apply(resident, office), approve);
  });
}

async function propose(act: Exclude<CardAct, 'issue'>, number: string, { data, reason, approve = false }: ActOptions) {
  await withOffice(data, async (parts) => {
    checkApproval(parts.settings, approve);
    await settle(parts, await parts.office.propose(act, number, reason, office), approve);
  });
}

/** The task as it now waits, or what came of it where the trial agreed at once. A code is printed here and kept nowhere. */
async function settle(parts: Office, task: { readonly id: string }, approve: boolean): Promise<void> {
  checkApproval(parts.settings, approve);
  if (!approve) return print({ task: task.id, state: 'open' });
  const { task: decided, made } = await parts.office.approve(task.id, trialSecond);
  print({
    task: task.id,
    state: decided.state,
    ...(made ? { number: made.card.number, code: made.code, stop_code: made.stopCode } : {}),
  });
}

async function suspend(number: string, { data, reason }: ActOptions): Promise<void> {
  await withOffice(data, async (parts) => print(shownOf(await parts.office.suspend(number, reason, office))));
}

async function issue(task: string, { data }: DataOption): Promise<void> {
  await withOffice(data, async (parts) => {
    if (parts.settings.profile !== 'trial')
      throw new Error('cards are made at the issuing station; this makes software cards');
    const agreed = await parts.tasks.get(task);
    if (agreed?.state !== 'approved') throw new Error('the task waits for no card: see "sanuki card tasks"');
    checkOpen(parts.programme, Date.now());
    const { makeSoftwareCard } = await import('../trial/index.ts');
    const made = await makeSoftwareCard(parts, parts.settings.data, agreed.residentRef);
    const { number, residentRef, status } = await parts.office.issue(task, made, office);
    print({ number, resident: residentRef, status });
  });
}

/** As at the console: the code comes with the hand-over, once. */
async function handOver(number: string, { data, how }: DataOption & { how: HandedOver['how'] }): Promise<void> {
  await withOffice(data, async (parts) => {
    if (parts.settings.profile !== 'trial') throw new Error('cards are handed over at the console');
    const card = await parts.cards.byNumber(number);
    if (!card) throw new Error('there is no card of this number');
    const { code, stopCode } = await parts.office.handOver(card.id, how, office);
    print({ number, resident: card.residentRef, handed_over: how, code, stop_code: stopCode });
  });
}

async function expire({ data }: DataOption): Promise<void> {
  await withOffice(data, async (parts) => {
    await parts.office.settleDue();
    await parts.expiryRound();
    await parts.office.settleReplacements();
  });
}
