import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Services } from '../operations/services.ts';

/** Prometheus metrics of this process, in seconds and bytes. */
export function openMetrics(services: Services) {
  const registry = new Registry();
  const loop = monitorEventLoopDelay({ resolution: 20 });
  loop.enable();
  const requests = new Counter({
    name: 'sentinelx_http_requests_total',
    help: 'Answered requests',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'sentinelx_http_request_seconds',
    help: 'Time to answer a request',
    labelNames: ['route'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2],
    registers: [registry],
  });
  /** Looked up by name once: routes and status codes are few. */
  const series = new Map<string, { count: Counter.Internal; time: Histogram.Internal<'route'> }>();
  new Gauge({
    name: 'sentinelx_runs_active',
    help: 'Runs of this process',
    registers: [registry],
    collect() {
      this.set(services.engine.activeRuns());
    },
  });
  new Gauge({
    name: 'sentinelx_runs_queued',
    help: 'Runs that wait in this process',
    registers: [registry],
    collect() {
      this.set(services.engine.queuedRuns());
    },
  });
  const { queueUp } = services.workflows;
  if (queueUp)
    new Gauge({
      name: 'sentinelx_queue_up',
      help: 'Whether the queue of steps answers',
      registers: [registry],
      collect() {
        this.set(queueUp() ? 1 : 0);
      },
    });
  new Gauge({
    name: 'sentinelx_memory_resident_bytes',
    help: 'Resident memory',
    registers: [registry],
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: 'sentinelx_event_loop_delay_p99_seconds',
    help: 'Delay of the event loop since the last look',
    registers: [registry],
    collect() {
      this.set(loop.percentile(99) / 1e9);
      loop.reset();
    },
  });
  return {
    request(method: string, route: string, status: number, milliseconds: number) {
      const name = `${status} ${method} ${route}`;
      let known = series.get(name);
      if (!known) {
        known = {
          count: requests.labels({ method, route, status: String(status) }),
          time: duration.labels({ route }),
        };
        series.set(name, known);
      }
      known.count.inc();
      known.time.observe(milliseconds / 1000);
    },
    text: () => registry.metrics(),
    close: () => loop.disable(),
  };
}
