import { createHash } from 'node:crypto';
import { AppError } from '../../../src-shared/errors';
import type { Argv, Transport } from '../../transport/transport';

/**
 * Makes the marker, which only one caller can. A marker whose build is gone is replaced; one without a number is of a build that is
 * starting. Prints the number of a running build.
 */
const TAKE = `m=$1; umask 022
for try in 1 2 3 4 5 6 7 8 9 10; do
  mkdir "$m" 2>/dev/null && exit 0
  p=$(cat "$m/pid" 2>/dev/null)
  if [ -z "$p" ]; then sleep 1; continue; fi
  case $(ps -o args= -p "$p" 2>/dev/null) in *"$m"*) echo "$p"; exit 75;; esac
  rm -f "$m/pid"; rmdir "$m"
done
rm -f "$m/pid"; rmdir "$m"; mkdir "$m"`;

/** Keeps the marker while the command runs. It waits for the command, so that the marker goes with its end. */
const HOLD = `m=$1; shift; echo $$ >"$m/pid"; PATH=$PATH:/usr/sbin:/sbin; export PATH
trap 'rm -f "$m/pid"; rmdir "$m" 2>/dev/null' EXIT; trap : HUP; trap 'exit 143' TERM; trap 'exit 130' INT
"$@"`;

const TAKEN = 75;

/** A folder on the host that exists while a build is started or runs in an area. The original itself has no lock (contract 9, 5). */
export class BuildMarker {
  readonly #transport: Transport;
  readonly #path: string;

  /** @param area path of the build area on the host */
  constructor(transport: Transport, area: string) {
    this.#transport = transport;
    this.#path = `/tmp/slipway-build-${createHash('sha256').update(area).digest('hex').slice(0, 16)}`;
  }

  /** Makes the marker. Throws `locked` while another build has it. */
  async take(): Promise<void> {
    const { code, stdout, stderr } = await this.#transport.run(['sh', '-c', TAKE, 'sh', this.#path]);
    if (code === 0) return;
    if (code === TAKEN)
      throw new AppError(
        'locked',
        `Process ${stdout.toString('utf8').trim()} is building in this build area.`,
        'Wait for that build, or stop it.',
      );
    throw new AppError(
      'refused',
      `The marker ${this.#path} cannot be created: ${stderr.trim()}`,
      'Free some space in /tmp.',
    );
  }

  /** Removes the marker of a build that did not start. */
  async release(): Promise<void> {
    await this.#transport.run(['sh', '-c', 'rm -f "$1/pid"; rmdir "$1"', 'sh', this.#path]).catch(() => undefined);
  }

  /** The argv of a command that has the marker while it runs. */
  holding(argv: Argv): Argv {
    return ['sh', '-c', HOLD, 'sh', this.#path, ...argv];
  }
}
