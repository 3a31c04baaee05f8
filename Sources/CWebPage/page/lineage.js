// The lineage of a work as a picture to walk through, and as two lists for those who rather read.

import { ask, askText, route } from './api.js';
import { announce, chip, counted, empty, h, load, segments, workLink } from './dom.js';

const space = 'http://www.w3.org/2000/svg';
/** What is taken over from the service's drawing. */
const known = {
  elements: new Set(['a', 'g', 'path', 'rect', 'text', 'title']),
  attributes: new Set(['class', 'd', 'height', 'href', 'rx', 'stroke-width', 'text-anchor', 'transform', 'width', 'x', 'y']),
};
const policy = globalThis.trustedTypes?.createPolicy('picture', { createHTML: (text) => text });
const creditKinds = [['remix', 'remix'], ['variation', 'variation'], ['collab', 'collab'], ['inspiredBy', 'inspired by']];
const listed = 12;

export function lineageSection(id, name, signal) {
  const figure = h('div', { class: 'picture-place' });
  const draw = (limit) => load(figure, signal, async () => {
    const text = await askText(route`essences/${id}/picture` + `?style=none&limit=${limit}`, { signal });
    return picture(text, name);
  }).then(() => center(figure));
  draw(24);
  const lists = h('div', { class: 'columns two kin' }, kin(id, 'ancestors', 'Made from', signal), kin(id, 'descendants', 'Remixed into', signal));
  return h('section', { class: 'card' },
    h('div', { class: 'section-head' }, h('h2', null, 'Lineage'),
      segments('picture-size', 'Works in the picture', [['24', '24'], ['60', '60'], ['150', '150 works']], '24', draw)),
    figure, lists);
}

// The picture

function picture(text, name) {
  const drawing = new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, 'image/svg+xml').documentElement;
  if (drawing.localName !== 'svg') return empty('The picture cannot be drawn.');
  const svg = document.createElementNS(space, 'svg');
  for (const attribute of ['width', 'height', 'viewBox']) svg.setAttribute(attribute, drawing.getAttribute(attribute));
  // A group, not an image: the works in it are links.
  svg.setAttribute('role', 'group');
  svg.setAttribute('aria-label', `Lineage of ${name}: what it was made from on the left, what was made from it on the right`);
  for (const child of drawing.children) {
    if (child.localName === 'g') svg.append(copy(child));
  }
  svg.querySelector('.legend-row')?.remove();
  trim(svg);
  const scroller = h('div', { class: 'picture', tabindex: 0, role: 'region', 'aria-label': 'Lineage picture, scrollable' }, svg);
  return h('figure', null, scroller, legend(svg));
}

function copy(source) {
  const target = document.createElementNS(space, source.localName);
  for (const { name, value } of source.attributes) {
    if (!known.attributes.has(name)) continue;
    // A link leads to a view of this page and nowhere else.
    if (name !== 'href') target.setAttribute(name, value);
    else if (value.includes('#/work/')) target.setAttribute(name, value.slice(value.indexOf('#')));
  }
  for (const child of source.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) target.append(child.data);
    else if (known.elements.has(child.localName)) target.append(copy(child));
  }
  return target;
}

/** Takes away the room of the drawing's own legend, which stands below as text here. */
function trim(svg) {
  const height = Number(svg.getAttribute('height')) - 40;
  svg.setAttribute('height', height);
  const box = svg.getAttribute('viewBox').split(' ');
  svg.setAttribute('viewBox', [...box.slice(0, 3), height].join(' '));
}

function legend(svg) {
  const sample = (className) => {
    const line = document.createElementNS(space, 'svg');
    line.setAttribute('width', 34);
    line.setAttribute('height', 8);
    line.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS(space, 'path');
    path.setAttribute('class', `credit ${className}`);
    path.setAttribute('stroke-width', 2);
    path.setAttribute('d', 'M1 4h32');
    line.append(path);
    return line;
  };
  const present = creditKinds.filter(([kind]) => svg.querySelector(`.credit.${kind}`));
  return h('figcaption', { class: 'legend-line' },
    h('span', null, '← made from'), h('span', null, 'remixed into →'),
    present.map(([kind, label]) => h('span', { class: 'key' }, sample(kind), label)),
    svg.querySelector('.disputed') && h('span', { class: 'key' }, sample('remix disputed'), 'disputed'),
    svg.querySelector('.gone') && h('span', { class: 'key' }, h('span', { class: 'gone-sample' }), 'taken down or private'));
}

/** Scrolls the asked work into the middle. */
function center(place) {
  const scroller = place.querySelector('.picture');
  const focus = scroller?.querySelector('.focus');
  if (!focus) return;
  const inner = focus.getBoundingClientRect();
  const outer = scroller.getBoundingClientRect();
  scroller.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
  scroller.scrollTop += inner.top + inner.height / 2 - outer.top - outer.height / 2;
}

// The lists

function kin(id, direction, title, signal) {
  const place = h('div');
  load(place, signal, async () => {
    const answer = await ask(route`essences/${id}/lineage` + `?direction=${direction}&depth=1&limit=200`, { signal });
    const isUp = direction === 'ancestors';
    if (answer.items.length === 0) return empty(isUp ? 'A root: made from nothing here' : 'Nothing was made from it yet');
    const links = new Map(answer.edges.map((edge) => [isUp ? edge.parent : edge.child, edge]));
    const list = h('ul', { class: 'rows tight' });
    const show = (items) => list.append(...items.map((work) => kinRow(work, links.get(work.id))));
    show(answer.items.slice(0, listed));
    const rest = answer.items.slice(listed);
    return [list, rest.length > 0 && h('button', { type: 'button', class: 'more', onclick: (event) => {
      event.target.remove();
      show(rest);
      list.children[listed]?.querySelector('a')?.focus();
      announce(counted(answer.items.length, 'work'));
    } }, `Show ${rest.length} more`)];
  });
  return h('section', null, h('h3', null, title), place);
}

function kinRow(work, edge) {
  const name = work.tombstone ? `${work.tombstone} work` : work.visibility === 'private' ? 'private work' : work.title || work.id;
  const isLink = work.tombstone !== 'redacted' && work.visibility !== 'private';
  return h('li', null, h('p', { class: 'row-title' }, isLink ? workLink(work.id, name) : h('span', { class: 'quiet' }, name)),
    h('p', { class: 'meta' }, work.realmId && h('span', null, work.realmId), edge && edge.kind !== 'remix' && chip(edge.kind),
      edge && edge.weight < 1 && chip(`weight ${edge.weight.toFixed(2)}`), edge?.flags.map((flag) => chip(flag, { class: 'chip warn' }))));
}
