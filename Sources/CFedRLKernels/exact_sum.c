#include "fedrl_exact_sum.h"

#include <string.h>

// Clones are chosen once, when the program loads. Products and sums are never fused, so all clones
// give the same bits.
#if defined(__x86_64__) && defined(__linux__)
#define FEDRL_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FEDRL_CLONES
#endif

typedef float floats __attribute__((vector_size(32)));
typedef double doubles __attribute__((vector_size(64)));
typedef int64_t integers __attribute__((vector_size(64)));

enum { lanes = 8 };

FEDRL_CLONES
int fedrl_exact_sum_add(int64_t *totals, const float *values, size_t count, double factor,
                        double limit, int subtract, double *squares) {
#pragma clang fp contract(off)
  // Adding 1.5 * 2^52 leaves a double whose low bits are the nearest whole number.
  const doubles magic = (doubles){} + 0x1.8p52;
  const integers flip = (integers){} - (int64_t)(subtract != 0);
  doubles sums = {};
  integers good = (integers){} - 1;
  // The last, partial chunk is worked on in a copy padded with zeros.
  float last_values[lanes] = {};
  int64_t last_totals[lanes] = {};
  const size_t whole = count - count % lanes;
  if (whole < count) {
    memcpy(last_values, values + whole, (count - whole) * sizeof(float));
    memcpy(last_totals, totals + whole, (count - whole) * sizeof(int64_t));
  }
  for (size_t start = 0; start < count; start += lanes) {
    const float *from = start < whole ? values + start : last_values;
    int64_t *to = start < whole ? totals + start : last_totals;
    floats chunk;
    integers total;
    memcpy(&chunk, from, sizeof chunk);
    memcpy(&total, to, sizeof total);
    const doubles value = __builtin_convertvector(chunk, doubles);
    const doubles term = value * factor;
    const integers within = (integers)(term <= limit) & (integers)(term >= -limit);
    const integers rounded = ((integers)(term + magic) - (integers)magic) & within;
    good &= within;
    sums += value * value;
    total += (rounded ^ flip) - flip;
    memcpy(to, &total, sizeof total);
  }
  if (whole < count) {
    memcpy(totals + whole, last_totals, (count - whole) * sizeof(int64_t));
  }
  double sum = 0;
  int64_t all = -1;
  for (int lane = 0; lane < lanes; lane++) {
    sum += sums[lane];
    all &= good[lane];
  }
  *squares = sum;
  return all != 0;
}
