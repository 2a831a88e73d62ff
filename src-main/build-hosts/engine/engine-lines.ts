import { lineAnswer, linesAnswer, switchAnswer } from '../../../src-shared/engine-answers/lines';
import { pruneAnswer } from '../../../src-shared/engine-answers/prune';
import type { LineChange, LinePrune } from '../../../src-shared/rpc/lines';
import type { HostLines } from '../build-host';
import type { Ask } from './ask';

/** The lines of a build area, by the engine's commands `lines`, `switch`, `line` and `prune`. */
export function createEngineLines(ask: Ask): HostLines {
  return {
    list: (manifest, signal) => ask(linesAnswer, 'lines', manifest, { signal }),
    switchTo: (manifest, line) => ask(switchAnswer, 'switch', manifest, { operands: [line] }),
    change: (manifest, line, change) => {
      const { action, text } = actionOf(change);
      // `--`, because a name may begin with a dash.
      return ask(lineAnswer, 'line', manifest, { options: ['--', action], operands: [line, ...text] });
    },
    prune: (manifest, rule, remove) =>
      ask(pruneAnswer, 'prune', manifest, { options: [ruleOption(rule), ...(remove ? ['--yes'] : [])] }),
  };
}

function actionOf(change: LineChange): { readonly action: string; readonly text: readonly string[] } {
  switch (change.kind) {
    case 'rename':
      return { action: 'rename', text: [change.name] };
    case 'describe':
      return { action: 'describe', text: [change.text] };
    case 'pin':
      return { action: change.pinned ? 'pin' : 'unpin', text: [] };
  }
}

function ruleOption(rule: LinePrune): string {
  switch (rule.kind) {
    case 'line':
      return `--line=${rule.line}`;
    case 'older-than':
      return `--older-than=${rule.days}d`;
    case 'keep-last':
      return `--keep-last=${rule.count}`;
    case 'to-size':
      return `--to-size=${rule.bytes}`;
  }
}
