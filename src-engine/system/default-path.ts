/** The folders of tools on every supported system. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

// Without PATH (`env -i node distro_const`), neither the engine nor a step finds any tool.
process.env.PATH ||= DEFAULT_PATH;
