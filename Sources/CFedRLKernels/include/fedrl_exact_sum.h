#pragma once

#include <stddef.h>
#include <stdint.h>

/// Adds `round(values[i] * factor)` to `totals[i]` (ties to even), or subtracts it.
///
/// Terms with |values[i] * factor| > limit, and NaN, count as 0. Writes Σ values² to `squares`, summed
/// in an order that does not depend on the instruction set. Returns 1 if every term was within the
/// limit, else 0. `limit` is at most 2^51.
int fedrl_exact_sum_add(int64_t *totals, const float *values, size_t count, double factor,
                        double limit, int subtract, double *squares);
