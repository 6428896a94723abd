/*
 * The date and the network. time(), gettimeofday() and clock_gettime() are not wrapped: compilers call them for
 * statistics in every run, whereas a date can only be shown after one of the conversions below.
 */
#include "record.h"

/* The zone: TZ is in the key by its value; without it libc reads a file inside itself. */
static void record_zone(void) {
  static int told;
  if (told || !tracing() || variable_in(environ, "TZ")) return;
  told = 1;
  int error = raw_exists(AT_FDCWD, "/etc/localtime") ? 0 : ENOENT;
  record_path((struct event){KIND_OPEN, error, OPEN_READ}, AT_FDCWD, "/etc/localtime");
}

static void record_date(const char *function) {
  record_text((struct event){KIND_DATE, 0, 0}, function);
  record_zone();
}

#define DATE(name)                        \
  EXPORT void *name(const long *seconds) { \
    NEXT_OR(name, 0)                      \
    record_date(QUOTE(name));             \
    return next(seconds);                 \
  }
#define DATE_INTO(name)                             \
  EXPORT void *name(const long *seconds, void *to) { \
    NEXT_OR(name, 0)                                \
    record_date(QUOTE(name));                       \
    return next(seconds, to);                       \
  }
DATE(localtime)
DATE(gmtime)
DATE(ctime)
DATE_INTO(localtime_r)
DATE_INTO(gmtime_r)
DATE_INTO(ctime_r)
DATE_INTO(__gmtime_r)

TELLING(long, mktime, -1, record_zone())
ALSO(timelocal, mktime);
TELLING(long, tzset, 0, record_zone())
TELLING(usize, strftime, 0, record_zone())
TELLING(usize, strftime_l, 0, record_zone())
ALSO(__strftime_l, strftime_l);
TELLING(usize, wcsftime, 0, record_zone())
TELLING(usize, wcsftime_l, 0, record_zone())
ALSO(__wcsftime_l, wcsftime_l);

/* Fill in the present day, by templates in a file that DATEMSK names. */
UNSEEN(void *, getdate, 0)
UNSEEN(int, getdate_r, 1)

static void record_network(const char *function, u32 family) {
  record_text((struct event){KIND_NETWORK, 0, family}, function);
}

enum { AF_UNIX = 1, AF_NETLINK = 16 };

/* A local socket says nothing yet; who connects it is recorded below. */
EXPORT int socket(int family, int type, int protocol) {
  NEXT_OR(socket, -1)
  if (family != AF_UNIX && family != AF_NETLINK) record_network("socket", (u32)family);
  return next(family, type, protocol);
}

EXPORT int connect(int descriptor, const u16 *address, u32 length) {
  NEXT_OR(connect, -1)
  record_network("connect", address ? *address : 0);
  return next(descriptor, address, length);
}

EXPORT int bind(int descriptor, const u16 *address, u32 length) {
  NEXT_OR(bind, -1)
  if (!address || *address != AF_NETLINK) record_network("bind", address ? *address : 0);
  return next(descriptor, address, length);
}

EXPORT int getaddrinfo(const char *node, const char *service, const void *hints, void *result) {
  NEXT_OR(getaddrinfo, -1)
  record_network("getaddrinfo", 0);
  return next(node, service, hints, result);
}

/* Everything about hosts, networks and services by name: whoever asks goes on to connect, nearly always. */
#define NETWORK(type, name, failure) TELLING(type, name, failure, record_network(QUOTE(name), 0))
#define NETWORK_LIST(by_name, by_number, any) \
  NETWORK(void *, by_name, 0)                       \
  NETWORK(void *, by_number, 0)                     \
  NETWORK(void *, any, 0)                           \
  NETWORK(int, by_name##_r, ENOSYS)                 \
  NETWORK(int, by_number##_r, ENOSYS)               \
  NETWORK(int, any##_r, ENOSYS)
NETWORK_LIST(gethostbyname, gethostbyaddr, gethostent)
NETWORK_LIST(getnetbyname, getnetbyaddr, getnetent)
NETWORK_LIST(getservbyname, getservbyport, getservent)
NETWORK_LIST(getprotobyname, getprotobynumber, getprotoent)
NETWORK_LIST(getrpcbyname, getrpcbynumber, getrpcent)
NETWORK(void *, gethostbyname2, 0)
NETWORK(int, gethostbyname2_r, ENOSYS)
NETWORK(int, getnameinfo, -1)
NETWORK(int, getaddrinfo_a, -1)
NETWORK(int, ether_hostton, -1)
NETWORK(int, ether_ntohost, -1)

/* The resolver itself: its sockets are libc's. */
NETWORK(int, __res_init, -1)
NETWORK(int, __res_ninit, -1)
#define RESOLVER(name)          \
  NETWORK(int, res_##name, -1)   \
  NETWORK(int, __res_##name, -1)
RESOLVER(query)
RESOLVER(search)
RESOLVER(querydomain)
RESOLVER(send)
RESOLVER(nquery)
RESOLVER(nsearch)
RESOLVER(nquerydomain)
RESOLVER(nsend)

/* Commands on other machines, and passwords for them. */
NETWORK(int, rcmd, -1)
NETWORK(int, rcmd_af, -1)
NETWORK(int, rexec, -1)
NETWORK(int, rexec_af, -1)
NETWORK(int, ruserok, -1)
NETWORK(int, ruserok_af, -1)
NETWORK(int, iruserok, -1)
NETWORK(int, iruserok_af, -1)
NETWORK(int, ruserpass, -1)
NETWORK(void *, clnt_create, 0)
NETWORK(void *, clnttcp_create, 0)
NETWORK(void *, clntudp_create, 0)
NETWORK(void *, clntunix_create, 0)
NETWORK(int, callrpc, -1)

/* This machine's own network. */
NETWORK(int, getifaddrs, -1)
NETWORK(void *, if_nameindex, 0)
NETWORK(u32, if_nametoindex, 0)
NETWORK(char *, if_indextoname, 0)

/* Messages to the system's log. The numbers in them may be floating point, so these need their own lists. */
EXPORT void vsyslog(int priority, const char *format, __builtin_va_list list) {
  NEXT_OR(vsyslog, )
  record_network("syslog", 0);
  next(priority, format, list);
}

EXPORT void syslog(int priority, const char *format, ...) {
  __builtin_va_list list;
  __builtin_va_start(list, format);
  vsyslog(priority, format, list);
  __builtin_va_end(list);
}

EXPORT void __vsyslog_chk(int priority, int level, const char *format, __builtin_va_list list) {
  NEXT_OR(__vsyslog_chk, )
  record_network("syslog", 0);
  next(priority, level, format, list);
}

EXPORT void __syslog_chk(int priority, int level, const char *format, ...) {
  __builtin_va_list list;
  __builtin_va_start(list, format);
  __vsyslog_chk(priority, level, format, list);
  __builtin_va_end(list);
}
