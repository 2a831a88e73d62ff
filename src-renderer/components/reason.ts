import { visible } from '../../src-shared/visible';
import type { Attachment } from 'svelte/attachments';

let count = 0;

/**
 * Disables a button for a reason. The reason is its tooltip and its description for screen readers. Without a reason the button is
 * enabled, unless `isBusy` is set: then its own label shows why.
 */
export function disabledFor(reason: string | undefined, isBusy = false): Attachment<HTMLButtonElement> {
  return (button) => {
    button.disabled = reason !== undefined || isBusy;
    if (reason === undefined) return undefined;
    const { title } = button;
    const described = button.getAttribute('aria-describedby');
    const text = document.createElement('span');
    text.id = `reason-${++count}`;
    text.className = 'visually-hidden';
    const shown = visible(reason);
    text.textContent = shown;
    button.after(text);
    button.title = shown;
    button.setAttribute('aria-describedby', [described, text.id].filter(Boolean).join(' '));
    return () => {
      text.remove();
      // The component may have set another tooltip meanwhile.
      if (button.title === shown) button.title = title;
      if (described === null) button.removeAttribute('aria-describedby');
      else button.setAttribute('aria-describedby', described);
    };
  };
}
