/* Cutting a text of FASTA records: where lines and records begin and end, and what is in them. */
#include "loops.h"

#include <string.h>

enum { LINE_END = '\n', HEADING = '>', ODD = -1, NONE = -2 };

/* As many bytes are counted in one byte, which lets the compiler look at many at once. */
enum { COUNTED_TOGETHER = 255 };

int holdfast_count_lines(const unsigned char *text, int64_t size, int64_t *counts) {
  int64_t newlines = 0, headings = size > 0 && text[0] == HEADING;
  for (int64_t at = 0; at < size; at += COUNTED_TOGETHER) {
    const int64_t end = size - at < COUNTED_TOGETHER ? size : at + COUNTED_TOGETHER;
    uint8_t ends = 0, begun = 0;
    for (int64_t place = at; place < end; place++) ends += text[place] == LINE_END;
    for (int64_t place = at ? at : 1; place < end; place++)
      begun += (text[place] == HEADING) & (text[place - 1] == LINE_END);
    newlines += ends;
    headings += begun;
  }
  counts[0] = newlines;
  counts[1] = headings;
  return DONE;
}

int holdfast_lines(const unsigned char *text, int64_t size, int64_t *newlines,
                   int64_t newline_count, int64_t *starts, int64_t *begins, int64_t *first,
                   int64_t *counts, int64_t *letters, int64_t record_count) {
  int64_t line = 0, record = 0;
  for (int64_t at = 0; at < size; line++) {
    const unsigned char *found = memchr(text + at, LINE_END, (size_t)(size - at));
    if (found == NULL || line >= newline_count) return OUT_OF_BOUNDS;
    const int64_t next = found - text + 1;
    if (text[at] == HEADING) {
      if (record >= record_count) return OUT_OF_BOUNDS;
      starts[record] = at;
      begins[record] = next;
      first[record] = line + 1;
      record++;
    }
    if (record == 0) return OUT_OF_BOUNDS; /* a line before the first heading */
    newlines[line] = next - 1;
    at = next;
  }
  if (line != newline_count || record != record_count) return OUT_OF_BOUNDS;
  for (int64_t nth = 0; nth < record_count; nth++) {
    const int is_last = nth + 1 == record_count;
    counts[nth] = (is_last ? newline_count : first[nth + 1] - 1) - first[nth];
    letters[nth] = (is_last ? size : starts[nth + 1]) - begins[nth] - counts[nth];
  }
  return DONE;
}

/* Whether `count` lines from `first` on are among `all`. */
static int are_there(int64_t first, int64_t count, int64_t all) {
  return first >= 0 && count >= 0 && first <= all && count <= all - first;
}

int holdfast_bodies(const unsigned char *text, int64_t size, const int64_t *newlines,
                    int64_t newline_count, const int64_t *begins, const int64_t *first,
                    const int64_t *counts, int64_t record_count, unsigned char *bodies,
                    int64_t bodies_size) {
  int64_t done = 0;
  for (int64_t record = 0; record < record_count; record++) {
    int64_t at = begins[record];
    if (at < 0 || !are_there(first[record], counts[record], newline_count)) return OUT_OF_BOUNDS;
    for (int64_t nth = 0; nth < counts[record]; nth++) {
      const int64_t end = newlines[first[record] + nth];
      if (end < at || end >= size || end - at > bodies_size - done) return OUT_OF_BOUNDS;
      memcpy(bodies + done, text + at, (size_t)(end - at));
      done += end - at;
      at = end + 1;
    }
  }
  return done == bodies_size ? DONE : OUT_OF_BOUNDS;
}

int holdfast_heads(const unsigned char *text, int64_t size, const int64_t *starts,
                   const int64_t *begins, int64_t record_count, unsigned char *heads,
                   int64_t heads_size) {
  int64_t done = 0;
  for (int64_t record = 0; record < record_count; record++) {
    /* With its line's end, which is left out behind the last one. */
    const int64_t start = starts[record];
    if (start < 0 || start >= size - 1) return OUT_OF_BOUNDS;
    if (begins[record] < start + 2 || begins[record] > size) return OUT_OF_BOUNDS;
    const int64_t length = begins[record] - start - 1 - (record + 1 == record_count);
    if (length > heads_size - done) return OUT_OF_BOUNDS;
    memcpy(heads + done, text + start + 1, (size_t)length);
    done += length;
  }
  return done == heads_size ? DONE : OUT_OF_BOUNDS;
}

/* The width that a record's lines have if they are alike: that of the first, or `usual`. */
static int64_t expected_width(const int64_t *newlines, int64_t begin, int64_t first, int64_t count,
                              int64_t letters, int64_t usual) {
  if (count == 1) return letters <= usual ? usual : 0;
  return newlines[first] - begin;
}

/* Whether all lines have this width, but for a shorter last one. `end` is where a line ends. */
static int are_alike(const int64_t *newlines, int64_t begin, int64_t first, int64_t count,
                     int64_t letters, int64_t width) {
  if (count == 1) return letters >= 1;
  if (width < 1) return 0;
  int64_t end = begin - 1;
  for (int64_t nth = 0; nth + 1 < count; nth++) {
    if (newlines[first + nth] - end != width + 1) return 0;
    end = newlines[first + nth];
  }
  const int64_t last = newlines[first + count - 1] - end - 1;
  return last >= 1 && last <= width;
}

/* Whether all numbers are within a text of this size: then none of what is counted goes round. */
static int are_within(const int64_t *places, int64_t count, int64_t size) {
  int outside = 0;
  for (int64_t nth = 0; nth < count; nth++) outside |= (places[nth] < 0) | (places[nth] > size);
  return !outside;
}

int holdfast_widths(int64_t size, const int64_t *newlines, int64_t newline_count,
                    const int64_t *begins, const int64_t *first, const int64_t *counts,
                    const int64_t *letters, int64_t record_count, int64_t usual, int64_t *widths) {
  if (size < 0 || size > INT64_MAX / 2) return OUT_OF_BOUNDS;
  if (!are_within(newlines, newline_count, size)) return OUT_OF_BOUNDS;
  if (!are_within(begins, record_count, size)) return OUT_OF_BOUNDS;
  for (int64_t nth = 0; nth < record_count; nth++)
    if (!are_there(first[nth], counts[nth], newline_count)) return OUT_OF_BOUNDS;
  /* One line may have any width from its length on; the one of others makes for longer runs. */
  for (int64_t nth = 0; nth < record_count; nth++) {
    if (counts[nth] > 1 && newlines[first[nth]] > begins[nth]) {
      usual = newlines[first[nth]] - begins[nth];
      break;
    }
  }
  for (int64_t nth = 0; nth < record_count; nth++) {
    if (counts[nth] == 0) {
      widths[nth] = NONE;
      continue;
    }
    const int64_t width =
        expected_width(newlines, begins[nth], first[nth], counts[nth], letters[nth], usual);
    const int alike =
        are_alike(newlines, begins[nth], first[nth], counts[nth], letters[nth], width);
    widths[nth] = alike ? width : ODD;
  }
  return DONE;
}
