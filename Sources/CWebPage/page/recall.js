// What an agent remembers that matters to a question, and why.

import { ask, route } from './api.js';
import { announce, chip, count, counted, date, duration, empty, fill, h, load, parts, score, took, workLink } from './dom.js';

/** Works about which a page of memories asks for titles. */
const namedEntities = 40;
const defaults = { relevance: 60, recency: 20, importance: 20 };

export function recallView() {
  const select = h('select', { id: 'recall-nexus', required: true, onchange: () => select.value && input.value.trim() && submit() });
  const input = h('input', { type: 'search', id: 'recall-text', autocomplete: 'off', enterkeyhint: 'search', required: true, maxlength: 2000,
    placeholder: 'a monster that breathes fire' });
  const weights = Object.entries(defaults).map(([name, value]) => slider(name, value));
  const results = h('section', { 'aria-label': 'Memories' });
  const form = h('form', { role: 'search', class: 'ask', onsubmit: (event) => {
    event.preventDefault();
    submit();
  } },
  h('div', { class: 'ask-grid' },
    h('div', null, h('label', { for: 'recall-nexus' }, 'Agent'), select),
    h('div', { class: 'grow' }, h('label', { for: 'recall-text' }, 'What does it remember about'),
      h('div', { class: 'ask-row' }, input, h('button', { type: 'submit', class: 'primary' }, 'Recall')))),
  h('details', { class: 'tuning' }, h('summary', null, 'Weights of the parts'),
    h('div', { class: 'sliders' }, weights.map((weight) => weight.element),
      h('button', { type: 'submit' }, 'Apply'))));

  function submit() {
    const query = new URLSearchParams({ nexus: select.value, q: input.value.trim() });
    const chosen = weights.map((weight) => weight.value()).join('-');
    if (chosen !== Object.values(defaults).join('-')) query.set('w', chosen);
    location.hash = `#/recall?${query}`;
  }

  async function update({ query, signal, title }) {
    const nexus = query.get('nexus') ?? '';
    const text = query.get('q') ?? '';
    const given = (query.get('w') ?? '').split('-').map(Number);
    const isGiven = given.length === weights.length && given.every((value) => value >= 0 && value <= 100) && given.some((value) => value > 0);
    weights.forEach((weight, index) => weight.set(isGiven ? given[index] : Object.values(defaults)[index]));
    if (isGiven) form.querySelector('details').open = true;
    if (document.activeElement !== input || input.value.trim() !== text) input.value = text;
    title(text ? `${text} · recall` : 'Recall');
    await load(results, signal, async () => {
      const agents = await showAgents(nexus, signal);
      if (agents === 0) return empty('No agent has memories yet', 'Give one its first with POST /nexus/{nexusId}/memories.');
      if (!nexus || !text) return empty('Choose an agent and ask', 'Relevance, recency and importance decide together what comes first.');
      return remembered(nexus, text, signal);
    });
    await nameEntities(results, signal);
  }

  /** Fills the list of agents; one that is asked about but has no memories is named all the same. */
  async function showAgents(chosen, signal) {
    const { items } = await ask('nexus?limit=1000', { signal });
    const known = items.some((item) => item.id === chosen);
    fill(select, items.map((item) => h('option', { value: item.id }, `${item.id} (${count(item.memories)})`)),
      chosen && !known && h('option', { value: chosen }, chosen));
    if (chosen) select.value = chosen;
    return items.length;
  }

  async function remembered(nexus, text, signal) {
    const body = { text, k: 10, weights: Object.fromEntries(weights.map((weight) => [weight.name, weight.value()])) };
    const answer = await ask(route`nexus/${nexus}/recall`, { body, signal });
    if (answer.items.length === 0) {
      announce('Nothing remembered');
      return empty(`${nexus} remembers nothing about this`, 'Nothing comes close enough in meaning.');
    }
    const shares = weights.map((weight) => `${weight.name} ${weight.value()}`).join(', ');
    const summary = `${counted(answer.items.length, 'memory', 'memories')} of ${nexus}, weighed by ${shares}`;
    announce(summary);
    return [
      h('p', { class: 'summary' }, summary, ' · ', took(answer.tookMicros)),
      h('ol', { class: 'hits' }, answer.items.map(item)),
    ];
  }

  return { element: h('div', { class: 'view view-recall' }, h('h1', null, 'Recall'), form, results), update };
}

function slider(name, initial) {
  const shown = h('output', { class: 'number' }, String(initial));
  const input = h('input', { type: 'range', id: `weight-${name}`, min: 0, max: 100, step: 5, value: initial, oninput: () => { shown.textContent = input.value; } });
  return {
    name,
    element: h('div', { class: 'slider' }, h('label', { for: `weight-${name}` }, name), input, shown),
    value: () => Number(input.value),
    set: (value) => {
      input.value = value;
      shown.textContent = value;
    },
  };
}

/** Writes titles where ids of works stand; a work that cannot be read, or is private, keeps its id. */
async function nameEntities(place, signal) {
  const links = Map.groupBy(place.querySelectorAll('[data-entity]'), (link) => link.dataset.entity);
  await Promise.all([...links].slice(0, namedEntities).map(async ([id, same]) => {
    try {
      const work = await ask(route`essences/${id}`, { signal });
      if (work.state === 'live' && work.visibility !== 'private') same.forEach((link) => { link.textContent = work.title || id; });
    } catch {
      // A memory may be about a work that is elsewhere.
    }
  }));
}

function item({ score: value, parts: why, memory }, index) {
  const notes = [
    why.pinned && 'pinned', why.uses > 0 && `used ${counted(why.uses, 'time')}`,
    why.halfLifeSeconds === undefined ? 'does not fade' : `half-life ${duration(why.halfLifeSeconds)}`,
    why.mmrPenalty > 0 && `${why.mmrPenalty.toFixed(2)} less for repeating one above`,
  ].filter(Boolean);
  return h('li', { class: 'hit card scored' },
    h('div', { class: 'hit-body' },
      h('p', { class: 'memory' }, h('span', { class: 'place', 'aria-hidden': 'true' }, index + 1),
        memory.text ?? h('span', { class: 'quiet' }, 'a memory without a text')),
      h('p', { class: 'meta' }, chip(memory.kind), date(memory.createdAt), h('span', null, `${duration(why.ageSeconds)} old`),
        memory.tags.map((tag) => chip(tag)), memory.entities.length > 0 && h('span', null, 'about ', memory.entities.map((entity, position) => {
          const link = workLink(entity, entity);
          link.dataset.entity = entity;
          return [position > 0 && ', ', link];
        }))),
      h('p', { class: 'evidence' }, notes.join(' · '))),
    h('div', { class: 'why' }, score(value),
      parts([['relevance', why.rel, 'a'], ['recency', why.rec, 'b'], ['importance', why.imp, 'c']])));
}
