import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import {
  draggable,
  dropTargetForElements,
  monitorForElements,
} from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { autoScrollForElements } from '@atlaskit/pragmatic-drag-and-drop-auto-scroll/element';
import {
  attachClosestEdge,
  extractClosestEdge,
  type Edge,
} from '@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge';

/** Data of a dragged item, from the source of the drag. */
export type DragData = Record<string | symbol, unknown>;

/** The list whose rows are dragged. */
interface DraggedList {
  readonly count: number;
  readonly canMove: boolean;
  /** Whether a row can be dragged. */
  canDrag(index: number): boolean;
  /** Whether a drop before or after a row is possible. Default: yes. */
  canDrop?(index: number): boolean;
  /** Selects the part of a row by which it is dragged. Default: the row. */
  readonly handle?: string;
  /** Whether an item of another list can be dropped here. Default: no. */
  isForeign?(data: DragData): boolean;
  /** A drag of a row begins. Returns the rows that are dragged with it. */
  grab(index: number): readonly number[];
  /** Moves rows before the row that is at `to` now. */
  move(indices: readonly number[], to: number): void;
  /** Adds an item of another list before the row that is at `to` now. */
  add?(data: DragData, to: number): void;
}

/**
 * An element's row. Elements of rows that leave the view are used again for rows that enter it, so that it is read when it is needed.
 */
const rowOf = (element: Element): number => Number((element as HTMLElement).dataset['index']);

/** Drag and drop of the rows of a list. Rows carry their index in `data-index`. */
export class RowDrag {
  /** The rows that are dragged. */
  dragged = $state.raw<readonly number[]>([]);
  /** The row under the pointer, and at which edge a drop would insert. */
  over = $state.raw<{ readonly index: number; readonly edge: Edge | null }>();
  /** An item of another list is dragged over this one. */
  isDropTarget = $state(false);
  readonly #list: DraggedList;
  /** Identifies drags that begin in this list. */
  readonly #id = Symbol('list');

  constructor(list: DraggedList) {
    this.#list = list;
  }

  /** Attach it to the element that has the rows and scrolls. */
  readonly scroller = (element: HTMLElement): (() => void) =>
    combine(
      autoScrollForElements({ element, canScroll: ({ source }) => this.#accepts(source.data) }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => this.#isForeign(source.data),
        getData: () => ({ index: this.#list.count }),
        onDragEnter: () => (this.isDropTarget = true),
        onDragLeave: () => (this.isDropTarget = false),
        onDrop: () => (this.isDropTarget = false),
      }),
      this.rows(element),
    );

  /** Attach it to the element with the rows, when this one does not scroll. */
  readonly rows = (element: HTMLElement): (() => void) =>
    // The dragged row may leave the page while the list scrolls, so the drop is handled by the monitor.
    monitorForElements({
      canMonitor: ({ source }) => this.#accepts(source.data),
      onDrop: ({ location, source }) => {
        const target = location.current.dropTargets[0];
        const indices = this.dragged;
        this.dragged = [];
        this.over = undefined;
        if (!target || !element.contains(target.element)) return;
        const index = target.data['index'] as number;
        const to = extractClosestEdge(target.data) === 'bottom' ? index + 1 : index;
        if (this.#isForeign(source.data)) this.#list.add?.(source.data, to);
        else this.#list.move(indices, to);
      },
    });

  /** Attach it to each row. */
  readonly row = (element: HTMLElement): (() => void) | undefined => {
    const { canMove, handle } = this.#list;
    if (!canMove) return undefined;
    return combine(
      dropTargetForElements({
        element,
        canDrop: ({ source }) => this.#accepts(source.data) && (this.#list.canDrop?.(rowOf(element)) ?? true),
        getData: ({ input, element: at }) =>
          attachClosestEdge({ index: rowOf(at) }, { input, element: at, allowedEdges: ['top', 'bottom'] }),
        onDrag: ({ self }) => {
          const edge = extractClosestEdge(self.data);
          const index = rowOf(element);
          if (this.over?.index !== index || this.over.edge !== edge) this.over = { index, edge };
        },
        onDragLeave: () => {
          if (this.over?.index === rowOf(element)) this.over = undefined;
        },
      }),
      draggable({
        element,
        dragHandle: (handle === undefined ? null : element.querySelector(handle)) ?? element,
        canDrag: () => this.#list.canDrag(rowOf(element)),
        getInitialData: () => ({ list: this.#id }),
        onDragStart: () => (this.dragged = this.#list.grab(rowOf(element))),
      }),
    );
  };

  #accepts(data: DragData): boolean {
    return data['list'] === this.#id || this.#isForeign(data);
  }

  #isForeign(data: DragData): boolean {
    return this.#list.isForeign?.(data) ?? false;
  }
}
