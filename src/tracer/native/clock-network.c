/*
 * The date and the network. time(), gettimeofday() and clock_gettime() are not wrapped: compilers call them for
 * statistics in every run, whereas a date can only be shown after one of the conversions below.
 */
#include "record.h"

static void record_date(const char *function) {
  record_text((struct event){KIND_DATE, 0, 0}, function);
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

#define NETWORK_CALL(type, name, failure, parameters, arguments) \
  EXPORT type name parameters {                                  \
    NEXT_OR(name, failure)                                       \
    record_network(QUOTE(name), 0);                              \
    return next arguments;                                       \
  }
/* Their numbers come from lists of the machine, which few tools ask for that do not go on to connect. */
NETWORK_CALL(void *, getservbyname, 0, (const char *name, const char *protocol), (name, protocol))
NETWORK_CALL(void *, getservbyport, 0, (int port, const char *protocol), (port, protocol))
NETWORK_CALL(void *, getservent, 0, (void), ())
NETWORK_CALL(void *, getprotobyname, 0, (const char *name), (name))
NETWORK_CALL(void *, getprotobynumber, 0, (int number), (number))
NETWORK_CALL(void *, getprotoent, 0, (void), ())
NETWORK_CALL(void *, gethostbyname, 0, (const char *name), (name))
NETWORK_CALL(void *, gethostbyname2, 0, (const char *name, int family), (name, family))
NETWORK_CALL(void *, gethostbyaddr, 0, (const void *address, u32 size, int family), (address, size, family))
NETWORK_CALL(int, gethostbyname_r, -1, (const char *name, void *to, char *room, usize size, void *result, int *error),
             (name, to, room, size, result, error))
NETWORK_CALL(int, getnameinfo, -1,
             (const void *address, u32 length, char *host, u32 host_size, char *service, u32 service_size, int flags),
             (address, length, host, host_size, service, service_size, flags))
