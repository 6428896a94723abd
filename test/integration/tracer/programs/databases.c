// Calls one function of libc's databases, named by the argument, and prints what it found.
#define _GNU_SOURCE
#include <grp.h>
#include <mntent.h>
#include <netdb.h>
#include <pwd.h>
#include <shadow.h>
#include <stdio.h>
#include <string.h>

static char room[1 << 14];
static struct passwd user, *found_user;
static struct group group, *found_group;
static struct spwd secret, *found_secret;
static gid_t groups[64];
static int count = 64;

#define FOUND(call) (pointer = (const char *)(call), pointer ? "something" : "nothing")
#define NUMBER(call) (snprintf(answer, sizeof answer, "%d", (call)), answer)
#define ON(name, what) \
  if (!strcmp(wanted, #name)) puts(what)

int main(int argc, char **argv) {
  const char *wanted = argc > 1 ? argv[1] : "", *pointer;
  char answer[16];
  ON(getpwnam, getpwnam("root")->pw_dir);
  ON(getpwuid, getpwuid(0)->pw_name);
  ON(getpwent, getpwent()->pw_name);
  ON(nobody, NUMBER(getpwnam_r("nobody at all", &user, room, sizeof room, &found_user)));
  ON(nothing, FOUND(getgrgid(987654)));
  ON(getpwnam_r, NUMBER(getpwnam_r("root", &user, room, sizeof room, &found_user)));
  ON(getpwuid_r, NUMBER(getpwuid_r(0, &user, room, 1, &found_user)));
  ON(getpwent_r, NUMBER(getpwent_r(&user, room, sizeof room, &found_user)));
  ON(getgrnam, getgrnam("root")->gr_name);
  ON(getgrgid, getgrgid(0)->gr_name);
  ON(getgrent, getgrent()->gr_name);
  ON(getgrnam_r, NUMBER(getgrnam_r("root", &group, room, sizeof room, &found_group)));
  ON(getgrgid_r, NUMBER(getgrgid_r(0, &group, room, sizeof room, &found_group)));
  ON(getgrent_r, NUMBER(getgrent_r(&group, room, sizeof room, &found_group)));
  ON(getgrouplist, NUMBER(getgrouplist("root", 0, groups, &count)));
  ON(initgroups, NUMBER(initgroups("root", 0)));
  ON(getspnam, FOUND(getspnam("root")));
  ON(getspnam_r, NUMBER(getspnam_r("root", &secret, room, sizeof room, &found_secret)));
  ON(getspent, FOUND(getspent()));
  ON(getspent_r, NUMBER(getspent_r(&secret, room, sizeof room, &found_secret)));
  ON(getservbyname, FOUND(getservbyname("ssh", "tcp")));
  ON(getservbyport, FOUND(getservbyport(1, "udp")));
  ON(getservent, FOUND(getservent()));
  ON(getprotobyname, FOUND(getprotobyname("tcp")));
  ON(getprotobynumber, FOUND(getprotobynumber(250)));
  ON(getprotoent, FOUND(getprotoent()));
  ON(setmntent, FOUND(setmntent("/etc/fstab", "r")));
  return 0;
}
