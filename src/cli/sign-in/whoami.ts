import { SentinelError } from '../../lib/errors.ts';
import { authSession } from '../../operations/auth.ts';
import { placeText } from '../connect/place.ts';
import { plural, print } from '../print.ts';
import { type ProjectOptions, withSession } from '../session.ts';
import { facts } from '../table.ts';

export async function whoamiCommand(options: ProjectOptions): Promise<void> {
  await withSession(options, async (session) => {
    const { user } = await session.call(authSession);
    if (!user) throw new SentinelError('unauthenticated', 'Nobody is signed in here.');
    const { place } = session;
    const value = {
      ...user,
      place: place.kind === 'embedded' ? place.dataDir : place.url,
      through: place.kind === 'embedded' ? 'data folder' : place.own ? 'own server' : 'server',
    };
    print(value, options, (terminal) =>
      facts(terminal, [
        ['login', user.login],
        ['name', user.name],
        ['id', user.id],
        ['works on', placeText(place)],
        ['project', user.projects.find(({ id }) => id === user.project)?.slug ?? user.project],
        ['projects', user.projects.map(({ slug }) => slug).join(', ') || 'none'],
        [
          'may',
          options.verbose ? user.permissions.join(', ') : plural(user.permissions.length, 'permission'),
        ],
        ['password', user.mustChangePassword ? 'must be changed' : null],
        ['second factor', user.secondFactorDue === null ? null : 'is missing: sign in at the web page'],
      ]),
    );
  });
}
