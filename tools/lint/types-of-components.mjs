/**
 * Makes svelte-eslint-parser show TypeScript a component's script wherever it reads a component. All components then belong to
 * one program; otherwise each one makes a new program, which takes twice the processor time. An import of a component also has its
 * real type. `eslint.config.js` imports this file first: the parser reads the variable when it is loaded.
 */
process.env.SVELTE_ESLINT_PARSER_EXPERIMENTAL_TS_SYS_HOOK = '1';
