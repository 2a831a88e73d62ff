import type { Transport } from '../../transport/transport';
import type { BuildHost } from '../build-host';
export function createStockHost(_: {
  transport: Transport;
  place(m: string): Promise<string>;
  command(): Promise<string>;
}): BuildHost {
  throw new Error('not yet');
}
