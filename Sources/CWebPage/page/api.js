// Questions to the service, with the key when it needs one.

const storageName = 'arcanea-key';

/** An answer that is no 2xx, or no answer at all (status 0). */
export class ServiceError extends Error {
  constructor(status, message, field) {
    super(message);
    this.status = status;
    this.field = field;
  }
}

let key = readKey();
let asking = null;

/** JSON of a GET, or of a POST when there is a body. Paths are relative, so that the page works below a prefix. */
export async function ask(path, { body, signal } = {}) {
  return (await send(path, { body, signal })).json();
}

/** Text of a GET. */
export async function askText(path, { signal } = {}) {
  return (await send(path, { signal })).text();
}

/** A path from literal parts and values: `route`essences/${id}/roots``. */
export function route(parts, ...values) {
  return String.raw({ raw: parts }, ...values.map(encodeURIComponent));
}

async function send(path, { body, signal }) {
  for (;;) {
    const used = key;
    const response = await request(path, body, used, signal);
    if (response.status === 401) {
      // Another question may have got the key in the meantime.
      if (key === used) await askForKey(used !== null);
      signal?.throwIfAborted();
      continue;
    }
    if (!response.ok) throw await failure(response);
    return response;
  }
}

async function request(path, body, usedKey, signal) {
  const headers = {};
  if (usedKey !== null) headers['Api-Key'] = usedKey;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  try {
    return await fetch(path, {
      method: body === undefined ? 'GET' : 'POST', headers, signal, credentials: 'omit',
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ServiceError(0, 'The service does not answer. Is it still running?');
  }
}

async function failure(response) {
  try {
    const { error } = await response.json();
    return new ServiceError(response.status, error.message, error.field);
  } catch {
    return new ServiceError(response.status, `The service answered with status ${response.status}.`);
  }
}

// The key: asked for once, however many questions wait for it.

function askForKey(wasWrong) {
  asking ??= showDialog(wasWrong).finally(() => { asking = null; });
  return asking;
}

function showDialog(wasWrong) {
  const dialog = document.getElementById('key-dialog');
  const input = document.getElementById('key-input');
  const wrong = document.getElementById('key-wrong');
  const say = (text) => {
    wrong.textContent = text;
    wrong.hidden = text === '';
  };
  say(wasWrong ? 'That key was not accepted.' : '');
  input.value = '';
  return new Promise((resolve, reject) => {
    const events = new AbortController();
    const listen = (target, name, body) => target.addEventListener(name, body, { signal: events.signal });
    listen(document.getElementById('key-form'), 'submit', (event) => {
      event.preventDefault();
      const given = input.value.trim();
      // Anything else cannot stand in a header, so it cannot be the key.
      if (!/^[\x21-\x7e]+$/.test(given)) return say('A key has no spaces and only ASCII characters.');
      keepKey(given);
      events.abort();
      dialog.close();
      resolve();
    });
    listen(document.getElementById('key-cancel'), 'click', () => dialog.close());
    listen(dialog, 'close', () => {
      events.abort();
      reject(new ServiceError(401, 'Without its key this service shows nothing.'));
    });
    dialog.showModal();
    input.focus();
  });
}

function keepKey(given) {
  key = given;
  try {
    sessionStorage.setItem(storageName, given);
  } catch {
    // A browser that keeps nothing asks again after a reload.
  }
}

function readKey() {
  try {
    return sessionStorage.getItem(storageName);
  } catch {
    return null;
  }
}
