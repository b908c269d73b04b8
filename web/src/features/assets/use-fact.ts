import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from '../../ui/toast.tsx';
import { conflicting, useEdit } from '../../ui/use-edit.ts';
import { type Asset, assetPath, CRITICALITIES, EXPOSURES, readAsset, setAsset } from './assets-api.ts';

export type Fact = 'criticality' | 'exposure';

export const KNOWN = { criticality: CRITICALITIES, exposure: EXPOSURES } as const;

/** One thing that is known of an asset, saved as it is chosen; what somebody else said meanwhile is not overwritten unseen. */
export function useFact(asset: Asset, fact: Fact) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const words = (value: Asset[Fact] | undefined) => (value ? t(`assets.is.${value}`) : t('assets.unknown'));
  const parts = (of: Pick<Asset, Fact>) => [{ label: t(`assets.${fact}`), value: words(of[fact]) }];
  const edit = useEdit<Asset>({
    shown: asset,
    late: true,
    path: assetPath(asset.id),
    read: () => readAsset(asset.id),
    parts,
  });
  // What was pressed goes with the notice.
  const focusChoice = () => document.getElementById(`${fact}-${asset.id}`)?.focus();
  const readAgain = () => client.invalidateQueries({ queryKey: ['assets'] });
  const set = useMutation({
    mutationFn: (value: string) => {
      const known = KNOWN[fact].find((one) => one === value) ?? null;
      return edit.send((seen) => setAsset(asset.id, { [fact]: known }, seen));
    },
    onSuccess: async (changed) => {
      if (edit.theirs) focusChoice();
      edit.again(changed);
      toast(t('assets.saved', { name: asset.name }));
      await readAgain();
    },
  });
  // It stays while it is saved.
  const conflict = edit.theirs !== null && (set.isPending || conflicting(set.error, edit.theirs));
  const chosen = set.variables ?? '';
  return {
    fact,
    // What is on its way shows at once, and goes back when it is refused; beside what somebody else said it stays.
    value: set.isPending || conflict ? chosen : (asset[fact] ?? ''),
    pending: set.isPending,
    error: conflict ? null : set.error,
    choose: (value: string) => set.mutate(value),
    conflict:
      conflict && edit.theirs
        ? {
            theirs: parts(edit.theirs),
            yours: [
              {
                label: t(`assets.${fact}`),
                value: words(KNOWN[fact].find((one) => one === chosen)),
              },
            ],
            save: () => set.mutate(chosen),
            leave: async () => {
              set.reset();
              focusChoice();
              edit.again(asset);
              await readAgain();
            },
          }
        : null,
  };
}
