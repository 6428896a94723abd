// Calls the members of every wrapped family, with and without success, and prints what each returned. Run in an empty
// folder.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

// What programs built before glibc 2.33 call.
#ifdef __x86_64__
extern int __xstat(int, const char *, struct stat *);
extern int __lxstat(int, const char *, struct stat *);
extern int __fxstatat(int, int, const char *, struct stat *, int);
__asm__(".symver __xstat,__xstat@GLIBC_2.2.5");
__asm__(".symver __lxstat,__lxstat@GLIBC_2.2.5");
__asm__(".symver __fxstatat,__fxstatat@GLIBC_2.4");
#endif

// What _FORTIFY_SOURCE makes of open, realpath and readlink.
extern int __open_2(const char *, int);
extern int __open64_2(const char *, int);
extern int __openat_2(int, const char *, int);
extern int __openat64_2(int, const char *, int);
extern char *__realpath_chk(const char *, char *, size_t);
extern ssize_t __readlink_chk(const char *, char *, size_t, size_t);
extern ssize_t __readlinkat_chk(int, const char *, char *, size_t, size_t);

// Descriptors and pointers differ from run to run: only success and errno are compared.
#define SAY(call)                                                     \
  do {                                                                \
    errno = 0;                                                        \
    long result = (long)(call);                                       \
    printf("%s: %s %d\n", #call, result == -1 ? "-1" : "ok", errno);  \
  } while (0)
#define SAY_POINTER(call)                                             \
  do {                                                                \
    errno = 0;                                                        \
    const void *result = (const void *)(call);                        \
    printf("%s: %s %d\n", #call, result ? "ok" : "NULL", errno);      \
  } while (0)

static struct stat facts;
static struct statx more;
static struct statfs system_facts;
static struct statvfs volume;
static char room[PATH_MAX];
static int here;

static void opening(void) {
  SAY(creat("f1", 0600));
  SAY(open("f1", O_RDONLY));
  SAY(open("none1", O_RDONLY));
  SAY(open("f2", O_RDWR | O_CREAT | O_EXCL, 0640));
  SAY(open("f2", O_RDWR | O_CREAT | O_EXCL, 0640));
  SAY(open64("f2", O_WRONLY | O_APPEND));
  SAY(openat(here, "sub/../f1", O_RDONLY));
  SAY(openat(here, "none2", O_RDONLY));
  SAY(openat64(AT_FDCWD, "/none3", O_RDONLY));
  SAY(open(".", O_RDONLY | O_DIRECTORY));
  SAY(open("f1", O_RDONLY | O_DIRECTORY));
  SAY(open(".", O_TMPFILE | O_RDWR, 0600));
  SAY(open("f1", O_PATH));
  SAY(open(NULL, O_RDONLY));
  SAY(open((char *)1, O_RDONLY));
  SAY(access((char *)1, F_OK));
  SAY(open("", O_RDONLY));
  SAY(openat(999, "none4", O_RDONLY));
  SAY_POINTER(fopen("f1", "r"));
  SAY_POINTER(fopen("none5", "re"));
  SAY_POINTER(fopen64("f3", "w+"));
  SAY_POINTER(fopen("f3", "wx"));
  SAY_POINTER(fopen("f3", "a"));
  SAY_POINTER(fopen("f3", "?"));
  SAY_POINTER(freopen("f1", "r", fopen("/dev/null", "r")));
}

static void looking(void) {
  SAY(stat("f1", &facts));
  printf("mode %o\n", facts.st_mode);
  SAY(stat("none6", &facts));
  SAY(stat64("f2", (struct stat64 *)&facts));
  printf("mode %o\n", facts.st_mode);
  SAY(lstat("none7", &facts));
  SAY(fstatat(here, "f3", &facts, AT_SYMLINK_NOFOLLOW));
  SAY(fstatat(here, "", &facts, AT_EMPTY_PATH));
  SAY(fstatat(here, "none8", &facts, 0));
  SAY(statx(here, "f1", 0, STATX_SIZE, &more));
  SAY(statx(here, "none9", AT_SYMLINK_NOFOLLOW, STATX_SIZE, &more));
#ifdef __x86_64__
  SAY(__xstat(1, "f1", &facts));
  SAY(__xstat(7, "f1", &facts));
  SAY(__lxstat(1, "none10", &facts));
  SAY(__fxstatat(1, here, "none11", &facts, 0));
#endif
  SAY(statfs("none12", &system_facts));
  SAY(statvfs("none13", &volume));
  SAY(pathconf("none14", _PC_NAME_MAX));
  SAY(getxattr("none15", "user.x", room, 9));
  SAY(access("f1", R_OK));
  SAY(access("none16", X_OK));
  SAY(faccessat(here, "none17", F_OK, 0));
  SAY(faccessat(here, "none18", F_OK, AT_EACCESS));
  SAY(euidaccess("none19", R_OK));
  SAY(eaccess("f1", R_OK));
}

static void linking(void) {
  SAY(mkdir("d", 0755));
  SAY(symlink("d", "l"));
  SAY(symlinkat("../f1", here, "d/up"));
  SAY(symlink("d", "l"));
  SAY(readlink("l", room, sizeof room));
  SAY(readlink("f1", room, sizeof room));
  SAY(readlinkat(here, "none20", room, sizeof room));
  SAY_POINTER(realpath("l/up", room));
  puts(strrchr(room, '/'));
  SAY_POINTER(realpath("l/none21", NULL));
  SAY_POINTER(realpath("", NULL));
  SAY_POINTER(canonicalize_file_name("./d/../l/./up"));
  SAY(symlink("loop", "loop"));
  SAY_POINTER(realpath("loop", NULL));
  SAY(open("loop", O_RDONLY));
  SAY(open("l", O_RDONLY | O_NOFOLLOW));
  SAY(link("f1", "f4"));
  SAY(linkat(here, "f1", here, "f4", 0));
  SAY(rename("f4", "f5"));
  SAY(renameat(here, "none22", here, "f6"));
  SAY(renameat2(here, "f5", here, "f1", RENAME_NOREPLACE));
}

static void making(void) {
  char template[] = "tXXXXXX", suffixed[] = "tXXXXXX.s", folder[] = "dXXXXXX", left[] = "DXXXXXX", wrong[] = "t";
  SAY(mkstemp(template));
  SAY(mkostemps(suffixed, 2, O_CLOEXEC));
  SAY(mkstemp(wrong));
  SAY_POINTER(mkdtemp(left));
  SAY_POINTER(mkdtemp(folder));
  SAY(access(folder, F_OK));
  SAY(unlink(template));
  SAY(remove(suffixed));
  SAY(rmdir(folder));
  SAY(mkdirat(here, "d", 0755));
  SAY(mkdirat(here, "d/e", 0755));
  SAY(unlinkat(here, "d/e", AT_REMOVEDIR));
  SAY(unlinkat(here, "none23", 0));
  SAY(rmdir("d"));
  SAY(mkfifo("fifo", 0600));
  SAY(mknod("node", S_IFREG | 0600, 0));
  SAY(chmod("f1", 0700));
  SAY(fchmodat(here, "none24", 0700, 0));
  SAY(chown("f1", getuid(), getgid()));
  SAY(lchown("none25", 0, 0));
  SAY(utime("f1", NULL));
  SAY(utimes("none26", NULL));
  SAY(utimensat(here, "f1", NULL, 0));
  SAY(truncate("f1", 3));
  SAY(truncate("none27", 3));
  SAY(chdir("d"));
  SAY(open("none28", O_RDONLY));
  SAY(chdir(".."));
  SAY(chdir("none29"));
}

static void listing(void) {
  struct dirent **names;
  glob_t found;
  SAY_POINTER(opendir("."));
  SAY_POINTER(opendir("none30"));
  SAY_POINTER(opendir("f1"));
  DIR *folder = fdopendir(open("d", O_RDONLY | O_DIRECTORY));
  while (readdir(folder)) continue;
  SAY(scandir("l", &names, NULL, alphasort));
  SAY(scandirat(here, "none31", &names, NULL, NULL));
  SAY(glob("none32", 0, NULL, &found));
}

static void calling(void) {
  SAY(syscall(SYS_openat, AT_FDCWD, "none33", O_RDONLY));
  SAY(syscall(SYS_newfstatat, here, "f1", &facts, 0));
  SAY(syscall(SYS_statx, here, "none34", 0, 0, &more));
  SAY(syscall(SYS_faccessat, here, "none35", 0));
  SAY(syscall(SYS_readlinkat, here, "l", room, 9));
  SAY(syscall(SYS_unlinkat, here, "none36", 0));
  SAY(syscall(SYS_getppid));
  SAY(syscall(-5));
#ifdef __x86_64__
  SAY(syscall(SYS_open, "none37", O_RDONLY));
  SAY(syscall(SYS_mkdir, "made", 0700));
  SAY(syscall(SYS_rename, "made", "renamed"));
  SAY(syscall(SYS_rmdir, "renamed"));
#endif
}

static void fortified(void) {
  SAY(__open_2("none38", O_RDONLY));
  SAY(__open64_2("none39", O_RDONLY));
  SAY(__openat_2(here, "none40", O_RDONLY));
  SAY(__openat64_2(here, "none41", O_RDONLY));
  SAY_POINTER(__realpath_chk("none42", room, sizeof room));
  SAY(__readlink_chk("none43", room, 9, sizeof room));
  SAY(__readlinkat_chk(here, "none44", room, 9, sizeof room));
}

// The other names and relatives of what stands above.
static void relatives(void) {
  struct dirent **names;
  glob_t found;
  long base = 0;
  SAY(creat64("none45/f", 0600));
  SAY_POINTER(freopen64("none46", "r", fopen("/dev/null", "r")));
  SAY_POINTER(fopen64("none47", "r"));
  SAY(lstat64("none48", (struct stat64 *)&facts));
  SAY(fstatat64(here, "none49", (struct stat64 *)&facts, 0));
  SAY(statfs64("none50", (struct statfs64 *)&system_facts));
  SAY(statvfs64("none51", (struct statvfs64 *)&volume));
  SAY(lgetxattr("none52", "user.x", room, 9));
  SAY(listxattr("none53", room, 9));
  SAY(llistxattr("none54", room, 9));
  SAY(readlink("none55", room, 9));
  SAY_POINTER(canonicalize_file_name("none56"));
  SAY(scandir("none103", &names, NULL, NULL));
  SAY(scandir64("none57", (struct dirent64 ***)&names, NULL, NULL));
  SAY(scandirat64(here, "none58", (struct dirent64 ***)&names, NULL, NULL));
  SAY(glob64("none59", 0, NULL, (glob64_t *)&found));
  SAY(open64("none60", O_RDONLY));
  SAY(stat64("none61", (struct stat64 *)&facts));
  SAY(setxattr("none62", "user.x", "1", 1, 0));
  SAY(lsetxattr("none63", "user.x", "1", 1, 0));
  SAY(removexattr("none64", "user.x"));
  SAY(lremovexattr("none65", "user.x"));
  SAY(lutimes("none66", NULL));
  SAY(futimesat(here, "none67", NULL));
  SAY(utime("none68", NULL));
  SAY(fchownat(here, "none69", 0, 0, 0));
  SAY(chown("none70", 0, 0));
  SAY(utimensat(here, "none71", NULL, 0));
  SAY(chmod("none72", 0700));
  SAY(mkdir("none73/d", 0700));
  SAY(mkdirat(here, "none74/d", 0700));
  SAY(symlink("d", "none75/l"));
  SAY(symlinkat("d", here, "none76/l"));
  SAY(mkfifo("none77/f", 0600));
  SAY(mkfifoat(here, "none78/f", 0600));
  SAY(mknod("none79/n", S_IFREG | 0600, 0));
  SAY(mknodat(here, "none80/n", S_IFREG | 0600, 0));
  SAY(unlink("none81"));
  SAY(rmdir("none82"));
  SAY(remove("none83"));
  SAY(rename("none84", "x"));
  SAY(renameat2(here, "none85", here, "x", 0));
  SAY(link("none86", "x"));
  SAY(linkat(here, "none87", here, "x", 0));
  SAY(truncate64("none88", 3));
  SAY_POINTER(dlopen("./none89", RTLD_NOW));
  SAY(inotify_add_watch(-1, "none90", 1));
  SAY(getdirentries(open("sub", O_RDONLY | O_DIRECTORY), room, 999, &base) > 0);
  SAY(open("f1", O_RDONLY | O_TRUNC));
}

static void starting(void) {
  char *const arguments[] = {"none", NULL};
  posix_spawn_file_actions_t actions;
  SAY(execv("none91", arguments));
  SAY(execve("none92", arguments, environ));
  SAY(execvp("./none93", arguments));
  SAY(execvpe("./none94", arguments, environ));
  SAY(execl("none95", "none", NULL));
  SAY(execlp("./none96", "none", NULL));
  SAY(execle("none97", "none", NULL, environ));
  SAY(execveat(here, "none98", arguments, environ, 0));
  SAY(posix_spawn(NULL, "none99", NULL, NULL, arguments, environ));
  SAY(posix_spawnp(NULL, "./none100", NULL, NULL, arguments, environ));
  posix_spawn_file_actions_init(&actions);
  SAY(posix_spawn_file_actions_addopen(&actions, 9, "none101", O_RDONLY, 0));
  SAY(posix_spawn_file_actions_addchdir_np(&actions, "none102"));
}

static void variables(void) {
  SAY_POINTER(getenv("NOT_SET"));
  SAY(setenv("OWN", "1", 1));
  SAY_POINTER(getenv("OWN"));
  SAY(putenv("OWN=2"));
  puts(secure_getenv("OWN"));
  SAY(unsetenv("OWN"));
  SAY_POINTER(getenv("OWN"));
  SAY(system("exit 3"));
  FILE *pipe = popen("echo popen", "r");
  puts(fgets(room, sizeof room, pipe));
  SAY(pclose(pipe));
  SAY(clearenv());
  SAY_POINTER(getenv("PATH"));
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  here = open(".", O_RDONLY | O_DIRECTORY);
  opening();
  looking();
  linking();
  making();
  listing();
  calling();
  fortified();
  relatives();
  starting();
  variables();
  return 0;
}
