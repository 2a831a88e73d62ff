import type { Choice } from '../../components/form/choices';

// Values that are offered while the image has no lists of its own.

/** Languages of glibc with their countries. */
const LOCALES = `
  aa:DJ,ER,ET af:ZA agr:PE ak:GH am:ET an:ES anp:IN ar:AE,BH,DZ,EG,IN,IQ,JO,KW,LB,LY,MA,OM,QA,SA,SD,SS,SY,TN,YE as:IN ast:ES ayc:PE
  az:AZ,IR be:BY bem:ZM ber:DZ,MA bg:BG bhb:IN bho:IN,NP bi:VU bn:BD,IN bo:CN,IN br:FR brx:IN bs:BA byn:ER ca:AD,ES,FR,IT ce:RU
  chr:US ckb:IQ cmn:TW crh:UA cs:CZ csb:PL cv:RU cy:GB da:DK de:AT,BE,CH,DE,IT,LI,LU doi:IN dsb:DE dv:MV dz:BT el:CY,GR
  en:AG,AU,BW,CA,DK,GB,HK,IE,IL,IN,NG,NZ,PH,SC,SG,US,ZA,ZM,ZW es:AR,BO,CL,CO,CR,CU,DO,EC,ES,GT,HN,MX,NI,PA,PE,PR,PY,SV,US,UY,VE
  et:EE eu:ES,FR fa:IR ff:SN fi:FI fil:PH fo:FO fr:BE,CA,CH,FR,LU fur:IT fy:DE,NL ga:IE gd:GB gez:ER,ET gl:ES gu:IN gv:GB ha:NG
  hak:TW he:IL hi:IN hif:FJ hne:IN hr:HR hsb:DE ht:HT hu:HU hy:AM ia:FR id:ID ig:NG ik:CA is:IS it:CH,IT iu:CA ja:JP ka:GE kab:DZ
  kk:KZ kl:GL km:KH kn:IN ko:KR kok:IN ks:IN ku:TR kw:GB ky:KG lb:LU lg:UG li:BE,NL lij:IT ln:CD lo:LA lt:LT lv:LV lzh:TW mag:IN
  mai:IN,NP mfe:MU mg:MG mhr:RU mi:NZ miq:NI mjw:IN mk:MK ml:IN mn:MN mni:IN mnw:MM mr:IN ms:MY mt:MT my:MM nan:TW nb:NO nds:DE,NL
  ne:NP nhn:MX niu:NU,NZ nl:AW,BE,NL nn:NO nr:ZA nso:ZA oc:FR om:ET,KE or:IN os:RU pa:IN,PK pap:AW,CW pl:PL ps:AF pt:BR,PT quz:PE
  raj:IN rif:MA ro:RO ru:RU,UA rw:RW sa:IN sah:RU sat:IN sc:IT sd:IN se:NO sgs:LT shn:MM shs:CA si:LK sid:ET sk:SK sl:SI sm:WS
  so:DJ,ET,KE,SO sq:AL,MK sr:ME,RS ss:ZA st:ZA sv:FI,SE sw:KE,TZ szl:PL ta:IN,LK tcy:IN te:IN tg:TJ th:TH the:NP ti:ER,ET tig:ER
  tk:TM tl:PH tn:ZA to:TO tpi:PG tr:CY,TR ts:ZA tt:RU ug:CN uk:UA unm:US ur:IN,PK uz:UZ ve:ZA vi:VN wa:BE wae:CH wal:ET wo:SN xh:ZA
  yi:US yo:NG yue:HK yuw:PG zh:CN,HK,SG,TW zu:ZA
`;

/** Keyboard layouts and variants that are used most, as XKB names them. */
const KEYBOARDS = [
  ['us', 'English (US)'],
  ['us intl', 'English (US, intl., with dead keys)'],
  ['us dvorak', 'English (Dvorak)'],
  ['us colemak', 'English (Colemak)'],
  ['gb', 'English (UK)'],
  ['de', 'German'],
  ['de nodeadkeys', 'German (no dead keys)'],
  ['de neo', 'German (Neo 2)'],
  ['ch', 'German (Switzerland)'],
  ['ch fr', 'French (Switzerland)'],
  ['at', 'German (Austria)'],
  ['fr', 'French'],
  ['fr bepo', 'French (BEPO)'],
  ['be', 'Belgian'],
  ['ca', 'French (Canada)'],
  ['es', 'Spanish'],
  ['latam', 'Spanish (Latin American)'],
  ['it', 'Italian'],
  ['pt', 'Portuguese'],
  ['br', 'Portuguese (Brazil)'],
  ['nl', 'Dutch'],
  ['dk', 'Danish'],
  ['no', 'Norwegian'],
  ['se', 'Swedish'],
  ['fi', 'Finnish'],
  ['is', 'Icelandic'],
  ['ee', 'Estonian'],
  ['lv', 'Latvian'],
  ['lt', 'Lithuanian'],
  ['pl', 'Polish'],
  ['cz', 'Czech'],
  ['sk', 'Slovak'],
  ['hu', 'Hungarian'],
  ['ro', 'Romanian'],
  ['hr', 'Croatian'],
  ['si', 'Slovenian'],
  ['rs', 'Serbian'],
  ['mk', 'Macedonian'],
  ['tr', 'Turkish'],
  ['gr', 'Greek'],
  ['ru', 'Russian'],
  ['ua', 'Ukrainian'],
  ['by', 'Belarusian'],
  ['bg', 'Bulgarian'],
  ['ge', 'Georgian'],
  ['am', 'Armenian'],
  ['kz', 'Kazakh'],
  ['il', 'Hebrew'],
  ['ara', 'Arabic'],
  ['ir', 'Persian'],
  ['in', 'Indian'],
  ['th', 'Thai'],
  ['vn', 'Vietnamese'],
  ['cn', 'Chinese'],
  ['tw', 'Taiwanese'],
  ['jp', 'Japanese'],
  ['kr', 'Korean'],
] as const;

const SHELLS = [
  ...['/bin/bash', '/bin/sh', '/bin/dash', '/usr/bin/zsh', '/usr/bin/fish', '/bin/ksh', '/bin/csh'],
  ...['/usr/bin/bash', '/usr/bin/ksh93', '/usr/bin/tcsh', '/usr/sbin/nologin', '/bin/false'],
];

const GROUPS = [
  ...['adm', 'audio', 'bluetooth', 'cdrom', 'dialout', 'dip', 'disk', 'floppy', 'games', 'input', 'kvm', 'lpadmin'],
  ...['netdev', 'plugdev', 'render', 'scanner', 'staff', 'sudo', 'systemd-journal', 'tape', 'tty', 'users', 'video'],
];

/** The locales that glibc has, in UTF-8. */
export function ownLocales(): readonly Choice[] {
  const names = LOCALES.trim()
    .split(/\s+/)
    .flatMap((one) => {
      const [language = '', countries = ''] = one.split(':');
      return countries.split(',').map((country) => `${language}_${country}.UTF-8`);
    });
  return ['C.UTF-8', ...names].map(localeChoice);
}

/** A locale with its language in English and in itself. */
export function localeChoice(value: string): Choice {
  const tag = value.replace(/[.@].*/, '').replace('_', '-');
  if (!/^[a-z]{2,3}-[A-Z]{2}$/.test(tag)) return /^C\b/.test(value) ? { value, text: 'No language' } : { value };
  const nameIn = (language: string): string => new Intl.DisplayNames([language], { type: 'language' }).of(tag) ?? tag;
  const [english, own] = [nameIn('en'), nameIn(tag)];
  return { value, text: own === english ? english : `${english} · ${own}` };
}

/** Keyboard layouts and variants that are used most. */
export const ownKeyboards = (): readonly Choice[] => KEYBOARDS.map(([value, text]) => ({ value, text }));

/** Shells of common images. */
export const ownShells = (): readonly Choice[] => SHELLS.map((value) => ({ value }));

/** Groups of common images that users are added to. */
export const ownGroups = (): readonly Choice[] => GROUPS.map((value) => ({ value }));

/** The time zones that this program knows, each with its countries. */
export function ownZones(): readonly Choice[] {
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  // Codes that are no longer used have the names of today's countries.
  const countries = new Map<string, Set<string>>();
  for (const region of regions()) {
    const name = names.of(region);
    for (const zone of name === undefined ? [] : zonesOf(region))
      countries.set(zone, (countries.get(zone) ?? new Set()).add(name ?? region));
  }
  const zones = Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC');
  return ['UTC', ...zones].map((value) => {
    const found = countries.get(value);
    const text = found && [...found].join(', ');
    return { value, ...(text !== undefined && { text }) };
  });
}

/** All codes of two letters. Only some are countries. */
function regions(): string[] {
  const letters = Array.from({ length: 26 }, (_, at) => String.fromCharCode('A'.charCodeAt(0) + at));
  return letters.flatMap((first) => letters.map((second) => first + second));
}

/** Older browsers have a property, and newer ones a method. */
function zonesOf(region: string): readonly string[] {
  const locale: {
    readonly region?: string | undefined;
    readonly timeZones?: string[];
    getTimeZones?(): string[] | undefined;
  } = new Intl.Locale('und', { region });
  return locale.getTimeZones?.() ?? locale.timeZones ?? [];
}
