import { optionText, type Command } from '../commands/command';

/** The options of a command with their descriptions. */
export function optionRows({ options }: Command): [option: string, description: string][] {
  return Object.entries(options).map(([name, option]) => [optionText(name, option), option.description]);
}
