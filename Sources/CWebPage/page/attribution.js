// Who shares in a work: one bar for the whole, a line for each share.

import { ask, route } from './api.js';
import { announce, bar, count, empty, fill, h, load, percent, segments, workLink } from './dom.js';

const shownAtFirst = 8;
/** Shares that get a color of their own in the bar of the whole. */
const colored = 6;

export function attributionSection(id, signal) {
  const place = h('div');
  const show = (by) => load(place, signal, async () => {
    const answer = await ask(route`essences/${id}/attribution` + `?by=${by}`, { signal });
    return answer.items.length === 0 ? empty('No shares') : shares(answer, by);
  });
  show('creator');
  return h('section', { class: 'card' },
    h('div', { class: 'section-head' }, h('h2', null, 'Attribution'),
      segments('attribution-by', 'Shares by', [['creator', 'Creators'], ['work', 'Works'], ['root', 'Roots']], 'creator', show)),
    h('p', { class: 'quiet' }, 'How credit for this work is shared along its lineage. They sum to exactly 1,000,000 ppm.'), place);
}

function shares({ items }, by) {
  const body = h('tbody');
  const more = h('button', { type: 'button', class: 'more', onclick: () => showRows(items.length) }, `Show all ${count(items.length)}`);
  function showRows(limit) {
    fill(body, items.slice(0, limit).map((item, index) => row(item, index, by)));
    more.hidden = limit >= items.length;
    if (limit > shownAtFirst) announce(`${count(items.length)} shares`);
  }
  showRows(shownAtFirst);
  return [
    whole(items),
    h('table', { class: 'shares' },
      h('caption', { class: 'visually-hidden' }, `Shares by ${by}`),
      h('thead', null, h('tr', null, h('th', { scope: 'col' }, by === 'creator' ? 'Creator' : 'Work'),
        h('th', { scope: 'col', class: 'share-bar' }, h('span', { class: 'visually-hidden' }, 'Share as a bar')),
        h('th', { scope: 'col', class: 'numeric' }, 'Share'), h('th', { scope: 'col', class: 'numeric wide-only' }, 'ppm'),
        h('th', { scope: 'col', class: 'numeric hops' }, 'Hops'))), body),
    more,
  ];
}

/** All shares in one bar; small ones together at its end. */
function whole(items) {
  return h('div', { class: 'whole', 'aria-hidden': 'true' }, items.slice(0, colored).map((item, index) => {
    const piece = h('span', { class: `piece share-${index}`, title: `${item.title ?? item.id}: ${percent(item.share)}` });
    piece.style.flexGrow = item.ppm;
    return piece;
  }), rest(items));
}

function rest(items) {
  const sum = items.slice(colored).reduce((total, item) => total + item.ppm, 0);
  if (sum === 0) return null;
  const piece = h('span', { class: 'piece share-rest', title: `all others: ${percent(sum / 1e6)}` });
  piece.style.flexGrow = sum;
  return piece;
}

function row(item, index, by) {
  const color = `share-${index < colored ? index : 'rest'}`;
  const isWork = by !== 'creator' && item.id !== 'withheld' && !item.id.startsWith('redacted:');
  const name = item.id === 'withheld' ? 'withheld' : item.title || item.id;
  return h('tr', null,
    h('th', { scope: 'row' }, h('span', { class: `dot ${color}`, 'aria-hidden': 'true' }),
      isWork ? workLink(item.id, name) : name, by !== 'creator' && item.realmId && h('span', { class: 'by' }, ` by ${item.realmId}`),
      item.held && h('span', { class: 'chip warn', title: 'a disputed credit carries some of this share' }, 'held')),
    h('td', { class: 'share-bar' }, bar(item.share, color)),
    h('td', { class: 'numeric' }, percent(item.share)), h('td', { class: 'numeric wide-only' }, count(item.ppm)),
    h('td', { class: 'numeric hops' }, item.hops ?? ''));
}
