import { describeOverSsh } from './services-over-ssh';

describeOverSsh(async () => {
  await import('../main/services/checkpoint-files/checkpoint-files.test');
  await import('../main/services/checkpoint-shell/checkpoint-shell.test');
  await import('../main/services/outputs/outputs.test');
  await import('../main/services/support-bundle/support-bundle.test');
  await import('../main/services/packages/packages.test');
});
