import { api } from './api/api.ts';
import { loadScreen } from './app/load-screen.ts';
import './theme/base.css';

/** Set in a browser in which somebody is signed in. */
const HERE_KEY = 'sentinelx-here';

// What a page waits for is asked for at once, and not one after the other: who is here, the app, and the code of the screen at this
// address. A visitor needs no screen but that to sign in, which comes with the app. Where somebody was signed in the last time they
// most likely still are: then the screen does not wait for the answer.
const here = localStorage.getItem(HERE_KEY) !== null;
const session = api.session();
if (here) loadScreen(window.location.pathname);
session
  .then(({ user }) => {
    if (user && !here) loadScreen(window.location.pathname);
    if (user) localStorage.setItem(HERE_KEY, '1');
    else localStorage.removeItem(HERE_KEY);
  })
  .catch(() => undefined);
void import('./main.tsx').then(({ startApp }) => startApp(session));
