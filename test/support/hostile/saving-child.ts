// Saves a document, hosts, settings and unsaved work in a loop until it is killed. Prints a number after each round that was acknowledged.
import { join } from 'node:path';
import { createDocumentServices } from '../../../src-main/documents';
import { HostBook } from '../../../src-main/host-book/host-book';
import { Secrets } from '../../../src-main/host-book/secrets';
import { TrustedFolders } from '../../../src-main/services/trust/trusted-folders';
import type { HostEntry } from '../../../src-shared/hosts/model';

const [manifest = '', state = '', from = '0'] = process.argv.slice(2);

const HOST: HostEntry = {
  id: 'host',
  name: 'host',
  address: '127.0.0.1',
  agent: false,
  keys: [],
  password: false,
  root: 'auto',
  engine: 'auto',
};

async function main(): Promise<void> {
  const { documents, scripts } = createDocumentServices({ resources: '', state });
  const book = await HostBook.open(state);
  const trusted = new TrustedFolders(state);
  const secrets = new Secrets(state, {
    isEncryptionAvailable: () => true,
    encryptString: (text) => Buffer.from(text),
    decryptString: (bytes) => bytes.toString(),
  });
  await book.save(HOST);
  for (let round = Number(from) + 1; ; round++) {
    // Long enough for several write calls.
    const source = `<!-- ${round} -->${'x'.repeat(200_000)}<!-- ${round} -->`;
    await documents.save({ path: manifest, source, encoding: 'utf-8', expected: null }, {});
    await scripts.write({ document: manifest, path: 'scripts/a', text: source }, {});
    await book.choose(join('/documents', String(round % 300)), 'host');
    await book.save({ ...HOST, user: `user${round}` });
    await trusted.add({ folder: `/${round % 300}` });
    await secrets.set('host password', String(round), true);
    await documents.keepForRecovery({ path: manifest, source, scripts: {} }, {});
    process.stdout.write(`${round}\n`);
  }
}

void main();
