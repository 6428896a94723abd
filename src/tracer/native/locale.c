/*
 * Locales and translated messages. Which of them is chosen stands in variables, which are in every key; whether it is
 * there, and what it says, libc finds out inside itself: gcc quotes words in another way once the locale that LANG names
 * has been generated, and speaks another language once its catalogue has been installed.
 *
 *   de_DE.UTF-8@euro
 *   ^^ language, then territory, codeset and modifier: each may be left out on the way to a catalogue, and the codeset is
 *      also tried in small letters without punctuation
 */
#include "record.h"

typedef const char *path_t;

#define CATALOGUES "/usr/share/locale" /* of libc, and of programs that do not say where theirs are */

static void record_file(path_t path) {
  record_path((struct event){KIND_OPEN, raw_exists(AT_FDCWD, path) ? 0 : ENOENT, OPEN_READ}, AT_FDCWD, path);
}

/* Whether this locale is part of libc; "" is asked again with the name in the environment. */
static int is_built_in(const char *name) {
  struct text text = text_of(name);
  return text_equal(text, text_of("C")) || text_equal(text, text_of("POSIX"));
}

/* The locale of messages that the environment asks for; LC_CTYPE, the other one that compilers set, mostly is the same. */
static const char *wanted_locale(void) {
  static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LC_CTYPE", "LANG"};
  for (int i = 0; i < 4; i++) {
    const char *value = variable_in(environ, names[i]);
    if (value && *value) return value;
  }
  return "C";
}

struct locale_parts {
  struct text language, territory, codeset, normal, modifier;
  char room[32];
};

/* Takes from `at` the part that begins with `mark`, its mark included; empty if there is none. */
static struct text take_part(const char **at, const char *end, char mark) {
  if (*at == end || **at != mark) return (struct text){*at, 0};
  const char *start = (*at)++;
  while (*at < end && **at != '@' && **at != '.' && **at != '_') ++*at;
  return (struct text){start, (usize)(*at - start)};
}

/* The codeset in small letters and digits only; "iso" in front if there are digits only. */
static struct text normal_codeset(struct text codeset, char room[32]) {
  usize length = 0;
  int letters = 0;
  room[length++] = '.';
  for (usize i = 1; i < codeset.length; i++)
    if ((codeset.bytes[i] | 32) >= 'a' && (codeset.bytes[i] | 32) <= 'z') letters = 1;
  if (!letters) length = (usize)(text_copy(room + length, "iso", 3) - room);
  for (usize i = 1; i < codeset.length && length < 32; i++) {
    char byte = codeset.bytes[i];
    if (byte >= 'A' && byte <= 'Z') byte |= 32;
    if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9')) room[length++] = byte;
  }
  return (struct text){room, length};
}

static void split_locale(struct text name, struct locale_parts *parts) {
  const char *at = name.bytes, *end = name.bytes + name.length;
  while (at < end && *at != '_' && *at != '.' && *at != '@') at++;
  parts->language = (struct text){name.bytes, (usize)(at - name.bytes)};
  parts->territory = take_part(&at, end, '_');
  parts->codeset = take_part(&at, end, '.');
  parts->modifier = take_part(&at, end, '@');
  parts->normal = parts->codeset.length ? normal_codeset(parts->codeset, parts->room) : parts->codeset;
}

/* One place of a catalogue, looked at by its bytes; the name of a locale can be anything. */
static void record_catalogue(const struct text *parts, int count) {
  char path[PATH_BYTES], *end = path;
  for (int i = 0; i < count; i++) {
    if ((usize)(end - path) + parts[i].length >= PATH_BYTES) return;
    end = text_copy(end, parts[i].bytes, parts[i].length);
  }
  *end = 0;
  record_file(path);
}

static void record_language(path_t directory, const char *domain, struct text name) {
  struct locale_parts locale;
  split_locale(name, &locale);
  struct text none = {"", 0};
  for (int choice = 0; choice < 12; choice++) {
    struct text territory = choice & 1 ? locale.territory : none, modifier = choice & 2 ? locale.modifier : none;
    struct text codeset = choice >> 2 == 0 ? none : choice >> 2 == 1 ? locale.codeset : locale.normal;
    if ((choice & 1 && !territory.length) || (choice & 2 && !modifier.length) || (choice >> 2 && !codeset.length)) continue;
    struct text parts[] = {text_of(directory),         {"/", 1},        locale.language, territory, codeset, modifier,
                           text_of("/LC_MESSAGES/"), text_of(domain), text_of(".mo")};
    record_catalogue(parts, sizeof parts / sizeof parts[0]);
  }
}

/* All languages that are wanted, the most wanted first: LANGUAGE is a list with colons. */
static void record_domain(path_t directory, const char *domain) {
  const char *locale = wanted_locale(), *list = variable_in(environ, "LANGUAGE");
  if (is_built_in(locale) || !tracing()) return;
  record_language(directory, domain, text_of(locale));
  while (list && *list) {
    struct text name = {list, 0};
    while (list[name.length] && list[name.length] != ':') name.length++;
    if (name.length) record_language(directory, domain, name);
    list += name.length + (list[name.length] == ':');
  }
}

/* Which locales there are: archived or in folders of their own, under these names and others. */
static void record_locales(const char *name) {
  static int told;
  if (!name || told || is_built_in(*name ? name : wanted_locale()) || !tracing()) return;
  told = 1;
  int error = raw_exists(AT_FDCWD, "/usr/lib/locale") ? 0 : ENOENT;
  record_path((struct event){KIND_LISTING, error, 0}, AT_FDCWD, "/usr/lib/locale");
  record_file("/usr/lib/locale/locale-archive");
  record_file(CATALOGUES "/locale.alias");
  record_domain(CATALOGUES, "libc");
}

EXPORT char *setlocale(int category, const char *name) {
  NEXT_OR(setlocale, 0)
  record_locales(name);
  return next(category, name);
}

EXPORT void *newlocale(int mask, const char *name, void *base) {
  NEXT_OR(newlocale, 0)
  record_locales(name);
  return next(mask, name, base);
}
ALSO(__newlocale, newlocale);

EXPORT char *bindtextdomain(const char *domain, path_t directory) {
  NEXT_OR(bindtextdomain, 0)
  if (domain && *domain && directory) record_domain(directory, domain);
  return next(domain, directory);
}

/* A domain that was never bound is looked for where libc's own is; a library (libbfd) names its domain in each question. */
static void record_unbound(const char *domain) {
  static const char *last;
  if (!domain || !*domain || domain == last) return;
  last = domain;
  record_domain(CATALOGUES, domain);
}
TELLING(char *, textdomain, 0, record_unbound((const char *)a))
TELLING(char *, dgettext, 0, record_unbound((const char *)a))
ALSO(__dgettext, dgettext);
TELLING(char *, dcgettext, 0, record_unbound((const char *)a))
ALSO(__dcgettext, dcgettext);
TELLING(char *, dngettext, 0, record_unbound((const char *)a))
TELLING(char *, dcngettext, 0, record_unbound((const char *)a))
