/** An action of the palette, a menu or a key. */
export interface Command {
  readonly id: string;
  readonly title: string;
  /** `Mod` is Ctrl, or Command on macOS. */
  readonly keys?: string;
  readonly isEnabled: boolean;
  run(): void;
}
