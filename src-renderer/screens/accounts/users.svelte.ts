import { tick } from 'svelte';
import { pairsOfUser } from '../../../src-shared/document/account-edits';
import { addElement, moveAt, removeAt } from '../../../src-shared/document/fields';
import { detectLayout, partsOf } from '../../../src-shared/manifest/layout';
import type { Workspace } from '../../state/workspace.svelte';
import { duplicateUser, newUser } from './new-user';
import { userRows } from './user-rows';

/** The users of the image: which are selected, and what is done with them. */
export class Users {
  readonly #workspace: Pick<Workspace, 'session' | 'navigation' | 'notices'>;
  #chosen = $state.raw<readonly number[]>([0]);

  constructor(workspace: Pick<Workspace, 'session' | 'navigation' | 'notices'>) {
    this.#workspace = workspace;
  }

  readonly #tree = $derived.by(() => this.#workspace.session.document?.loaded?.tree);
  /** Path of the image's settings. */
  readonly image = $derived.by(() => (this.#tree ? partsOf(detectLayout(this.#tree.root)).image : 'img_params'));
  readonly rows = $derived.by(() => (this.#tree ? userRows(this.#tree, this.image) : []));
  /** Indices of the selected users. One is selected always, so that the editor does not come and go. */
  readonly selected = $derived.by((): readonly number[] => {
    const there = this.#chosen.filter((index) => index < this.rows.length);
    return there.length > 0 || this.rows.length === 0 ? there : [this.rows.length - 1];
  });

  select(rows: readonly number[]): void {
    if (rows.length > 0) this.#chosen = rows;
    else this.#chosen = this.#chosen.slice(0, 1);
  }

  add(): void {
    this.#document?.edit((now) => addElement(now, this.image, newUser(now, this.image), 'Add user'));
    this.#workspace.notices.announce('User added');
    this.select([this.rows.length - 1]);
    void this.edit();
  }

  /** The first field of the selected user gets the focus. */
  async edit(): Promise<void> {
    const [path] = this.#paths(this.selected);
    await tick();
    if (path !== undefined) this.#workspace.navigation.field = `${path}@username`;
  }

  remove(rows: readonly number[]): void {
    const paths = this.#paths(rows);
    const label = this.#label('Remove', rows);
    this.#document?.edit((now) => removeAt(now, [...paths, ...paths.flatMap((path) => pairsOfUser(now, path))], label));
  }

  move(rows: readonly number[], to: number): void {
    this.#document?.edit((now) => moveAt(now, this.#paths(rows), to, this.#label('Move', rows)));
  }

  duplicate(): void {
    const [path] = this.#paths(this.selected);
    if (path === undefined || this.selected.length !== 1) return;
    this.#document?.edit((now) => duplicateUser(now, path));
    this.#workspace.notices.announce('User duplicated');
    this.select([this.rows.length - 1]);
    void this.edit();
  }

  /** Selects the user that a command asks for a field of. Call it in an effect. */
  follow(): void {
    const [, place, index = '0'] = /^(.*?\/?user)(?:\[(\d+)\])?[/@]/.exec(this.#workspace.navigation.field ?? '') ?? [];
    if (place === `${this.image}/user`) this.#chosen = [Number(index)];
  }

  get #document() {
    return this.#workspace.session.document;
  }

  #paths(rows: readonly number[]): readonly string[] {
    return rows.flatMap((row) => this.rows[row]?.path ?? []);
  }

  #label(verb: string, rows: readonly number[]): string {
    return rows.length === 1 ? `${verb} user ${this.rows[rows[0] ?? 0]?.name ?? ''}` : `${verb} ${rows.length} users`;
  }
}
