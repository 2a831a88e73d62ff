import { describeOverSsh } from './services-over-ssh';

// Commands, files and a running build share the only session.
describeOverSsh(() => import('../main/services/builds/builds.test'), 'MaxSessions 1');
