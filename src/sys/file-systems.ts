// Kinds of file systems, and what their times and notifications are worth.

/** f_type of statfs(2). */
export const FILE_SYSTEM = {
  ext: 0xef53, // ext2, ext3, ext4
  xfs: 0x58465342,
  btrfs: 0x9123683e,
  f2fs: 0xf2f52010,
  tmpfs: 0x01021994,
  overlay: 0x794c7630,
} as const;

const { ext, xfs, btrfs, f2fs, tmpfs, overlay } = FILE_SYSTEM;

/**
 * They set mtime and ctime by this machine's clock at every write. Others (NFS, FUSE, 9p …) may cache attributes or make
 * times up.
 */
export const TRUE_TIMES: ReadonlySet<number> = new Set([ext, xfs, btrfs, tmpfs, overlay]);

/**
 * Every change that this machine makes on them is announced by inotify(7). Network and user-space file systems can change
 * from elsewhere; pseudo file systems (proc, sysfs) announce nothing.
 */
export const ANNOUNCING: ReadonlySet<number> = new Set([ext, xfs, btrfs, f2fs, tmpfs]);
