/** What kind of file system a path lies on, as Linux tells it. */
import { readFileSync, realpathSync } from 'node:fs'

/** `ext4`, `cifs` and the like; null where it cannot be told. */
export function fileSystemOf(path: string): string | null {
  try {
    const real = realpathSync(path)
    const mounts = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
    const around = mounts
      .map(([, folder = '', kind = '']) => ({ folder: folder.replaceAll('\\040', ' '), kind }))
      .filter(
        ({ folder }) => real === folder || real.startsWith(folder.endsWith('/') ? folder : `${folder}/`),
      )
      .sort((a, b) => b.folder.length - a.folder.length)
    return around[0]?.kind ?? null
  } catch {
    return null
  }
}

export const isNetwork = (kind: string | null): boolean =>
  kind !== null &&
  /^(cifs|smb|nfs|ncp|9p|afs|ceph|glusterfs|lustre|fuse\.(sshfs|glusterfs|s3fs|rclone))/.test(kind)
