import * as z from 'zod';
import { EXPORT_FORMATS, exportFile } from '../reports/export/export-findings.ts';
import { readListFilter } from '../store/findings-index/keys.ts';
import { FindingQuery } from './findings.ts';
import { Download, defineOperation } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

export const findingsExport = defineOperation({
  id: 'findings.export',
  summary: 'All findings that fit a query as a file, as of now; nothing of it is kept',
  method: 'GET',
  path: '/findings/export',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    q: FindingQuery,
    format: z
      .enum(EXPORT_FORMATS)
      .default('json')
      .describe(
        'json and jsonl (a finding a line) hold everything; vex only those about a known vulnerability',
      ),
  }),
  body: NO_BODY,
  output: Download,
  download: true,
  cli: 'findings export',
  async handler({ services, caller }, { query: { q, format } }) {
    const asOf = Date.now();
    // A wrong query is an answer and not a file that breaks off.
    readListFilter(q, { now: asOf, me: caller.id });
    await services.lifecycle.catchUp();
    const { ending, mediaType } = exportFile(format);
    return {
      name: `findings-${new Date(asOf).toISOString().slice(0, 10)}.${ending}`,
      mediaType,
      open: () =>
        services.reports.exportFindings({
          ...{ project: caller.project, q, format, asOf },
          actor: caller.name,
          me: caller.id,
        }),
    };
  },
});
