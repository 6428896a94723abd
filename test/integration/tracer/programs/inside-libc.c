// Calls one function that does something inside libc, named by the argument, and prints what it answered. The file "in"
// is there.
#define _GNU_SOURCE
#include <fcntl.h>
#include <fstab.h>
#include <gshadow.h>
#include <ifaddrs.h>
#include <libintl.h>
#include <locale.h>
#include <mntent.h>
#include <mqueue.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/ether.h>
#include <nl_types.h>
#include <pty.h>
#include <pwd.h>
#include <resolv.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <syslog.h>
#include <time.h>
#include <ttyent.h>
#include <unistd.h>
#include <utmp.h>
#include <utmpx.h>
#include <wchar.h>

FILE *__setmntent(const char *path, const char *mode);
FILE *_IO_fopen(const char *path, const char *mode);
FILE *_IO_popen(const char *command, const char *mode);
int __statfs(const char *path, struct statfs *facts);
struct tm *__gmtime_r(const time_t *seconds, struct tm *to);
void __monstartup(unsigned long low, unsigned long high);

static char room[1 << 14], *words[] = {"x", NULL};
static struct sgrp group, *found_group;
static struct netent network, *found_network;
static struct hostent host, *found_host;
static struct servent service, *found_service;
static struct protoent protocol, *found_protocol;
static struct rpcent procedure, *found_procedure;
static struct utmp user, *found_user;
static struct tm day = {.tm_year = 100, .tm_mon = 5, .tm_mday = 5};
static struct statfs system_facts;
static struct __res_state resolver;
static struct timespec times[2];
static struct timeval old_times[2];
static struct ether_addr address;
static unsigned char reply[512];
static time_t second;
static wchar_t wide[64];
static int error, descriptor;

static int child(void *unused) {
  (void)unused;
  return 0;
}

static int cloned(int flags) {
  int status, pid = clone(child, room + sizeof room - 64, flags | SIGCHLD, NULL);
  return waitpid(pid, &status, 0) == pid && status == 0;
}

static int text(const void *pointer) {
  return pointer != NULL;
}

#define ON(name, call) \
  if (!strcmp(wanted, #name)) return printf("%ld\n", (long)(call)) < 0;

int main(int argc, char **argv) {
  const char *wanted = argc > 1 ? argv[1] : "";
  ON(getpw, getpw(0, room))
  ON(cuserid, text(cuserid(room)))
  ON(getsgnam, text(getsgnam("root")))
  ON(getsgent, text(getsgent()))
  ON(getsgnam_r, getsgnam_r("root", &group, room, sizeof room, &found_group))
  ON(getsgent_r, getsgent_r(&group, room, sizeof room, &found_group))
  ON(setfsent, setfsent())
  ON(getfsent, text(getfsent()))
  ON(getfsspec, text(getfsspec("none")))
  ON(getfsfile, text(getfsfile("/none")))
  ON(getusershell, text(getusershell()))
  ON(setusershell, (setusershell(), 0))
  ON(setttyent, setttyent())
  ON(getttyent, text(getttyent()))
  ON(getttynam, text(getttynam("none")))
  ON(__setmntent, text(__setmntent("in", "r")))
  ON(_IO_fopen, text(_IO_fopen("in", "r")))
  ON(__statfs, __statfs("in", &system_facts))
  ON(catopen, (long)catopen("./in", 0))
  ON(name_to_handle_at, name_to_handle_at(AT_FDCWD, "none", NULL, &error, 0))
  ON(mktime, mktime(&day) > 0)
  ON(timelocal, timelocal(&day) > 0)
  ON(tzset, (tzset(), 0))
  ON(strftime, strftime(room, sizeof room, "%Z", &day) < 9)
  ON(wcsftime, wcsftime(wide, 64, L"%Z", &day) < 9)
  ON(setnetgrent, setnetgrent("none"))
  ON(innetgr, innetgr("none", "none", "none", "none"))
  ON(getutent, text(getutent()))
  ON(getutxent, text(getutxent()))
  ON(getutid, text(getutid(&user)))
  ON(getutline, text(getutline(&user)))
  ON(getutent_r, getutent_r(&user, &found_user))
  ON(getdate, text(getdate("none")))
  ON(ftok, ftok("none", 1))
  ON(gethostid, gethostid() == gethostid())
  ON(sem_open, text(sem_open("/none", 0)))
  ON(mq_open, mq_open("/none", O_RDONLY))
  ON(shmget, shmget(0x2acce551, 8, 0))
  ON(semget, semget(0x2acce551, 1, 0))
  ON(msgget, msgget(0x2acce551, 0))
  ON(own_semaphore, text(sem_open("/zccache-test", O_CREAT | O_EXCL, 0600, 1)) + sem_unlink("/zccache-test"))
  ON(own_shared_memory, shmctl(shmget(IPC_PRIVATE, 8, 0600), IPC_RMID, NULL))
  ON(getpt, (descriptor = getpt()) >= 0)
  ON(posix_openpt, (descriptor = posix_openpt(O_RDWR | O_NOCTTY)) >= 0)
  ON(openpty, openpty(&error, &descriptor, NULL, NULL, NULL))
  ON(ttyname, openpty(&error, &descriptor, NULL, NULL, NULL) + text(ttyname(descriptor)))
  ON(ttyname_r, openpty(&error, &descriptor, NULL, NULL, NULL) + ttyname_r(descriptor, room, sizeof room))
  ON(no_terminal, text(ttyname(0)))
  ON(clone, cloned(0))
  ON(clone_vfork, cloned(CLONE_VFORK | CLONE_VM))
  ON(__monstartup, (__monstartup(0, 0), 0))
  ON(catopen_by_name, (long)catopen("none", 0))
  ON(fanotify_mark, fanotify_mark(-1, 0, 0, AT_FDCWD, "none"))
  ON(__gmtime_r, __gmtime_r(&second, &day)->tm_year)
  ON(setlocale, text(setlocale(LC_ALL, "")))
  ON(setlocale_by_name, text(setlocale(LC_ALL, "xx_XX.UTF-8")))
  ON(newlocale, text(newlocale(LC_ALL_MASK, "xx_XX.UTF-8", NULL)))
  ON(bindtextdomain, text(setlocale(LC_ALL, "")) + text(bindtextdomain("some", ".")) + text(dgettext("some", "x")))
  ON(textdomain, text(setlocale(LC_ALL, "")) + text(textdomain("some")) + text(gettext("x")))
  ON(dgettext, text(setlocale(LC_ALL, "")) + text(dgettext("some", "x")))
  ON(dcgettext, text(setlocale(LC_ALL, "")) + text(dcgettext("some", "x", LC_MESSAGES)))
  ON(dngettext, text(setlocale(LC_ALL, "")) + text(dngettext("some", "x", "y", 2)))
  ON(dcngettext, text(setlocale(LC_ALL, "")) + text(dcngettext("some", "x", "y", 2, LC_MESSAGES)))
  ON(getservbyname_r, getservbyname_r("ssh", "tcp", &service, room, sizeof room, &found_service))
  ON(getservbyport_r, getservbyport_r(1, "udp", &service, room, sizeof room, &found_service))
  ON(getservent_r, getservent_r(&service, room, sizeof room, &found_service))
  ON(getprotobyname_r, getprotobyname_r("tcp", &protocol, room, sizeof room, &found_protocol))
  ON(getprotobynumber_r, getprotobynumber_r(250, &protocol, room, sizeof room, &found_protocol))
  ON(getprotoent_r, getprotoent_r(&protocol, room, sizeof room, &found_protocol))
  ON(getrpcbyname, text(getrpcbyname("none")))
  ON(getrpcbynumber, text(getrpcbynumber(1)))
  ON(getrpcent, text(getrpcent()))
  ON(getrpcbyname_r, getrpcbyname_r("none", &procedure, room, sizeof room, &found_procedure))
  ON(gethostent, text(gethostent()))
  ON(gethostent_r, gethostent_r(&host, room, sizeof room, &found_host, &error))
  ON(gethostbyname2_r, gethostbyname2_r("localhost", 2, &host, room, sizeof room, &found_host, &error))
  ON(gethostbyaddr_r, gethostbyaddr_r("\177\0\0\1", 4, 2, &host, room, sizeof room, &found_host, &error))
  ON(getnetbyname, text(getnetbyname("loopback")))
  ON(getnetbyaddr_r, getnetbyaddr_r(127, 2, &network, room, sizeof room, &found_network, &error))
  ON(ether_hostton, ether_hostton("none", &address))
  ON(__res_init, res_init())
  ON(__res_ninit, res_ninit(&resolver))
  ON(res_query, res_query("none.invalid", 1, 1, reply, 0) <= 0)
  ON(getifaddrs, getifaddrs((struct ifaddrs **)room))
  ON(if_nameindex, text(if_nameindex()))
  ON(if_nametoindex, if_nametoindex("none"))
  ON(if_indextoname, text(if_indextoname(987654, room)))
  ON(syslog, (syslog(LOG_DEBUG, "%s %.1f", words[0], 1.5), 0))
  descriptor = open("in", O_RDONLY);
  ON(fchmod, fchmod(descriptor, 0644))
  ON(fchown, fchown(descriptor, getuid(), getgid()))
  ON(futimens, futimens(descriptor, times))
  ON(futimes, futimes(descriptor, old_times))
  descriptor = open("made", O_RDWR | O_CREAT | O_EXCL, 0600);
  ON(own_file, fchmod(descriptor, 0644) + futimens(descriptor, times))
  ON(nameless_file, fchmod(fileno(tmpfile()), 0600))
  return 9;
}
