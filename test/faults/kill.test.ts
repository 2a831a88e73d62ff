import { afterEach, describe, expect, it } from 'vitest';
import { audit, recover } from '../support/faults/audit';
import { count, report, seedOf } from '../support/faults/count';
import { Killer, lacksTrace, type KillPoint } from '../support/faults/kill-at';
import { PLACES, type Place } from '../support/faults/places';
import { CHAIN, StepChain, type History } from '../support/faults/step-chain';
import { FaultTally, position } from '../support/faults/tally';
import { Random } from '../support/random';

/** The number of points of each kind and command in a full run and in a small one. */
const FULL_POINTS = 4;
const SMALL_KILLS = 3;

let place: Place | undefined;
afterEach(async () => {
  await place?.dispose();
  place = undefined;
});

/** A command, with the step up to which it must keep the existing checkpoints; `null`: none. */
interface Command {
  readonly args: readonly string[];
  readonly keeps: (step: string) => boolean;
}
const COMMANDS: readonly Command[] = [
  { args: ['build'], keeps: () => false },
  { args: ['build', '-r', 'c'], keeps: (step) => position(step) <= position('c') },
  { args: ['build', '-R'], keeps: () => true },
  { args: ['prune', '--from', 'd', '--yes'], keeps: (step) => position(step) < position('d') },
];

describe.each(PLACES)('kill -9 of the engine on $name:', ({ name, lacks, open }) => {
  it.skipIf(lacks ?? lacksTrace)(
    'A kill at any external command or system call loses no checkpoint and leaves no wrong tree (skipped without root, strace or the file system).',
    async () => {
      place = await open();
      const { project, buildData } = place;
      const chain = new StepChain(project, place.area, place.keepsXattrs);
      const killer = new Killer(project);
      const random = new Random(seedOf(PLACES.findIndex((kind) => kind.name === name)));
      expect((await project.build()).code).toBe(0);
      const chosen: { command: Command; point: KillPoint }[] = [];
      for (const command of shuffled(COMMANDS, random).slice(0, count(1, COMMANDS.length))) {
        const points = [...(await killer.points(...command.args)), ...(await refilled(command))];
        chosen.push(...choose(points, random).map((point) => ({ command, point })));
      }
      const kills = count(SMALL_KILLS, Infinity);
      let edition = 1;
      const tally = new FaultTally();
      for (const { command, point } of shuffled(chosen, random)) {
        if (tally.faults >= kills) break;
        chain.edition = ++edition;
        const before = new Map<string, History>(chain.begun().map(({ step, history }) => [step, history]));
        const begun = chain.begun().length;
        const { code, signal } = await killer.runKilled(point, ...command.args);
        if (signal !== 'SIGKILL' && code !== 137) {
          // The command ended before this call, because it made fewer calls than before. A prune has removed
          // checkpoints, which this build creates again.
          expect(await recover(project, chain, buildData, CHAIN)).toBeUndefined();
          continue;
        }
        const kept = new Map([
          ...[...before].filter(([step]) => command.keeps(step)),
          ...chain
            .begun()
            .slice(begun)
            .map(({ step, history }) => [step, history] as const),
        ]);
        const found = await audit(project, chain, kept);
        const after = await recover(project, chain, buildData, CHAIN);
        tally.add(`${command.args.join(' ')}, ${point.kind} ${point.n}`, found, after);
        if (after !== undefined) expect((await project.build()).code, tally.problems).toBe(0);
      }
      report(`kill -9 on ${name}: ${tally.faults} kills, ${tally.counts}`);
      expect(tally.problems).toBe('');
      expect(tally.faults).toBeGreaterThan(0);
      expect(tally.entries).toBeGreaterThan(0);

      /** The counted prune has removed checkpoints, so a build creates them again. */
      async function refilled({ args }: Command): Promise<readonly KillPoint[]> {
        if (args[0] === 'prune') expect((await project.build('-R')).code).toBe(0);
        const points = await killer.commands(...args);
        if (args[0] === 'prune') expect((await project.build('-R')).code).toBe(0);
        return points;
      }
    },
  );
});

/** Some points of each kind, spread over the whole range. */
function choose(points: readonly KillPoint[], random: Random): KillPoint[] {
  const kinds = [...new Set(points.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const ofKind = points.filter((point) => point.kind === kind);
    const stride = Math.max(1, ofKind.length / FULL_POINTS);
    const offset = random.next() * stride;
    return ofKind.filter((_, n) => Math.floor((n + offset) / stride) !== Math.floor((n - 1 + offset) / stride));
  });
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
