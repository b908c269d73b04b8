import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { addressInProject } from '../api/project.ts';
import { type ConnectionState, createSocket, type LiveEvent, type LiveSocket } from './socket.ts';

const LiveContext = createContext<LiveSocket | null>(null);

/** Opens the app's one socket for as long as somebody is signed in. */
export function LiveRoot({ onRefused, children }: { onRefused: () => void; children: ReactNode }) {
  const refused = useRef(onRefused);
  refused.current = onRefused;
  const [socket] = useState(() => createSocket(socketAddress(), () => refused.current()));

  useEffect(() => {
    const retry = () => {
      if (document.visibilityState === 'visible' && socket.state().status === 'lost') socket.retryNow();
    };
    window.addEventListener('online', retry);
    document.addEventListener('visibilitychange', retry);
    return () => {
      window.removeEventListener('online', retry);
      document.removeEventListener('visibilitychange', retry);
      socket.close();
    };
  }, [socket]);
  return <LiveContext value={socket}>{children}</LiveContext>;
}

export function useLiveSocket(): LiveSocket {
  const socket = useContext(LiveContext);
  if (!socket) throw new Error('useLiveSocket is used outside LiveRoot');
  return socket;
}

export function useConnection(): ConnectionState {
  const socket = useLiveSocket();
  return useSyncExternalStore(socket.watch, socket.state);
}

/** Calls `onEvents` with what happens anywhere in the project from now on; `onGap` when something may have been missed. */
export function useProjectEvents(onEvents: (events: readonly LiveEvent[]) => void, onGap: () => void): void {
  const socket = useLiveSocket();
  const handlers = useRef({ onEvents, onGap });
  handlers.current = { onEvents, onGap };
  useEffect(
    () =>
      socket.subscribe('events', {
        onEvents: (events) => handlers.current.onEvents(events),
        onGap: () => handlers.current.onGap(),
      }),
    [socket],
  );
}

function socketAddress(): string {
  const { protocol, host } = window.location;
  return addressInProject(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/ws/execution`);
}
