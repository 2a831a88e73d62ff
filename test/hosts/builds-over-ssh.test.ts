import { describeOverSsh } from './services-over-ssh';

describeOverSsh(async () => {
  await import('../main/services/builds/builds.test');
  await import('../main/services/builds/staleness.test');
  await import('../main/services/logs/logs.test');
});
