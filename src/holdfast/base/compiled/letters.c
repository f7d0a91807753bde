/* Which letters each of many sequences uses. */
#include "loops.h"

/*
 * One letter after another this takes thrice as long. Processors of today shift many numbers at
 * once by as many widths, but those of 2003, for which compilers make code when not told otherwise,
 * do not: so it is compiled for both, and the one to be used is chosen when the library is loaded.
 */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx2", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

enum { LETTERS = 26, FOREIGN = 31 };

FOR_EACH_PROCESSOR
static uint32_t set_of(const unsigned char *residues, int64_t length) {
  uint32_t set = 0;
  for (int64_t at = 0; at < length; at++) {
    const uint32_t letter = (uint32_t)residues[at] - 'A';
    set |= UINT32_C(1) << (letter < LETTERS ? letter : FOREIGN);
  }
  return set;
}

int holdfast_letter_sets(const unsigned char *whole, int64_t size, const int64_t *lengths,
                         int64_t count, uint32_t *sets) {
  int64_t at = 0;
  for (int64_t nth = 0; nth < count; nth++) {
    if (lengths[nth] < 0 || lengths[nth] > size - at) return OUT_OF_BOUNDS;
    sets[nth] = set_of(whole + at, lengths[nth]);
    at += lengths[nth];
  }
  return DONE;
}
