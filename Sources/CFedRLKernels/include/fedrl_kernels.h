#pragma once

#include <stdint.h>

/// Vectorised single-precision kernels with run-time dispatch (AVX-512, AVX2 with FMA, NEON, portable).
///
/// Matrices are row-major and tight. No kernel allocates, reads past its arrays or depends on their
/// alignment; the last lanes of a row go through the same arithmetic as full ones, so that an
/// element's result does not depend on where it lies. For one path all results are deterministic;
/// AVX-512 and AVX2 give the same bits, the portable path rounds products before it adds them.

/// The instruction set this process dispatches to: "avx512", "avx2", "neon" or "portable".
const char *fedrl_kernel_path(void);

/// Dispatches to another path from here on; 0 if this processor or build has no such path. For
/// tests, and for repeating a run of another machine. Call before other threads use the kernels.
int fedrl_use_kernel_path(const char *name);

/// y[i] <- tanh(x[i]); error below 3e-7 absolute, odd, |y| <= 1, NaN stays NaN. x may be y.
void fedrl_tanh(const float *x, float *y, int64_t count);

/// y[r, c] <- tanh(y[r, c] + bias[c])
void fedrl_bias_tanh(float *y, const float *bias, int64_t rows, int64_t columns);
/// y[r, c] <- max(y[r, c] + bias[c], 0); NaN stays NaN.
void fedrl_bias_relu(float *y, const float *bias, int64_t rows, int64_t columns);
/// y[r, c] <- y[r, c] + bias[c]
void fedrl_bias(float *y, const float *bias, int64_t rows, int64_t columns);

/// d[i] <- d[i] (1 - y[i]^2), y being tanh's output.
void fedrl_tanh_backward(float *d, const float *y, int64_t count);
/// d[i] <- y[i] > 0 ? d[i] : 0, y being the output of ReLU.
void fedrl_relu_backward(float *d, const float *y, int64_t count);

/// One step of gated recurrent units with `units` states each: r, z <- sigmoid(gates + recurrent),
/// n <- tanh(gates_n + r recurrent_n), next <- (1 - z) n + z state. `gates` and `recurrent` are
/// `[rows, 3, units]`, the sums of the inputs' and of the states' products in the order r, z, n;
/// `gates` becomes r, z, n. `state` and `next` are `[rows, units]`.
void fedrl_gru_forward(float *gates, const float *recurrent, const float *state, float *next,
                       int64_t rows, int64_t units);
/// Back through fedrl_gru_forward: `d` is the gradient by `next` and becomes the part of the gradient
/// by `state` that does not go through `recurrent`; `gates` (r, z, n) and `recurrent` become the
/// gradients by the sums that they held before.
void fedrl_gru_backward(float *gates, float *recurrent, const float *state, float *d, int64_t rows,
                        int64_t units);

/// sums[c] <- sum over rows of x[r, c], in row order.
void fedrl_column_sums(const float *x, int64_t rows, int64_t columns, float *sums);

/// Sum of x[i]^2 in double precision, in a fixed order.
double fedrl_sum_of_squares(const float *x, int64_t count);

/// x[i] <- factor x[i]
void fedrl_scale(float *x, float factor, int64_t count);
/// y[i] <- y[i] + factor x[i]
void fedrl_axpy(float factor, const float *x, float *y, int64_t count);

/// What one Adam step multiplies with.
typedef struct {
  float gradient_scale;       ///< multiplies the gradient first: the norm clip
  float one_minus_beta1;      ///< 1 - beta1
  float beta2;                ///< beta2
  float one_minus_beta2;      ///< 1 - beta2
  float step;                 ///< learning rate / (1 - beta1^t)
  float inverse_root_bias2;   ///< 1 / sqrt(1 - beta2^t)
  float epsilon;              ///< added to the root
} fedrl_adam_factors;

/// g <- gradient_scale g;  m <- m + (1-beta1)(g-m);  v <- beta2 v + (1-beta2) g^2;
/// p <- p - step m / (sqrt(v) inverse_root_bias2 + epsilon).
/// Moments too small to matter (|m| < 1e-30, v < 1e-36) become zero.
void fedrl_adam(float *p, float *m, float *v, const float *g, int64_t count,
                const fedrl_adam_factors *factors);

/// y[r, c] <- (x[r, c] - mean[c]) inverse[c], limited to [-limit, limit]; NaN stays NaN. x may be
/// y.
void fedrl_normalize(const float *x, const float *mean, const float *inverse, float limit, float *y,
                     int64_t rows, int64_t columns);

/// y[i, :] <- x[indices[i], :]
void fedrl_gather_rows(const float *x, const int32_t *indices, int64_t rows, int64_t columns,
                       float *y);

/// first[c] += x[r, c] - center[c];  second[c] += (x[r, c] - center[c])^2, rows in order.
void fedrl_moment_sums(const float *x, int64_t rows, int64_t columns, const double *center,
                       double *first, double *second);

/// The index of the first element that is infinite or NaN; -1 if all are finite.
int64_t fedrl_first_non_finite(const float *x, int64_t count);

/// What a layer does to its sums.
typedef enum { FEDRL_LINEAR, FEDRL_TANH, FEDRL_RELU } fedrl_activation;

/// y <- f(x transposed + bias): `x` is `[rows, inputs]`, `transposed` `[inputs, outputs]`, `y`
/// `[rows, outputs]`. A row's result does not depend on the other rows.
void fedrl_dense_forward(const float *x, const float *transposed, const float *bias, float *y,
                         int64_t rows, int64_t inputs, int64_t outputs,
                         fedrl_activation activation);

/// dx <- (dy weights, or dx + dy weights if `adds`) times the slope of the layer below: `dy` is
/// `[rows, outputs]`, `weights` `[outputs, inputs]`, `dx` and `below` `[rows, inputs]`; `below` is
/// that layer's output, `activation` what it applied (FEDRL_LINEAR: slope 1, `below` may be NULL).
void fedrl_dense_input_gradient(const float *dy, const float *weights, float *dx, int adds,
                                int64_t rows, int64_t inputs, int64_t outputs, const float *below,
                                fedrl_activation activation);

/// c[i, j] <- sum over rows r of a[r, i] b[r, j]
void fedrl_outer_products(const float *a, const float *b, float *c, int64_t rows,
                          int64_t a_columns, int64_t b_columns);

/// Square cells with, for each, how far a ray in it may go without meeting a wall: 0 in a wall, else
/// 1 + eighths of a cell. `width` cells a row; three bytes behind the last cell are read too. Rays must
/// not leave the grid: walls all round it see to that.
typedef struct {
  const uint8_t *free;
  int32_t width;
} fedrl_ray_grid;

/// Rays from one place, in cells, turned by one angle, at most `limit` cells long.
typedef struct {
  float x, y, cosine, sine, limit;
} fedrl_ray_fan;

/// lengths[i] <- how far ray i comes, in cells, by sphere tracing: from a cell as far as it allows, at
/// least to its edge. Exact but for corners cut by less than a thousandth of a cell. `cosines` and
/// `sines` are the rays' directions before the fan's turn. Every path gives the same bits.
void fedrl_cast_rays(const fedrl_ray_grid *grid, const float *cosines, const float *sines,
                     int64_t count, const fedrl_ray_fan *fan, float *lengths);

/// The loss of `count` quantiles of a distribution against as many samples of another, the sum over i of
/// the mean over j of |level[i] - [targets[j] < quantiles[i]]| Huber(targets[j] - quantiles[i]), with
/// level[i] = (i + 1/2) / count; and its gradient times `scale`. Every path gives the same bits.
double fedrl_quantile_loss(const float *quantiles, const float *targets, int64_t count,
                           float scale, float *gradient);

/// The C library's sine and cosine of an angle, for little more than the price of one.
void fedrl_sine_cosine(double angle, double *sine, double *cosine);

/// y[c, r] <- x[r, c]
void fedrl_transpose(const float *x, int64_t rows, int64_t columns, float *y);
