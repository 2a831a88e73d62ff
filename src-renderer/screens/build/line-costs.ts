/** What keeping the present state as a line costs, as a sentence; empty where the backend is not known. */
export function parkingCost(backend: string | undefined): string {
  switch (backend) {
    case 'zfs':
    case 'btrfs':
      return 'That takes no space now.';
    case 'plain':
      return 'That takes the space of what has changed since the last checkpoint.';
    default:
      return '';
  }
}

/** How long going to another line takes, as a sentence; empty where the backend is not known. */
export function goingThere(backend: string | undefined): string {
  switch (backend) {
    case 'zfs':
    case 'btrfs':
      return 'It takes about a second.';
    case 'plain':
      return 'The files that differ are copied.';
    default:
      return '';
  }
}
