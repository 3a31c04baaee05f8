// What a viewer should see next, and why.

import { ask } from './api.js';
import { announce, chip, counted, date, empty, fill, h, load, parts, score, segments, workLink } from './dom.js';

const pageSize = 10;

export function feedView() {
  const input = h('input', { type: 'text', id: 'feed-viewer', list: 'feed-viewers', autocomplete: 'off', spellcheck: 'false',
    autocapitalize: 'off', maxlength: 512, placeholder: 'anyone' });
  const viewers = h('datalist', { id: 'feed-viewers' });
  const suggestions = h('div', { class: 'filters' });
  const results = h('section', { 'aria-label': 'Feed' });
  const diversity = h('div');
  let asked = new URLSearchParams();
  const form = h('form', { role: 'search', class: 'ask', onsubmit: (event) => {
    event.preventDefault();
    go({ viewer: input.value.trim() });
  } },
  h('div', { class: 'ask-grid' },
    h('div', { class: 'grow' }, h('label', { for: 'feed-viewer' }, 'Feed for viewer'),
      h('div', { class: 'ask-row' }, input, viewers, h('button', { type: 'submit', class: 'primary' }, 'Show'))),
    h('div', null, h('span', { class: 'label' }, 'Diversity'), diversity)), suggestions);

  function go(changes) {
    const next = new URLSearchParams(asked);
    for (const [name, value] of Object.entries(changes)) {
      if (value) next.set(name, value); else next.delete(name);
    }
    const text = next.toString();
    location.hash = text ? `#/feed?${text}` : '#/feed';
  }

  async function update({ query, signal, title }) {
    asked = query;
    const viewer = query.get('viewer') ?? '';
    const method = query.get('diversity') === 'dpp' ? 'dpp' : 'mmr';
    if (document.activeElement !== input || input.value.trim() !== viewer) input.value = viewer;
    const choices = [['mmr', 'MMR'], ['dpp', 'DPP']];
    // Kept as it is while it has the focus.
    if (!diversity.contains(document.activeElement)) {
      fill(diversity, segments('feed-diversity', 'Diversity', choices, method, (value) => go({ diversity: value === 'mmr' ? null : value })));
    }
    title(viewer ? `${viewer} · feed` : 'Feed');
    showViewers(viewer, signal);
    const list = h('ol', { class: 'hits' });
    const more = h('button', { type: 'button', class: 'more', hidden: true });
    const end = h('p', { class: 'summary', hidden: true }, 'The feed ends here: nothing else passes the rules of a page.');
    let cursor;
    async function page() {
      const body = { k: pageSize, diversity: method };
      if (viewer) body.viewerId = viewer;
      if (cursor) body.cursor = cursor;
      const answer = await ask('feed/rank', { body, signal });
      const before = list.children.length;
      list.append(...answer.items.map((entry, index) => item(entry, before + index + 1)));
      cursor = answer.cursor;
      more.hidden = !cursor || answer.items.length === 0;
      end.hidden = !more.hidden;
      announce(answer.items.length === 0 ? 'The feed ends here' : counted(answer.items.length, 'more work'));
      return before;
    }
    more.append('Next page');
    more.addEventListener('click', async () => {
      more.disabled = true;
      try {
        const before = await page();
        list.children[before]?.querySelector('a')?.focus();
      } catch (error) {
        if (error.name !== 'AbortError') announce(error.message);
      }
      more.disabled = false;
    });
    fill(results);
    await load(results, signal, async () => {
      await page();
      if (list.children.length === 0) return empty('Nothing to show', 'There is no public work that this viewer has not seen.');
      return [h('p', { class: 'summary' }, viewer ? `For ${viewer}` : 'For anyone, without a history'), list, more, end];
    });
  }

  async function showViewers(chosen, signal) {
    try {
      const { items } = await ask('feed/viewers?limit=1000', { signal });
      fill(viewers, items.map((viewer) => h('option', { value: viewer.id })));
      // Who follows many is most likely a reader, with a taste to look at.
      const readers = items.toSorted((a, b) => b.follows - a.follows || b.works - a.works).slice(0, 6);
      fill(suggestions, readers.map((viewer) => h('button', {
        type: 'button', class: 'chip', 'aria-pressed': String(viewer.id === chosen), onclick: () => go({ viewer: viewer.id }),
      }, viewer.id)), h('button', { type: 'button', class: 'chip', 'aria-pressed': String(chosen === ''), onclick: () => go({ viewer: null }) }, 'anyone'));
    } catch {
      // Suggestions are a help only; the feed itself says what went wrong.
    }
  }

  return { element: h('div', { class: 'view view-feed' }, h('h1', null, 'Feed'), form, results), update };
}

function item({ id, title, realmId, createdAt, score: value, sources, parts: why }, place) {
  const moved = why.rankBefore - why.rankAfter;
  const notes = [
    why.tasteDetail.cos !== undefined && `taste ${why.tasteDetail.medoid + 1}, cosine ${why.tasteDetail.cos.toFixed(2)}`,
    `${why.qualityDetail.successes.toFixed(1)} successes in ${why.qualityDetail.trials.toFixed(1)} trials`,
    why.repeats < 1 && `× ${why.repeats.toFixed(2)} for repeats`, why.mmr > 0 && `${why.mmr.toFixed(2)} less for likeness`,
    moved !== 0 && `${moved > 0 ? 'up' : 'down'} ${Math.abs(moved)} for diversity`,
  ].filter(Boolean);
  return h('li', { class: 'hit card scored' },
    h('div', { class: 'hit-body' },
      h('h2', { class: 'hit-title' }, h('span', { class: 'place', 'aria-hidden': 'true' }, place), workLink(id, title)),
      h('p', { class: 'meta' }, realmId && h('span', null, 'by ', h('strong', null, realmId)), date(createdAt),
        sources.map((source) => chip(source, { title: `found through ${source}` }))),
      h('p', { class: 'evidence' }, notes.join(' · '))),
    h('div', { class: 'why' }, score(value),
      parts([['taste', why.taste, 'a'], ['quality', why.qual, 'b'], ['freshness', why.fresh, 'd'], ['lineage', why.lin, 'e'], ['exploration', why.expl, 'c']])));
}
