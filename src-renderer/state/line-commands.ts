import type { Command } from './command';
import type { Workspace } from './workspace.svelte';

/** A switch to each parked line, and what can be done with the selected line. */
export function lineCommands({ builds, navigation }: Workspace): Command[] {
  const { lines } = builds;
  const line = lines.selected?.line ?? lines.active;
  const canChange = lines.refusal === undefined;
  return [
    ...lines.parked.map(({ id, name }) => ({
      id: `switch-${id}`,
      title: `Switch to line ${name}`,
      isEnabled: canChange,
      run: () => void lines.switchTo(id),
    })),
    ...(line
      ? [
          {
            id: 'rename-line',
            title: `Rename line ${line.name}…`,
            isEnabled: canChange,
            run: () => (navigation.dialog = { kind: 'line-text', line, what: 'name' }),
          },
          {
            id: 'describe-line',
            title: `Describe line ${line.name}…`,
            isEnabled: canChange,
            run: () => (navigation.dialog = { kind: 'line-text', line, what: 'description' }),
          },
          {
            id: 'pin-line',
            title: `${line.pinned ? 'Unpin' : 'Pin'} line ${line.name}`,
            isEnabled: canChange,
            run: () => void lines.change(line.id, { kind: 'pin', pinned: !line.pinned }),
          },
        ]
      : []),
    ...lines.parked.map((parked) => ({
      id: `remove-${parked.id}`,
      title: `Remove line ${parked.name}…`,
      isEnabled: canChange,
      run: () => (navigation.dialog = { kind: 'remove-line', line: parked }),
    })),
  ];
}
