/* Writing the CBOR (RFC 8949) of what a client sends; src/ipc/messages.ts names the fields. */

#include "stub.h"

static void put_byte(struct writer *to, u8 byte) {
  if (to->at == to->end) to->overflow = 1;
  else *to->at++ = byte;
}

void put_head(struct writer *to, int major, u64 number) {
  int size = number < 24 ? 0 : number < 0x100 ? 1 : number < 0x10000 ? 2 : number < 0x100000000 ? 4 : 8;
  int code = size == 0 ? (int)number : size == 1 ? 24 : size == 2 ? 25 : size == 4 ? 26 : 27;
  put_byte(to, (u8)(major << 5 | code));
  for (int shift = 8 * size - 8; shift >= 0; shift -= 8) put_byte(to, (u8)(number >> shift));
}

void put_text(struct writer *to, const char *text) {
  put_head(to, TEXT, text_length(text));
  for (; *text; text++) put_byte(to, (u8)*text);
}

void put_uint(struct writer *to, const char *key, u64 value) {
  put_text(to, key);
  put_head(to, UINT, value);
}

void put_int(struct writer *to, const char *key, i64 value) {
  put_text(to, key);
  put_head(to, value < 0 ? NEGATIVE : UINT, value < 0 ? (u64)(-1 - value) : (u64)value);
}

void put_bool(struct writer *to, const char *key, int value) {
  put_text(to, key);
  put_head(to, SIMPLE, value ? TRUE_VALUE : FALSE_VALUE);
}

/* The bytes themselves are sent from where they are. */
void put_bytes_head(struct writer *to, const char *key, u64 length) {
  put_text(to, key);
  put_head(to, BYTES, length);
}
