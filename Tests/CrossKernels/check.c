// Compares the kernels with plain loops in double, on whatever processor this was compiled for. The
// Swift tests do the same in more depth on the machine they run on; this small program also runs
// where Swift does not: under an emulator of another processor. See Scripts/check-arm.

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fedrl_exact_sum.h"
#include "fedrl_kernels.h"

static int failures;

static void expect(const char *what, int64_t index, double got, double expected, double tolerance) {
  if (fabs(got - expected) <= tolerance) return;
  if (failures++ < 20)
    printf("%s[%lld]: got %.9g, expected %.9g\n", what, (long long)index, got, expected);
}

static uint64_t state = 1;

/// In -1...1.
static float number(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (float)((double)(int64_t)state / 9223372036854775808.0);
}

static float *numbers(int64_t count) {
  float *values = malloc((size_t)(count + 1) * sizeof(float));
  for (int64_t i = 0; i < count; i++) values[i] = number();
  return values;
}

static double apply(fedrl_activation f, double x) {
  return f == FEDRL_TANH ? tanh(x) : f == FEDRL_RELU ? (x > 0 ? x : 0) : x;
}

static double slope(fedrl_activation f, double y) {
  return f == FEDRL_TANH ? 1 - y * y : f == FEDRL_RELU ? (y > 0 ? 1 : 0) : 1;
}

static void check_layers(int64_t rows, int64_t inputs, int64_t outputs, fedrl_activation f) {
  float *x = numbers(rows * inputs), *w = numbers(outputs * inputs), *b = numbers(outputs);
  float *dy = numbers(rows * outputs), *y = numbers(rows * outputs), *dx = numbers(rows * inputs);
  float *before = numbers(0), *t = numbers(inputs * outputs), *c = numbers(outputs * inputs);
  const double tolerance = 1e-5 * (double)(inputs + outputs + rows);
  fedrl_transpose(w, outputs, inputs, t);
  fedrl_dense_forward(x, t, b, y, rows, inputs, outputs, f);
  for (int64_t r = 0; r < rows; r++)
    for (int64_t o = 0; o < outputs; o++) {
      double sum = b[o];
      for (int64_t i = 0; i < inputs; i++) sum += (double)x[r * inputs + i] * w[o * inputs + i];
      expect("dense_forward", r * outputs + o, y[r * outputs + o], apply(f, sum), tolerance);
    }
  free(before);
  before = malloc((size_t)(rows * inputs) * sizeof(float));
  for (int adds = 0; adds < 2; adds++) {
    memcpy(before, dx, (size_t)(rows * inputs) * sizeof(float));
    fedrl_dense_input_gradient(dy, w, dx, adds, rows, inputs, outputs, x, f);
    for (int64_t r = 0; r < rows; r++)
      for (int64_t i = 0; i < inputs; i++) {
        double sum = adds ? before[r * inputs + i] : 0;
        for (int64_t o = 0; o < outputs; o++) sum += (double)dy[r * outputs + o] * w[o * inputs + i];
        expect("dense_input_gradient", r * inputs + i, dx[r * inputs + i],
               sum * slope(f, x[r * inputs + i]), tolerance);
      }
  }
  fedrl_outer_products(dy, x, c, rows, outputs, inputs);
  for (int64_t o = 0; o < outputs; o++)
    for (int64_t i = 0; i < inputs; i++) {
      double sum = 0;
      for (int64_t r = 0; r < rows; r++) sum += (double)dy[r * outputs + o] * x[r * inputs + i];
      expect("outer_products", o * inputs + i, c[o * inputs + i], sum, tolerance);
    }
  free(x), free(w), free(b), free(dy), free(y), free(dx), free(before), free(t), free(c);
}

static void check_memory(int64_t rows, int64_t units) {
  float *gates = numbers(rows * 3 * units), *sums = numbers(rows * 3 * units);
  float *state = numbers(rows * units), *next = numbers(rows * units), *d = numbers(rows * units);
  const size_t bytes = (size_t)(rows * 3 * units) * sizeof(float);
  float *gates0 = malloc(bytes), *sums0 = malloc(bytes), *d0 = malloc(bytes);
  memcpy(gates0, gates, bytes), memcpy(sums0, sums, bytes), memcpy(d0, d, bytes / 3);
  fedrl_gru_forward(gates, sums, state, next, rows, units);
  fedrl_gru_backward(gates, sums, state, d, rows, units);
  for (int64_t row = 0; row < rows; row++)
    for (int64_t unit = 0; unit < units; unit++) {
      const int64_t i = row * units + unit, g = row * 3 * units + unit;
      const double r = 1 / (1 + exp(-(double)gates0[g] - sums0[g]));
      const double z = 1 / (1 + exp(-(double)gates0[g + units] - sums0[g + units]));
      const double u = sums0[g + 2 * units], n = tanh(gates0[g + 2 * units] + r * u);
      const double by_n = d0[i] * (1 - z) * (1 - n * n);
      expect("gru next", i, next[i], (1 - z) * n + z * state[i], 2e-6);
      expect("gru d", i, d[i], d0[i] * z, 2e-6);
      expect("gru r", g, gates[g], by_n * u * r * (1 - r), 2e-6);
      expect("gru z", g, sums[g + units], d0[i] * (state[i] - n) * z * (1 - z), 2e-6);
      expect("gru n", g, gates[g + 2 * units], by_n, 2e-6);
      expect("gru u", g, sums[g + 2 * units], by_n * r, 2e-6);
    }
  free(gates), free(sums), free(state), free(next), free(d), free(gates0), free(sums0), free(d0);
}

static void check_vectors(int64_t count) {
  float *x = numbers(count), *y = numbers(count), *m = numbers(count), *v = numbers(count);
  float *p = numbers(count), *g = numbers(count);
  for (int64_t i = 0; i < count; i++) x[i] *= 12, v[i] = fabsf(v[i]);
  fedrl_tanh(x, y, count);
  double squares = 0;
  for (int64_t i = 0; i < count; i++) {
    expect("tanh", i, y[i], tanh(x[i]), 1e-6);
    squares += (double)x[i] * x[i];
  }
  expect("sum_of_squares", 0, fedrl_sum_of_squares(x, count), squares, 1e-12 * squares);
  const fedrl_adam_factors factors = {0.5f, 0.1f, 0.999f, 0.001f, 0.01f, 3.0f, 1e-5f};
  float *p0 = numbers(count), *m0 = numbers(count), *v0 = numbers(count);
  memcpy(p0, p, (size_t)count * 4), memcpy(m0, m, (size_t)count * 4), memcpy(v0, v, (size_t)count * 4);
  fedrl_adam(p, m, v, g, count, &factors);
  for (int64_t i = 0; i < count; i++) {
    const double gradient = 0.5 * g[i], first = m0[i] + (double)0.1f * (gradient - m0[i]);
    const double second = (double)0.999f * v0[i] + (double)0.001f * gradient * gradient;
    expect("adam m", i, m[i], first, 1e-6);
    expect("adam v", i, v[i], second, 1e-6);
    expect("adam p", i, p[i], p0[i] - (double)0.01f * first / (sqrt(second) * 3 + (double)1e-5f),
           1e-5);
  }
  expect("first_non_finite", 0, (double)fedrl_first_non_finite(x, count), -1, 0);
  if (count > 3) {
    x[count - 2] = NAN;
    expect("first_non_finite", 1, (double)fedrl_first_non_finite(x, count), (double)(count - 2), 0);
  }
  free(x), free(y), free(m), free(v), free(p), free(g), free(p0), free(m0), free(v0);
}

static void check_sums(int64_t count) {
  enum { terms = 4 };
  float *x[terms];
  const void *values[terms];
  double factors[terms], squares[terms];
  int64_t *totals = calloc((size_t)count + 1, sizeof(int64_t));
  for (int k = 0; k < terms; k++) {
    // On an odd address, as in a message.
    values[k] = x[k] = numbers(count);
    factors[k] = 1e9 * (k + 1) / 3;
  }
  for (int group = 1; group <= terms; group++) {
    memset(totals, 0, (size_t)count * sizeof(int64_t));
    fedrl_exact_sum_add(totals, (size_t)count, values, values, factors, group, squares);
    for (int64_t i = 0; i < count; i++) {
      double expected = 0;
      for (int k = 0; k < group; k++) expected += rint((double)x[k][i] * factors[k]);
      expect("exact_sum", i, (double)totals[i], expected, 0);
    }
    for (int k = 0; k < group; k++) {
      double sum = 0;
      for (int64_t i = 0; i < count; i++) sum += (double)x[k][i] * x[k][i];
      expect("exact_sum squares", k, squares[k], sum, 1e-12 * (sum + 1));
      fedrl_exact_sum_subtract(totals, (size_t)count, values[k], factors[k]);
    }
    for (int64_t i = 0; i < count; i++) expect("exact_sum rest", i, (double)totals[i], 0, 0);
  }
  for (int k = 0; k < terms; k++) free(x[k]);
  free(totals);
}

int main(void) {
  const int64_t widths[] = {1, 2, 3, 4, 5, 7, 16, 17, 31, 64, 99};
  const int64_t rows[] = {1, 2, 5, 6, 7, 8, 13, 64};
  const int count = sizeof widths / sizeof *widths;
  for (int r = 0; r < (int)(sizeof rows / sizeof *rows); r++)
    for (int i = 0; i < count; i++)
      for (int o = 0; o < count; o++)
        for (int f = FEDRL_LINEAR; f <= FEDRL_RELU; f++)
          check_layers(rows[r], widths[i], widths[o], (fedrl_activation)f);
  for (int r = 0; r < (int)(sizeof rows / sizeof *rows); r++)
    for (int o = 0; o < count; o++) check_memory(rows[r], widths[o]);
  for (int64_t length = 0; length < 70; length++) check_vectors(length), check_sums(length);
  check_vectors(10001), check_sums(10001);
  printf("kernels %s: %d wrong\n", fedrl_kernel_path(), failures);
  return failures != 0;
}
