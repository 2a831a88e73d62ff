import { closeAtEnd } from './closing';
import { startXvfb, type Xvfb } from './xvfb';

let screen: Promise<Xvfb> | undefined;

/** The display for all windows of a test file. It starts with the first window and ends with the file. */
export async function display(): Promise<string> {
  if (!screen) {
    const starting = (screen = startXvfb());
    closeAtEnd(true).whenClosed(async () => {
      screen = undefined;
      await (await starting).stop();
    });
  }
  return (await screen).display;
}
