/** The part of an address between `//` and the server. A user name may contain `@`, so the last one ends it. */
const LOGIN = /(:\/\/)[^\s/]*@/g;

/** Text as it may be shown: its addresses are without user names and passwords. */
export const withoutLogin = (text: string): string => text.replace(LOGIN, '$1');
