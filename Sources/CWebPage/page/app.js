// Which view is shown. The address after # says it, so that every view can be linked to and gone back to:
// #/search?q=…  #/work/ID  #/recall?nexus=…&q=…  #/feed?viewer=…

import { ask } from './api.js';
import { announce, counted, empty, fill, h } from './dom.js';
import { feedView } from './feed.js';
import { recallView } from './recall.js';
import { searchView } from './search.js';
import { workView } from './work.js';

const views = { search: searchView, work: workView, recall: recallView, feed: feedView };
const main = document.getElementById('main');
let shown = null;
let running = new AbortController();

function parse(hash) {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name, ...rest] = path.split('/');
  let id = null;
  try {
    id = decodeURIComponent(rest.join('/'));
  } catch {
    return { name: '?' };
  }
  return { name: name || 'search', id, query: new URLSearchParams(query) };
}

async function show() {
  const address = parse(location.hash);
  const make = Object.hasOwn(views, address.name) ? views[address.name] : null;
  running.abort();
  running = new AbortController();
  const isFirst = shown === null;
  for (const link of document.querySelectorAll('nav [data-view]')) {
    const isCurrent = link.dataset.view === address.name || (link.dataset.view === 'search' && address.name === 'work');
    if (isCurrent) link.setAttribute('aria-current', address.name === 'work' ? 'true' : 'page');
    else link.removeAttribute('aria-current');
  }
  if (!make) {
    shown = { name: '?' };
    document.title = 'Not found · Arcanea';
    return fill(main, h('h1', null, 'Not found'), empty('There is no such view.', h('a', { href: '#/' }, 'Search works')));
  }
  // The same view with another question keeps its form, and with it the place of the cursor.
  if (shown?.name !== address.name || address.name === 'work') {
    shown = { name: address.name, view: make() };
    fill(main, shown.view.element);
    if (!isFirst) {
      scrollTo(0, 0);
      main.focus({ preventScroll: true });
    }
  }
  const title = (text) => { document.title = text ? `${text} · Arcanea` : 'Arcanea'; };
  await shown.view.update({ ...address, signal: running.signal, title });
}

async function showStore() {
  try {
    const status = await ask('readyz');
    fill(document.getElementById('store'), `${counted(status.essences, 'work')} · ${counted(status.edges, 'credit')}`);
  } catch (error) {
    announce(error.message);
  }
}

document.getElementById('skip').addEventListener('click', (event) => {
  // The address belongs to the views.
  event.preventDefault();
  main.focus();
});
addEventListener('hashchange', show);
show();
showStore();
