// Keeps a page fresh. Without it pages and forms work as well, they only stand still.
'use strict';
(() => {
  const $ = (id) => document.getElementById(id);

  // ---- one-time sign-in link: the code stands behind the '#', which browsers send nowhere
  const signIn = $('sign-in');
  if (signIn) {
    const useCode = () => {
      const code = location.hash.slice(1);
      if (/^[A-Za-z0-9_-]{20,200}$/.test(code)) {
        history.replaceState(null, '', location.pathname + location.search);
        $('code').value = code;
        signIn.submit();
      }
    };
    // A link opened on top of this very page changes its end alone.
    window.addEventListener('hashchange', useCode);
    useCode();
    return;
  }

  const live = $('live');
  if (!live) return;

  const LOOK_EVERY = 3000; // ages and measurements move without the journal
  const STALE_AFTER = 7000; // two looks missed
  const NOTICE_STAYS = 15000;
  const openedAt = Date.now();
  let heardAt = openedAt;
  let skew = 0; // plan time minus this machine's
  let last = live.dataset.seq || '0';
  let over = live.dataset.over === 'true';
  let looking = false;
  let again = false;
  let signedOut = false;
  let said = live.dataset.said;

  // ---- words for times
  const UNITS = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  function span(seconds) {
    let left = Math.floor(seconds);
    if (left >= 86400) left -= left % 3600;
    else if (left >= 3600) left -= left % 60;
    const words = [];
    for (const [size, unit] of UNITS) {
      const count = Math.floor(left / size);
      left -= count * size;
      if (count > 0) words.push(count + ' ' + unit);
    }
    return words.join(' ') || '0 s';
  }
  function set(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }
  function tick() {
    const now = Date.now();
    const quiet = now - heardAt;
    const stale = quiet > STALE_AFTER;
    // What is not heard of is not counted on: countdowns stand still.
    if (!stale) {
      for (const e of document.querySelectorAll('.rel[data-at]')) {
        const away = (Date.parse(e.dataset.at) - (now + skew)) / 1000;
        if (!Number.isNaN(away)) set(e, away < 0 ? span(-away) + ' ago' : 'in ' + span(away));
      }
      set($('clock'), new Date(now + skew).toISOString().slice(11, 19) + ' UTC');
    }
    set($('heard'), 'Last heard ' + span(quiet / 1000) + ' ago.');
    const banner = $('stale');
    document.body.classList.toggle('is-stale', stale || signedOut);
    if (signedOut) {
      if (banner.hidden) {
        banner.hidden = false;
        banner.innerHTML = '<b>Signed out.</b> What you see is old. <a href="/sign-in">Sign in again</a>';
      }
    } else if (stale) {
      // Said aloud once; the count beside it is for the eye.
      if (banner.hidden) {
        banner.innerHTML = '<b>No connection to the controller.</b> What you see is old; it goes on by itself. <span aria-live="off" id="quiet"></span>';
        banner.hidden = false;
      }
      set($('quiet'), 'Last heard ' + span(quiet / 1000) + ' ago.');
    } else if (!banner.hidden) {
      banner.hidden = true;
      say('Connected again. ' + said);
    }
  }
  function say(text) {
    $('said').textContent = text;
  }

  // ---- parts
  function busy(part) {
    return part.id === 'part-acts' && part.querySelector('details[open]');
  }
  function take(fresh) {
    const root = fresh.getElementById('live');
    if (!root) return;
    skew = Date.parse(root.dataset.now) - Date.now();
    for (const part of document.querySelectorAll('[data-part]')) {
      const next = fresh.getElementById(part.id);
      // A form somebody is filling in stays as it is; the controller checks what it asks.
      if (!next || busy(part)) continue;
      part.className = next.className;
      if (part.innerHTML === next.innerHTML) continue;
      const open = [...part.querySelectorAll('details[open]')].map((d) => d.id);
      const active = part.contains(document.activeElement) ? document.activeElement : null;
      const path = active && (active.id ? '#' + CSS.escape(active.id)
        : active.getAttribute('href') ? 'a[href="' + CSS.escape(active.getAttribute('href')) + '"]'
          : active.parentElement && active.parentElement.id ? '#' + CSS.escape(active.parentElement.id) + '>summary' : null);
      part.innerHTML = next.innerHTML;
      open.forEach((id) => id && $(id) && ($(id).open = true));
      const again = path && part.querySelector(path);
      if (again) again.focus({preventScroll: true});
    }
    document.title = fresh.title;
    over = root.dataset.over === 'true';
    if (root.dataset.said !== said) {
      said = root.dataset.said;
      say(said);
      // What came of a form is old news once the state moved on.
      const notice = document.querySelector('.box.good');
      if (notice && Date.now() - openedAt > NOTICE_STAYS) notice.remove();
    }
  }
  async function look() {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    try {
      const answer = await fetch(location.pathname, {cache: 'no-store', signal: AbortSignal.timeout(5000)});
      if (answer.status === 401) {
        signedOut = true;
      } else if (answer.ok) {
        signedOut = false;
        take(new DOMParser().parseFromString(await answer.text(), 'text/html'));
        heardAt = Date.now();
      }
    } catch {
      // Said by the banner when it lasts.
    } finally {
      looking = false;
      tick();
      if (again) {
        again = false;
        setTimeout(look, 200);
      }
    }
  }

  // ---- stream: each entry of the journal means another look, at most five a second
  let soon = 0;
  function lookSoon() {
    if (!soon) {
      soon = setTimeout(() => {
        soon = 0;
        look();
      }, 200);
    }
  }
  let source = null;
  function follow() {
    source = new EventSource(live.dataset.stream + '?after=' + last);
    const heard = (e) => {
      heardAt = Date.now();
      if (e.lastEventId) last = e.lastEventId;
      lookSoon();
    };
    source.addEventListener('look', heard);
    source.addEventListener('changed', heard);
    for (const type of ['Scheduled', 'PhaseEntered', 'ActionIntended', 'ActionEnded', 'GatePassed', 'VerdictChanged', 'TtlClockChanged', 'StepServed', 'RoutingRestored', 'ZoneProven', 'ContentKept', 'Approved', 'UndoApproved', 'Postponed', 'HoldRequested', 'ResumeRequested', 'AbortRequested', 'Paged']) {
      source.addEventListener(type, heard);
    }
    source.onerror = () => {
      // The browser comes again by itself, with Last-Event-ID, unless it was turned away.
      if (source.readyState === EventSource.CLOSED && !over) setTimeout(follow, 3000);
    };
  }

  // ---- forms
  document.addEventListener('toggle', (e) => {
    if (e.target.matches('.act') && e.target.open) {
      const first = e.target.querySelector('input[name=confirm], button');
      if (first) first.focus();
    }
  }, true);
  document.addEventListener('keydown', (e) => {
    const open = document.querySelector('.act[open]');
    if (e.key === 'Escape' && open) {
      open.open = false;
      open.querySelector('summary').focus();
    }
  });
  document.addEventListener('input', (e) => {
    const wanted = e.target.dataset.expect;
    if (wanted) {
      const wrong = e.target.value.trim() !== wanted;
      e.target.setCustomValidity(wrong ? 'Type ' + wanted : '');
    }
  });
  document.addEventListener('submit', (e) => {
    const button = e.target.querySelector('button.full');
    if (button) setTimeout(() => (button.disabled = true));
  });
  window.addEventListener('pageshow', () => {
    for (const b of document.querySelectorAll('button:disabled')) b.disabled = false;
    look();
  });
  window.addEventListener('online', look);
  document.addEventListener('visibilitychange', () => document.hidden || look());

  skew = Date.parse(live.dataset.now) - Date.now();
  setInterval(tick, 1000);
  setInterval(() => document.hidden || look(), LOOK_EVERY);
  follow();
})();
