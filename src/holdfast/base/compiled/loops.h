/*
 * The loops over bytes that Holdfast has compiled. Python calls them through ctypes, so this header
 * is the whole border: `library.py` declares the same.
 *
 * All sizes, places and numbers are int64_t. A function keeps nothing between two calls and knows
 * nothing of Python, so any number of threads may be in it. What is not `const` is written, and the
 * caller has made it as large as is said here. A place or length that leads out of what was given
 * ends the call with OUT_OF_BOUNDS; nothing outside is read or written.
 */
#ifndef HOLDFAST_LOOPS_H
#define HOLDFAST_LOOPS_H

#include <stdint.h>

#if defined(__GNUC__)
#define EXPORTED __attribute__((visibility("default")))
#else
#define EXPORTED
#endif

enum { DONE = 0, OUT_OF_BOUNDS = 1, NOT_HASHED = 2 };

/* The digest of the sources that this library was made of, in hexadecimal; see build.py. */
EXPORTED const char *holdfast_sources(void);

/*
 * Digests of sequences that stand one after another in `whole`, each cut after `width` bytes:
 * `digests` has width * count. `algorithm` is a name that OpenSSL knows. NOT_HASHED: it does not
 * know it, or does not want to use it.
 */
EXPORTED int holdfast_digests(const char *algorithm, int64_t width, const unsigned char *whole,
                              int64_t size, const int64_t *lengths, int64_t count,
                              unsigned char *digests);

/* How many line ends a text has, and how many lines that begin with '>': `counts` has two. */
EXPORTED int holdfast_count_lines(const unsigned char *text, int64_t size, int64_t *counts);

/*
 * Where the lines of a text end (`newlines`, as many as there are), and of each record five numbers
 * (`starts`, `begins`, `first`, `counts`, `letters`: see contract.py). The text begins with '>' and
 * ends with a line's end; if not, or if the numbers are others than said, OUT_OF_BOUNDS.
 */
EXPORTED int holdfast_lines(const unsigned char *text, int64_t size, int64_t *newlines,
                            int64_t newline_count, int64_t *starts, int64_t *begins,
                            int64_t *first, int64_t *counts, int64_t *letters,
                            int64_t record_count);

/* What stands below the headings, without line ends: `bodies` has `bodies_size`, all are filled. */
EXPORTED int holdfast_bodies(const unsigned char *text, int64_t size, const int64_t *newlines,
                             int64_t newline_count, const int64_t *begins, const int64_t *first,
                             const int64_t *counts, int64_t record_count, unsigned char *bodies,
                             int64_t bodies_size);

/* The headings without '>', with a line's end between each two: `heads` has `heads_size`. */
EXPORTED int holdfast_heads(const unsigned char *text, int64_t size, const int64_t *starts,
                            const int64_t *begins, int64_t record_count, unsigned char *heads,
                            int64_t heads_size);

/* The width of each record's lines in a text of this size: `widths` has record_count. */
EXPORTED int holdfast_widths(int64_t size, const int64_t *newlines, int64_t newline_count,
                             const int64_t *begins, const int64_t *first, const int64_t *counts,
                             const int64_t *letters, int64_t record_count, int64_t usual,
                             int64_t *widths);

/* The letter set of each sequence of `whole` (formats/residues.py): `sets` has `count`. */
EXPORTED int holdfast_letter_sets(const unsigned char *whole, int64_t size, const int64_t *lengths,
                                  int64_t count, uint32_t *sets);

#endif
