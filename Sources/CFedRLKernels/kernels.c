// For sincos.
#define _GNU_SOURCE

#include "fedrl_kernels.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// 16 lanes on every path: where registers are narrower the compiler splits them, so that the order
// of every sum is the same everywhere. Alignment 4: rows begin anywhere.
typedef float lanes __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t bits __attribute__((vector_size(64), aligned(4), may_alias));
typedef float half_lanes __attribute__((vector_size(32), aligned(4), may_alias));
typedef double wide __attribute__((vector_size(64), aligned(8), may_alias));
enum { width = 16 };

static const bits lane_numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// tanh(x) = x P(x^2) / Q(x^2), fitted on [0, 8.5] for least relative error: weighted linear least
// squares with Lawson's reweighting, then a search among neighbouring Float coefficients. Relative
// error of the whole Float evaluation: 2.4e-7.
#define TANH_P0 0x1.fffffap-1f
#define TANH_P1 0x1.12b3fep-3f
#define TANH_P2 0x1.cf35cap-9f
#define TANH_P3 0x1.648734p-16f
#define TANH_P4 0x1.ea443cp-27f
#define TANH_Q0 0x1.fffffap-1f
#define TANH_Q1 0x1.deaf4cp-2f
#define TANH_Q2 0x1.aa5b2p-6f
#define TANH_Q3 0x1.5f26b4p-12f
#define TANH_Q4 0x1.b546ccp-21f

// Vectors are passed between functions of one path only, and those are inlined.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE inline __attribute__((always_inline))

#define PASTE(a, b) a##_##b
#define NAME(name, path) PASTE(name, path)

// Tiles of products fill the registers: 32 of 16 floats under AVX-512, 16 of 8 under AVX2, 32 of 4
// under NEON, 16 of 4 under SSE.
#if defined(__aarch64__)
#define PATH neon
#define TILE_ROWS 6
#else
#define PATH portable
#define TILE_ROWS 2
#endif
#define TILE_VECTORS 1
#include "body.h"
#include "dense.h"
#include "rays.h"
#include "quantiles.h"
#undef TILE_ROWS
#undef TILE_VECTORS
#undef PATH

#if defined(__x86_64__)
#define PATH avx2
#define MASKS_AVX2
#define TILE_ROWS 6
#define TILE_VECTORS 1
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "body.h"
#include "dense.h"
#include "rays.h"
#include "quantiles.h"
#pragma clang attribute pop
#undef TILE_VECTORS
#undef MASKS_AVX2
#undef PATH

#define PATH avx512
#define MASKS_AVX512
#define TILE_VECTORS 4
#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma"))), apply_to = function)
#include "body.h"
#include "dense.h"
#include "rays.h"
#include "quantiles.h"
#pragma clang attribute pop
#undef TILE_VECTORS
#undef TILE_ROWS
#undef MASKS_AVX512
#undef PATH
#endif

typedef struct {
  const char *name;
  void (*tanh)(const float *, float *, int64_t);
  void (*bias_tanh)(float *, const float *, int64_t, int64_t);
  void (*bias_relu)(float *, const float *, int64_t, int64_t);
  void (*bias)(float *, const float *, int64_t, int64_t);
  void (*tanh_backward)(float *, const float *, int64_t);
  void (*relu_backward)(float *, const float *, int64_t);
  void (*gru_forward)(float *, const float *, const float *, float *, int64_t, int64_t);
  void (*gru_backward)(float *, float *, const float *, float *, int64_t, int64_t);
  void (*column_sums)(const float *, int64_t, int64_t, float *);
  double (*sum_of_squares)(const float *, int64_t);
  void (*scale)(float *, float, int64_t);
  void (*axpy)(float, const float *, float *, int64_t);
  void (*adam)(float *, float *, float *, const float *, int64_t, const fedrl_adam_factors *);
  void (*normalize)(const float *, const float *, const float *, float, float *, int64_t, int64_t);
  void (*moment_sums)(const float *, int64_t, int64_t, const double *, double *, double *);
  int64_t (*first_non_finite)(const float *, int64_t);
  void (*dense_forward)(const float *, const float *, const float *, float *, int64_t, int64_t,
                        int64_t, fedrl_activation);
  void (*dense_input_gradient)(const float *, const float *, float *, int, int64_t, int64_t,
                               int64_t, const float *, fedrl_activation);
  void (*outer_products)(const float *, const float *, float *, int64_t, int64_t, int64_t);
  void (*cast_rays)(const fedrl_ray_grid *, const float *, const float *, int64_t,
                    const fedrl_ray_fan *, float *);
  double (*quantile_loss)(const float *, const float *, int64_t, float, float *);
} path_table;

#define TABLE(path)                                                                               \
  {                                                                                               \
    #path, tanh_##path, bias_tanh_##path, bias_relu_##path, bias_##path, tanh_backward_##path,    \
        relu_backward_##path, gru_forward_##path, gru_backward_##path, column_sums_##path,        \
        sum_of_squares_##path, scale_##path,                                                      \
        axpy_##path, adam_##path, normalize_##path, moment_sums_##path, first_non_finite_##path,  \
        dense_forward_##path, dense_input_gradient_##path, outer_products_##path,                 \
        cast_rays_##path, quantile_loss_##path                                                    \
  }

static const path_table tables[] = {
#if defined(__x86_64__)
    TABLE(avx512), TABLE(avx2),
#endif
#if defined(__aarch64__)
    TABLE(neon)
#else
    TABLE(portable)
#endif
};
enum { table_count = sizeof tables / sizeof tables[0] };

static int is_supported(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!strcmp(name, "avx512"))
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  if (!strcmp(name, "avx2")) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return !strcmp(name, tables[table_count - 1].name);
}

static const path_table *chosen = &tables[table_count - 1];

// Before main, so that no thread can see the choice change.
__attribute__((constructor)) static void choose_path(void) {
  for (int i = 0; i < table_count; i++)
    if (is_supported(tables[i].name)) {
      chosen = &tables[i];
      return;
    }
}

const char *fedrl_kernel_path(void) { return chosen->name; }

int fedrl_use_kernel_path(const char *name) {
  for (int i = 0; i < table_count; i++)
    if (!strcmp(tables[i].name, name) && is_supported(name)) {
      chosen = &tables[i];
      return 1;
    }
  return 0;
}

void fedrl_tanh(const float *x, float *y, int64_t count) { chosen->tanh(x, y, count); }
void fedrl_bias_tanh(float *y, const float *bias, int64_t rows, int64_t columns) {
  chosen->bias_tanh(y, bias, rows, columns);
}
void fedrl_bias_relu(float *y, const float *bias, int64_t rows, int64_t columns) {
  chosen->bias_relu(y, bias, rows, columns);
}
void fedrl_bias(float *y, const float *bias, int64_t rows, int64_t columns) {
  chosen->bias(y, bias, rows, columns);
}
void fedrl_tanh_backward(float *d, const float *y, int64_t count) {
  chosen->tanh_backward(d, y, count);
}
void fedrl_relu_backward(float *d, const float *y, int64_t count) {
  chosen->relu_backward(d, y, count);
}
void fedrl_gru_forward(float *gates, const float *recurrent, const float *state, float *next,
                       int64_t rows, int64_t units) {
  chosen->gru_forward(gates, recurrent, state, next, rows, units);
}
void fedrl_gru_backward(float *gates, float *recurrent, const float *state, float *d, int64_t rows,
                        int64_t units) {
  chosen->gru_backward(gates, recurrent, state, d, rows, units);
}
void fedrl_column_sums(const float *x, int64_t rows, int64_t columns, float *sums) {
  chosen->column_sums(x, rows, columns, sums);
}
double fedrl_sum_of_squares(const float *x, int64_t count) {
  return chosen->sum_of_squares(x, count);
}
void fedrl_scale(float *x, float factor, int64_t count) { chosen->scale(x, factor, count); }
void fedrl_axpy(float factor, const float *x, float *y, int64_t count) {
  chosen->axpy(factor, x, y, count);
}
void fedrl_adam(float *p, float *m, float *v, const float *g, int64_t count,
                const fedrl_adam_factors *factors) {
  chosen->adam(p, m, v, g, count, factors);
}
void fedrl_normalize(const float *x, const float *mean, const float *inverse, float limit, float *y,
                     int64_t rows, int64_t columns) {
  chosen->normalize(x, mean, inverse, limit, y, rows, columns);
}
void fedrl_moment_sums(const float *x, int64_t rows, int64_t columns, const double *center,
                       double *first, double *second) {
  chosen->moment_sums(x, rows, columns, center, first, second);
}
void fedrl_dense_forward(const float *x, const float *transposed, const float *bias, float *y,
                         int64_t rows, int64_t inputs, int64_t outputs,
                         fedrl_activation activation) {
  chosen->dense_forward(x, transposed, bias, y, rows, inputs, outputs, activation);
}
void fedrl_dense_input_gradient(const float *dy, const float *weights, float *dx, int adds,
                                int64_t rows, int64_t inputs, int64_t outputs, const float *below,
                                fedrl_activation activation) {
  chosen->dense_input_gradient(dy, weights, dx, adds, rows, inputs, outputs, below, activation);
}
void fedrl_outer_products(const float *a, const float *b, float *c, int64_t rows,
                          int64_t a_columns, int64_t b_columns) {
  chosen->outer_products(a, b, c, rows, a_columns, b_columns);
}
void fedrl_cast_rays(const fedrl_ray_grid *grid, const float *cosines, const float *sines,
                     int64_t count, const fedrl_ray_fan *fan, float *lengths) {
  chosen->cast_rays(grid, cosines, sines, count, fan, lengths);
}
double fedrl_quantile_loss(const float *quantiles, const float *targets, int64_t count,
                           float scale, float *gradient) {
  return chosen->quantile_loss(quantiles, targets, count, scale, gradient);
}
void fedrl_sine_cosine(double angle, double *sine, double *cosine) {
#if defined(__GLIBC__)
  sincos(angle, sine, cosine);
#else
  *sine = sin(angle);
  *cosine = cos(angle);
#endif
}
int64_t fedrl_first_non_finite(const float *x, int64_t count) {
  return chosen->first_non_finite(x, count);
}

void fedrl_gather_rows(const float *x, const int32_t *indices, int64_t rows, int64_t columns,
                       float *y) {
  // Rows come in shuffled order, which no hardware prefetcher foresees.
  enum { ahead = 8, line = 16 };
  for (int64_t row = 0; row < rows; row++) {
    if (row + ahead < rows) {
      const float *next = x + indices[row + ahead] * columns;
      for (int64_t c = 0; c < columns; c += line) __builtin_prefetch(next + c);
    }
    memcpy(y + row * columns, x + indices[row] * columns, (size_t)columns * sizeof(float));
  }
}

void fedrl_transpose(const float *x, int64_t rows, int64_t columns, float *y) {
  typedef float four __attribute__((vector_size(16), aligned(4), may_alias));
  int64_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    const float *from = x + row * columns;
    int64_t column = 0;
    for (; column + 4 <= columns; column += 4, from += 4) {
      four a = *(const four *)from, b = *(const four *)(from + columns);
      four c = *(const four *)(from + 2 * columns), d = *(const four *)(from + 3 * columns);
      four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
      four ef = __builtin_shufflevector(a, b, 2, 6, 3, 7), gh = __builtin_shufflevector(c, d, 2, 6, 3, 7);
      float *to = y + column * rows + row;
      *(four *)to = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
      *(four *)(to + rows) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
      *(four *)(to + 2 * rows) = __builtin_shufflevector(ef, gh, 0, 1, 4, 5);
      *(four *)(to + 3 * rows) = __builtin_shufflevector(ef, gh, 2, 3, 6, 7);
    }
    for (; column < columns; column++)
      for (int64_t i = row; i < row + 4; i++) y[column * rows + i] = x[i * columns + column];
  }
  for (; row < rows; row++)
    for (int64_t column = 0; column < columns; column++)
      y[column * rows + row] = x[row * columns + column];
}
