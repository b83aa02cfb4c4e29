#include "fedrl_exact_sum.h"

#include <string.h>

// Clones are chosen once, when the program loads. A processor's name would fit that one model only;
// a level fits all that have its instructions: x86-64-v3 is AVX2 and FMA. A product is rounded
// before it is added to; where it is exact anyway, as a square of a float in double is, it may be
// fused. So all clones give the same bits. The thread sanitizer cannot run as early as they are chosen.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WITH_SANITIZER
#endif
#endif
#if defined(__x86_64__) && defined(__linux__) && !defined(WITH_SANITIZER)
#define FEDRL_CLONES __attribute__((target_clones("avx512f", "arch=x86-64-v3", "default")))
#else
#define FEDRL_CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

// Arrays begin anywhere.
typedef float floats __attribute__((vector_size(32), aligned(1), may_alias));
typedef double doubles __attribute__((vector_size(64)));
typedef uint64_t integers __attribute__((vector_size(64)));
typedef uint64_t totals_t __attribute__((vector_size(64), aligned(8), may_alias));

enum { lanes = 8 };

// A macro, because a vector argument's ABI depends on the instruction set.

/// value * factor, rounded to a whole number that stands in the low bits, above those of the magic
/// number 1.5 * 2^52.
#define ROUNDED(value, factor, magic) ((integers)((value) * (factor) + (magic)))

// Far enough ahead of the loads for memory; into the second cache, since the first takes fewer requests
// at a time.
enum { prefetch_bytes = 2048, second_cache = 2 };

/// `count` is a multiple of the lanes; `ahead[g]` is fetched while `values[g]` is read.
INLINE void add_group(int64_t *totals, size_t count, const void *const *values,
                      const void *const *ahead, const double *factors, const int group,
                      double *found) {
#pragma clang fp contract(off)
  const doubles magic = (doubles){} + 0x1.8p52;
  const char *from[fedrl_exact_sum_group], *fetched[fedrl_exact_sum_group];
  doubles factor[fedrl_exact_sum_group], squares[fedrl_exact_sum_group];
  // The magic bits of a whole group come off at once; sums wrap around, so the order is all the same.
  integers surplus = (integers){};
#pragma unroll
  for (int g = 0; g < group; g++) {
    from[g] = values[g];
    fetched[g] = ahead[g];
    factor[g] = (doubles){} + factors[g];
    squares[g] = (doubles){};
    surplus += (integers)magic;
  }
  for (size_t i = 0; i < count; i += lanes) {
    integers total = *(totals_t *)(totals + i) - surplus;
#pragma unroll
    for (int g = 0; g < group; g++) {
      __builtin_prefetch(fetched[g] + i * sizeof(float), 0, second_cache);
      doubles value =
          __builtin_convertvector(*(const floats *)(from[g] + i * sizeof(float)), doubles);
      total += ROUNDED(value, factor[g], magic);
      {
#pragma clang fp contract(fast)
        squares[g] = value * value + squares[g];
      }
    }
    *(totals_t *)(totals + i) = total;
  }
#pragma unroll
  for (int g = 0; g < group; g++)
    for (int lane = 0; lane < lanes; lane++) found[g] += squares[g][lane];
}

INLINE void add_terms(int64_t *totals, size_t count, const void *const *values,
                      const void *const *ahead, const double *factors, int group,
                      double *squares) {
  switch (group) {
    case 1: add_group(totals, count, values, ahead, factors, 1, squares); break;
    case 2: add_group(totals, count, values, ahead, factors, 2, squares); break;
    case 3: add_group(totals, count, values, ahead, factors, 3, squares); break;
    case 4: add_group(totals, count, values, ahead, factors, 4, squares); break;
    default: __builtin_trap();
  }
}

FEDRL_CLONES
void fedrl_exact_sum_add(int64_t *totals, size_t count, const void *const *values,
                         const void *const *next, const double *factors, int group,
                         double *squares) {
  const size_t rest = count % lanes, whole = count - rest;
  // The last of these terms' numbers are read while the first of the next terms' are fetched.
  const size_t distance = prefetch_bytes / sizeof(float), first = whole > distance ? whole - distance : 0;
  const void *from[fedrl_exact_sum_group], *ahead[fedrl_exact_sum_group];
  for (int g = 0; g < group; g++) {
    squares[g] = 0;
    ahead[g] = (const char *)values[g] + prefetch_bytes;
    from[g] = (const char *)values[g] + first * sizeof(float);
  }
  add_terms(totals, first, values, ahead, factors, group, squares);
  for (int g = 0; g < group; g++) ahead[g] = next[g];
  add_terms(totals + first, whole - first, from, ahead, factors, group, squares);
  if (!rest) return;
  // The last, partial chunk is worked on in copies padded with zeros.
  int64_t last_totals[lanes] = {0};
  memcpy(last_totals, totals + whole, rest * sizeof(int64_t));
  for (int g = 0; g < group; g++) {
    float last[lanes] = {0};
    memcpy(last, (const char *)values[g] + whole * sizeof(float), rest * sizeof(float));
    const void *one = last;
    add_group(last_totals, lanes, &one, &one, factors + g, 1, squares + g);
  }
  memcpy(totals + whole, last_totals, rest * sizeof(int64_t));
}

FEDRL_CLONES
void fedrl_exact_sum_subtract(int64_t *totals, size_t count, const void *values, double factor) {
#pragma clang fp contract(off)
  const doubles magic = (doubles){} + 0x1.8p52;
  const char *from = values;
  for (size_t i = 0; i < count; i += lanes, from += lanes * sizeof(float)) {
    const size_t some = count - i < lanes ? count - i : lanes;
    float chunk[lanes] = {};
    integers total = {};
    memcpy(chunk, from, some * sizeof(float));
    memcpy(&total, totals + i, some * sizeof(int64_t));
    doubles value = __builtin_convertvector(*(const floats *)chunk, doubles);
    total -= ROUNDED(value, (doubles){} + factor, magic) - (integers)magic;
    memcpy(totals + i, &total, some * sizeof(int64_t));
  }
}

FEDRL_CLONES
void fedrl_exact_sum_values(const int64_t *totals, size_t count, double scale, double divisor,
                            double *values) {
#pragma clang fp contract(off)
  for (size_t i = 0; i < count; i++) values[i] = (double)totals[i] * scale / divisor;
}
