#pragma once

#include <stddef.h>
#include <stdint.h>

/// Terms of which one call adds up to this many.
enum { fedrl_exact_sum_group = 4 };

/// Adds `round(values[g][i] * factors[g])`, ties to even, to `totals[i]` for `group` terms at once.
///
/// |values[g][i] * factors[g]| must be at most 2^51. Where it is not, what was added is meaningless,
/// but fedrl_exact_sum_subtract takes it off again exactly. No array has an alignment to keep.
///
/// `next[g]` is where the numbers begin that are read after these; they are fetched from memory early.
/// It may be any address.
///
/// `squares[g]` becomes the sum of values[g]^2, in an order that does not depend on the instruction
/// set: NaN or infinite where a value is.
void fedrl_exact_sum_add(int64_t *totals, size_t count, const void *const *values,
                         const void *const *next, const double *factors, int group,
                         double *squares);

/// Takes off what fedrl_exact_sum_add added for one term.
void fedrl_exact_sum_subtract(int64_t *totals, size_t count, const void *values, double factor);

/// values[i] <- totals[i] * scale / divisor
void fedrl_exact_sum_values(const int64_t *totals, size_t count, double scale, double divisor,
                            double *values);
