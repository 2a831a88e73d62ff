import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { StepExecution } from '../../src-shared/checkpoints/execution';
import { checkpointKey } from '../../src-shared/checkpoints/fingerprint';
import { AppError } from '../../src-shared/errors';
import { BUILD_TYPE, builderId } from '../../src-shared/provenance/build-type';
import {
  PREDICATE_TYPE,
  STATEMENT_TYPE,
  type ResourceDescriptor,
  type Statement,
} from '../../src-shared/provenance/statement';
import type { ManifestFile } from '../area/manifest-file';
import { SBOM_FORMATS } from '../sbom/document';
import { readIfThere } from '../system/files';
import { sha256Of } from '../system/sha256';
import { shortHash } from '../system/short-hash';
import { dependenciesOf, fileResource, variablesOf } from './dependencies';
import type { MediumRecord } from './medium-record';

/**
 * What a finished image was built from, and how: an in-toto Statement v1 with a predicate of SLSA provenance v1. Equal records and
 * files give equal statements.
 *
 * @param folder with the image, and its software bills of materials where there are any
 */
export async function makeStatement(file: ManifestFile, folder: string, medium: MediumRecord): Promise<Statement> {
  const { name, history, run, origin, journal, hello, plan, finishedAt } = medium;
  const sha256 = await sha256Of(join(folder, name));
  const variables = variablesOf(history);
  const kept = keptSteps(history, run);
  const journalDigest = createHash('sha256').update(journal).digest('hex');
  const date = file.manifest.keyValuePairs.find(({ key }) => key === 'source_date_epoch')?.value;
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name, digest: { sha256 } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: { manifest: basename(file.path), distribution: file.manifest.distributionName },
        internalParameters: {
          snapshots: plan.backend ?? 'none',
          ...(plan.containment !== undefined && { containment: plan.containment }),
          ...(hello.node !== undefined && { node: hello.node }),
          ...(hello.kernel !== undefined && { kernel: hello.kernel }),
          ...(date !== undefined && { sourceDateEpoch: date }),
          ...(variables.length > 0 && { variables }),
        },
        resolvedDependencies: await dependenciesOf(file, history),
      },
      runDetails: {
        builder: {
          id: builderId(origin, hello.ssh === true ? 'ssh' : 'local'),
          version: { slipway: hello.engine },
        },
        metadata: {
          // Runs of other areas have the same names.
          invocationId: `${run}.${journalDigest.slice(0, RUN_DIGITS)}`,
          startedOn: timestamp(hello.at),
          finishedOn: timestamp(finishedAt),
          ...(kept.length > 0 && { slipway_checkpoints: kept }),
        },
        byproducts: [
          { name: `${run}.jsonl`, digest: { sha256: journalDigest }, annotations: { slipway_part: 'journal' } },
          ...(await bills(folder, name, sha256)),
        ],
      },
    },
  };
}

const RUN_DIGITS = 16;

/** RFC 3339 in UTC (in-toto field types, Timestamp). */
const timestamp = (seconds: number): string => new Date(Math.round(seconds * 1000)).toISOString();

/** The steps that were kept from earlier runs, with the key of the checkpoint after them. */
function keptSteps(history: readonly StepExecution[], run: string) {
  return history.flatMap((one, at) => {
    if (one.run === run) return [];
    const key = checkpointKey(history.slice(0, at + 1), shortHash) ?? undefined;
    return [{ step: one.step, run: one.run, finishedOn: timestamp(one.finishedAt), ...(key !== undefined && { key }) }];
  });
}

/** The software bills of materials beside the image. Throws `refused` for one of another image. */
async function bills(folder: string, name: string, sha256: string): Promise<ResourceDescriptor[]> {
  const found: ResourceDescriptor[] = [];
  for (const suffix of Object.values(SBOM_FORMATS)) {
    const path = join(folder, `${name}${suffix}`);
    const text = (await readIfThere(path))?.toString('utf8');
    if (text === undefined) continue;
    if (!text.includes(sha256))
      throw new AppError('refused', `${path} is not of the present ${name}.`, 'Make it again: distro_const sbom');
    found.push(await fileResource('sbom', `${name}${suffix}`, path));
  }
  return found;
}

/** The text of a statement's file. */
export const statementText = (made: Statement): string => `${JSON.stringify(made, undefined, 2)}\n`;
