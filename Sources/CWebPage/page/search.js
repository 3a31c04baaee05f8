// Works by text; without one, what most was made from and what is seen most.

import { ask } from './api.js';
import { announce, chip, count, counted, date, empty, fill, h, load, score, took, workLink } from './dom.js';

const pageSize = 10;
const most = 200;

export function searchView() {
  const input = h('input', {
    type: 'search', id: 'search-text', name: 'q', autocomplete: 'off', enterkeyhint: 'search', maxlength: 2000,
    placeholder: 'instrument played by blowing',
  });
  const filters = h('div', { class: 'filters' });
  const results = h('section', { 'aria-label': 'Results' });
  let asked = new URLSearchParams();
  const form = h('form', { role: 'search', class: 'ask', onsubmit: (event) => {
    event.preventDefault();
    go({ q: input.value.trim() });
  } }, h('label', { for: 'search-text' }, 'Describe what you look for'),
  h('div', { class: 'ask-row' }, input, h('button', { type: 'submit', class: 'primary' }, 'Search')), filters);

  /** The same question with some of it changed; `null` takes a part away. */
  function go(changes) {
    const next = new URLSearchParams(asked);
    for (const [name, value] of Object.entries(changes)) {
      if (value) next.set(name, value); else next.delete(name);
    }
    const text = next.toString();
    location.hash = text ? `#/search?${text}` : '#/';
  }

  async function update({ query, signal, title }) {
    asked = query ?? new URLSearchParams();
    const text = asked.get('q') ?? '';
    const realm = asked.get('realm');
    const kind = asked.get('kind');
    if (document.activeElement !== input || input.value.trim() !== text) input.value = text;
    title(text);
    fill(filters, [['realm', realm], ['kind', kind]].filter(([, value]) => value).map(([name, value]) => h(
      'button', { type: 'button', class: 'chip removable', onclick: () => go({ [name]: null }) },
      `${name}: ${value}`, h('span', { 'aria-hidden': 'true' }, ' ×'), h('span', { class: 'visually-hidden' }, ' (remove)'),
    )));
    if (!text) return load(results, signal, () => welcome(signal));
    await load(results, signal, () => found(text, { realm, kind }, pageSize, signal));
  }

  async function found(text, { realm, kind }, topK, signal) {
    const conditions = [realm && { realmId: realm }, kind && { kind }].filter(Boolean);
    const body = { text, topK };
    if (conditions.length === 1) [body.filter] = conditions;
    if (conditions.length === 2) body.filter = { $and: conditions };
    const answer = await ask('essences/search', { body, signal });
    if (answer.items.length === 0) {
      announce('Nothing found');
      return empty('Nothing found', conditions.length > 0 ? 'Take a filter away, or try other words.' : 'The store has no public works.');
    }
    const summary = `${counted(answer.items.length, 'work')}, nearest in meaning first`;
    announce(summary);
    const more = answer.items.length === topK && topK < most && h('button', { type: 'button', class: 'more', onclick: async () => {
      const before = answer.items.length;
      await load(results, signal, () => found(text, { realm, kind }, Math.min(topK * 2, most), signal));
      // On to the first of the new ones.
      results.querySelectorAll('.hit-title a')[before]?.focus();
    } }, 'Show more');
    return [
      h('p', { class: 'summary' }, summary, ' · ', took(answer.tookMicros)),
      h('ol', { class: 'hits' }, answer.items.map((hit) => item(hit, go))), more,
    ];
  }

  return { element: h('div', { class: 'view view-search' }, h('h1', null, 'Works'), form, results), update };
}

function item({ id, score: value, essence }, go) {
  const filter = (name, text) => text && h('button', {
    type: 'button', class: 'chip', onclick: () => go({ [name]: text }),
    'aria-label': `Only ${name} ${text}`,
  }, text);
  return h('li', { class: 'hit card' },
    h('div', { class: 'hit-body' },
      h('h2', { class: 'hit-title' }, workLink(id, essence.title)),
      snippet(essence) && h('p', { class: 'snippet' }, snippet(essence)),
      h('p', { class: 'meta' }, filter('realm', essence.realmId), filter('kind', essence.kind), date(essence.createdAt),
        essence.remixFrom.length > 0 && h('span', null, `made from ${essence.remixFrom.length}`))),
    score(value, 'cosine'));
}

/** The text without the title that stands above it. */
function snippet({ text, title }) {
  if (!text) return '';
  return title && text.startsWith(`${title}: `) ? text.slice(title.length + 2) : text;
}

async function welcome(signal) {
  const status = await ask('readyz', { signal });
  if (status.essences === 0) {
    return empty('The store is empty', 'Make a work with POST /essences, or load the sample catalog with Tools/run.');
  }
  const [top, creators, trending] = await Promise.all([
    ask('lineage/top?by=descendants&limit=8', { signal }), ask('lineage/top?by=creators&limit=8', { signal }),
    ask('feed/trending?window=7d&limit=8', { signal }),
  ]);
  const figure = (number, label) => h('div', null, h('dt', null, label), h('dd', null, count(number)));
  return [
    h('dl', { class: 'figures' }, figure(status.essences, 'works'), figure(status.edges, 'credits'),
      figure(status.nexuses, 'agents'), figure(status.memories, 'memories'), figure(status.viewers, 'viewers')),
    h('div', { class: 'columns three' },
      board('Most remixed', 'live descendants', top.items),
      board('Remixed by most creators', 'creators', creators.items),
      board('Trending this week', 'decayed events', trending.items, (value) => value.toFixed(1))),
  ];
}

function board(title, unit, items, format = count) {
  const largest = Math.max(...items.map((item) => item.score), 0);
  return h('section', { class: 'card' }, h('h2', null, title), h('p', { class: 'quiet' }, unit),
    items.length === 0 ? empty('Nothing yet') : h('ol', { class: 'board' }, items.map((item) => {
      const share = h('span', { class: 'board-bar', 'aria-hidden': 'true' });
      share.style.width = `${(item.score / largest) * 100}%`;
      return h('li', null, share, workLink(item.id, item.title), chip(item.realmId ?? ''),
        h('span', { class: 'number' }, format(item.score)));
    })));
}
