// One work: what it is, where it comes from, who shares in it, what it may owe without saying so, what is like it.

import { ask, route } from './api.js';
import { attributionSection } from './attribution.js';
import { chip, count, counted, date, decimal, empty, fill, h, load, score, workLink } from './dom.js';
import { lineageSection } from './lineage.js';

const stateNotes = {
  hidden: 'This work was taken down by its creator. Its content is gone; its place in the lineage stays.',
  redacted: 'This work was taken down for legal reasons. Its content is gone; its place in the lineage stays.',
};

export function workView() {
  const element = h('article', { class: 'view view-work' });

  async function update({ id, signal, title }) {
    if (!id) return fill(element, h('h1', null, 'Works'), empty('No work is named.', h('a', { href: '#/' }, 'Search works')));
    title(id);
    await load(element, signal, async () => {
      const work = await ask(route`essences/${id}`, { signal }).catch((error) => {
        if (error.status !== 404) throw error;
      });
      if (!work) {
        title('No such work');
        return [h('h1', null, 'No such work'), empty(`There is no work with the id ${id}.`, h('a', { href: '#/' }, 'Search works'))];
      }
      if (work.visibility === 'private') {
        title('Private work');
        return [h('h1', null, 'Private work'), empty('This work is private to its realm.', 'Nothing of it is shown here.')];
      }
      const isGone = work.state === 'hidden' || work.state === 'redacted';
      const name = isGone ? `${work.state === 'hidden' ? 'Hidden' : 'Redacted'} work` : work.title || id;
      title(name);
      return [
        heading(work, name),
        isGone || work.state === 'merged' ? stateNotice(work) : about(work),
        figures(id, signal), lineageSection(id, name, signal), attributionSection(id, signal),
        // What was taken down has no vector: nothing is like it.
        work.state === 'live' && [uncredited(id, signal), h('div', { class: 'columns two' }, similar(id, signal), related(id, signal))],
      ];
    });
  }
  return { element, update };
}

function heading(work, name) {
  return h('header', { class: 'work-head' },
    h('p', { class: 'kicker' }, [work.kind, work.state !== 'live' && work.state, work.visibility === 'unlisted' && 'unlisted'].filter(Boolean).join(' · ')),
    h('h1', null, name),
    h('p', { class: 'byline' }, work.realmId && ['by ', h('strong', null, work.realmId), ' · '], date(work.createdAt),
      ' · ', h('code', null, work.id)));
}

function stateNotice(work) {
  if (work.state !== 'merged') return h('p', { class: 'notice' }, stateNotes[work.state]);
  return h('p', { class: 'notice' }, 'This work is a duplicate. ', workLink(work.mergedInto, work.mergedInto), ' took its place.');
}

function about({ text, title, spark, shadow, tags, nexusId }) {
  const body = text && title && text.startsWith(`${title}: `) ? text.slice(title.length + 2) : text;
  const row = (name, value) => value && value.length > 0 && h('div', null, h('dt', null, name), h('dd', null, value));
  const list = (values) => values?.length > 0 && h('span', { class: 'chips' }, values.map((value) => chip(value)));
  const made = [
    row('Prompt', spark?.prompt && !text?.endsWith(spark.prompt) && spark.prompt), row('Inspiration', list(spark?.inspiration)), row('Model', spark?.model),
    row('Steers away from', shadow?.negativePrompt), row('Constraints', !shadow?.negativePrompt && list(shadow?.constraints)),
    row('Notes', shadow?.notes), row('Agent', nexusId && h('a', { href: `#/recall?nexus=${encodeURIComponent(nexusId)}` }, nexusId)),
    row('Tags', list(tags)),
  ].filter(Boolean);
  return h('div', { class: 'about' }, body && h('p', { class: 'lead' }, body), made.length > 0 && h('dl', { class: 'facts' }, made));
}

function figures(id, signal) {
  const place = h('div', { class: 'figures-place' });
  load(place, signal, async () => {
    const metrics = await ask(route`essences/${id}/metrics`, { signal });
    const figure = (value, label, hint) => h('div', { title: hint }, h('dt', null, label), h('dd', null, value));
    return h('dl', { class: 'figures' },
      figure(count(metrics.ancestors), 'ancestors', 'works that it was made from, directly or not'),
      figure(count(metrics.liveChildren), 'remixes', 'works made from it directly'),
      figure(count(metrics.liveDescendants), 'descendants', 'works made from it, directly or not'),
      figure(count(metrics.distinctCreators), 'creators', 'distinct creators among the descendants'),
      figure(count(metrics.depth), 'generations', 'longest chain of remixes below it'),
      metrics.originality !== undefined && figure(decimal(metrics.originality), 'originality', '1 less the relevance of the nearest credited parent'));
  });
  return place;
}

function section(title, hint, signal, body) {
  const place = h('div');
  load(place, signal, body);
  return h('section', { class: 'card' }, h('h2', null, title), h('p', { class: 'quiet' }, hint), place);
}

function uncredited(id, signal) {
  const hint = 'Older works of other creators that this one resembles as a remix does, without a credit. A matter for review, never a verdict.';
  return section('Possible uncredited sources', hint, signal, async () => {
    const { items } = await ask(route`essences/${id}/uncredited` + '?limit=10', { signal });
    if (items.length === 0) return empty('None', 'No older work of another creator comes close enough.');
    return h('ol', { class: 'rows' }, items.map(({ id: other, title, realmId, createdAt, score: confidence, parts }) => h(
      'li', null, h('div', null, h('p', { class: 'row-title' }, workLink(other, title)),
        h('p', { class: 'meta' }, chip(realmId ?? ''), date(createdAt), parts.sharedAncestry && chip('shared ancestry')),
        h('p', { class: 'evidence' }, `cosine ${decimal(parts.cosine, 3)}, threshold ${decimal(parts.threshold, 3)}`,
          parts.bestParentCosine !== undefined && `, nearest credited parent ${decimal(parts.bestParentCosine, 3)}`)),
      score(confidence, 'confidence'))));
  });
}

function similar(id, signal) {
  return section('Similar works', 'Nearest in meaning.', signal, async () => {
    const { items } = await ask(route`essences/${id}/similar` + '?topK=8', { signal });
    return ranked(items.map(({ id: other, score: value, essence }) => [other, essence.title, essence.realmId, null, value]), 'cosine');
  });
}

function related(id, signal) {
  return section('Related works', 'Meaning, lineage and quality together.', signal, async () => {
    const { items } = await ask(route`essences/${id}/related` + '?limit=8', { signal });
    return ranked(items.map((item) => [item.id, item.title, item.realmId, item.relation !== 'unlinked' && item.relation, item.score]), 'score');
  });
}

function ranked(items, label) {
  if (items.length === 0) return empty('None', 'Nothing else may be found yet.');
  return h('ol', { class: 'rows' }, items.map(([id, title, realm, relation, value]) => h('li', null,
    h('div', { class: 'row-line' }, h('p', { class: 'row-title' }, workLink(id, title)),
      h('p', { class: 'meta' }, realm && h('span', null, realm), relation && chip(relation))),
    score(value, label))));
}
