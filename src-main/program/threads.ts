/** Calls on files run in threads. A few that hang on a network file system must not stop all the others. Imported first. */
process.env['UV_THREADPOOL_SIZE'] ??= '32';
