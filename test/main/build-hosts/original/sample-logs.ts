/** The output of a step in a sample log. */
export interface LoggedStep {
  readonly step: string;
  readonly message?: string;
  readonly output?: readonly string[];
  readonly rollback?: boolean;
  readonly pauses?: boolean;
}

/**
 * The lines of a detail log in the original's form; it ends 90 seconds after 2026-01-02 03:04:05. Our engine does not
 * announce checkpoints.
 */
export function logOf(
  steps: readonly LoggedStep[],
  isGood = true,
  { checkpoints = true, announced = true }: { checkpoints?: boolean; announced?: boolean } = {},
): string[] {
  const area = '/pool/dc';
  const data = `${area}/build_data`;
  const standard = `/tmp/ManifestServ.42 ${data}/pkg_image ${data}/tmp ${data}/boot_archive ${area}/media`;
  return [
    'Build started Fri Jan  2 03:04:05 2026',
    'Distribution name: sample',
    ...(checkpoints ? ['Build Area dataset: pool/dc'] : []),
    `Build Area mount point: ${area}`,
    ...steps.flatMap(({ step, message = `Step ${step}`, output = [], rollback, pauses }) => {
      const banner = `${pauses ? 'Stopping at' : '===='} ${step}: ${message} `;
      const snapshot = `pool/dc/build_data@.step_${step}`;
      const helper = rollback
        ? `finalizer_rollback.py ${standard} ${snapshot}`
        : `finalizer_checkpoint.py ${standard} manifest.xml ${area}/.step_${step} ${snapshot}`;
      return [
        // A line of more than 200 characters is followed by an empty one.
        ...(checkpoints && announced ? [`exec command: /usr/share/distro_const/${helper} ${banner}`, ''] : []),
        ...(checkpoints ? [banner] : []),
        ...(pauses ? [] : [`exec command: scripts/${step} ${standard}`, ...output]),
      ];
    }),
    'Build completed Fri Jan  2 03:05:35 2026',
    isGood ? 'Build is successful.' : 'Build failed.',
  ];
}
