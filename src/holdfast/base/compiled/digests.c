/* Digests of many sequences: one context for all of them, and the algorithm is looked up once. */
#include "loops.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#ifndef HOLDFAST_SOURCES
#define HOLDFAST_SOURCES ""
#endif

const char *holdfast_sources(void) { return HOLDFAST_SOURCES; }

static int digest_each(EVP_MD_CTX *context, const EVP_MD *algorithm, int64_t width,
                       const unsigned char *whole, int64_t size, const int64_t *lengths,
                       int64_t count, unsigned char *digests) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  int64_t at = 0;
  for (int64_t nth = 0; nth < count; nth++) {
    const int64_t length = lengths[nth];
    if (length < 0 || length > size - at) return OUT_OF_BOUNDS;
    if (!EVP_DigestInit_ex2(context, algorithm, NULL) ||
        !EVP_DigestUpdate(context, whole + at, (size_t)length) ||
        !EVP_DigestFinal_ex(context, digest, NULL))
      return NOT_HASHED;
    memcpy(digests + nth * width, digest, (size_t)width);
    at += length;
  }
  return DONE;
}

int holdfast_digests(const char *algorithm, int64_t width, const unsigned char *whole, int64_t size,
                     const int64_t *lengths, int64_t count, unsigned char *digests) {
  /* They name contents and keep no secret: so a site's rule that asks for FIPS does not count. */
  ERR_set_mark();
  EVP_MD *found = EVP_MD_fetch(NULL, algorithm, "-fips");
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  int outcome = NOT_HASHED;
  if (found != NULL && context != NULL) {
    if (width < 0 || width > EVP_MD_get_size(found))
      outcome = OUT_OF_BOUNDS;
    else
      outcome = digest_each(context, found, width, whole, size, lengths, count, digests);
  }
  EVP_MD_CTX_free(context);
  EVP_MD_free(found);
  ERR_pop_to_mark(); /* Python's `ssl` looks into the same list of what went wrong. */
  return outcome;
}
