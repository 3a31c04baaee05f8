// Elements, numbers and times. Whatever the service says becomes text, never markup.

/** An element. Attributes: `on…` are listeners, `true` and `false` set and leave out, the rest is text. */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/** Takes what is in an element away and puts other things in. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** Tells people who do not see the change what happened. */
export function announce(text) {
  document.getElementById('announcer').textContent = text;
}

// Numbers and times

const counts = new Intl.NumberFormat('en');
const dates = new Intl.DateTimeFormat('en', { year: 'numeric', month: 'short', day: 'numeric', timeZone: 'UTC' });

export const count = (number) => counts.format(number);

/** `1 work`, `2 works`. */
export const counted = (number, word, plural = `${word}s`) => `${count(number)} ${number === 1 ? word : plural}`;

export const decimal = (number, digits = 2) => number.toFixed(digits);

/** Shares keep two digits after the point, so that a column of them lines up. */
export const percent = (share) => `${(share * 100).toFixed(2)} %`;

export function date(text) {
  return h('time', { datetime: text, title: text }, dates.format(new Date(text)));
}

/** `3 days`, `2 hours`: the largest unit that is not zero. */
export function duration(seconds) {
  const units = [['year', 31536000], ['month', 2592000], ['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? units.at(-1);
  return counted(Math.floor(seconds / size), unit);
}

/** How long the service took. */
export const took = (micros) => h('span', { class: 'took' }, micros < 1000 ? `${micros} µs` : `${(micros / 1000).toFixed(1)} ms`);

// Pieces that several views share

/** A bar that shows a number in 0…1; the number itself always stands beside it in text. */
export function bar(value, kind = '') {
  const inner = h('span', { class: 'fill' });
  inner.style.width = `${Math.max(0, Math.min(1, value)) * 100}%`;
  return h('span', { class: `bar ${kind}`, 'aria-hidden': 'true' }, inner);
}

/** Named parts of a score, one bar under the other: [name, value, kind of bar]. */
export function parts(list) {
  return h('dl', { class: 'parts' }, list.map(([name, value, kind]) => h(
    'div', { class: 'part' }, h('dt', null, name), h('dd', null, bar(value, kind), h('span', { class: 'number' }, decimal(value))),
  )));
}

/** A score: the number large, its bar under it. */
export function score(value, label = 'score') {
  return h('div', { class: 'score' }, h('span', { class: 'score-number' }, decimal(value, 3)), bar(value),
    h('span', { class: 'score-label' }, label));
}

export const chip = (text, attributes) => h('span', { class: 'chip', ...attributes }, text);

export const workLink = (id, title) => h('a', { href: `#/work/${encodeURIComponent(id)}`, title: id }, title || id);

/** What stands where nothing was found. */
export function empty(title, hint) {
  return h('div', { class: 'empty' }, h('p', { class: 'empty-title' }, title), hint && h('p', null, hint));
}

export function failed(error) {
  const title = error.status === 404 ? 'Not found' : error.status === 401 ? 'No key' : 'That did not work';
  return h('div', { class: 'notice wrong', role: 'alert' }, h('p', { class: 'empty-title' }, title), h('p', null, error.message));
}

/** A place that fills itself: shows that it works, then what came, or what went wrong. */
export async function load(place, signal, body) {
  place.setAttribute('aria-busy', 'true');
  if (!place.hasChildNodes()) fill(place, h('p', { class: 'loading' }, 'Loading…'));
  try {
    const content = await body();
    if (!signal.aborted) fill(place, content);
  } catch (error) {
    if (signal.aborted || error.name === 'AbortError') return;
    if (error.status === undefined) console.error(error);
    fill(place, failed(error));
  } finally {
    if (!signal.aborted) place.removeAttribute('aria-busy');
  }
}

/** A choice of a few, as a row of radio buttons. `choose` gets the value. */
export function segments(name, legend, options, chosen, choose) {
  return h('fieldset', { class: 'segments' }, h('legend', { class: 'visually-hidden' }, legend),
    options.map(([value, label]) => h('label', null, h('input', {
      type: 'radio', name, value, checked: value === chosen, onchange: () => choose(value),
    }), h('span', null, label))));
}
