import { api } from './api/api.ts';
import { loadScreen } from './app/load-screen.ts';
import './theme/base.css';

// What a page waits for is asked for at once, and not one after the other: who is here, the app, and the code of the screen at this
// address. A visitor needs no screen but that to sign in, which comes with the app.
const session = api.session();
session.then(({ user }) => user && loadScreen(window.location.pathname)).catch(() => undefined);
void import('./main.tsx').then(({ startApp }) => startApp(session));
