// The kernels of one path. Included once per instruction set by kernels.c, which defines PATH and
// the target attribute. Products followed by sums are written in one expression: the compiler fuses
// them where the target can.

#define K(name) NAME(name, PATH)

/// `count` (at most 16) floats; zeros in the other lanes.
static INLINE lanes K(load_some)(const float *from, int64_t count) {
#if defined(MASKS_AVX512)
  return (lanes)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
#elif defined(MASKS_AVX2)
  bits mask = lane_numbers < (int32_t)count;
  lanes value;
  ((__m256 *)&value)[0] = _mm256_maskload_ps(from, ((__m256i *)&mask)[0]);
  ((__m256 *)&value)[1] = _mm256_maskload_ps(from + width / 2, ((__m256i *)&mask)[1]);
  return value;
#else
  lanes value = {0};
  memcpy(&value, from, (size_t)count * sizeof(float));
  return value;
#endif
}

static INLINE void K(store_some)(float *to, lanes value, int64_t count) {
#if defined(MASKS_AVX512)
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), (__m512)value);
#elif defined(MASKS_AVX2)
  bits mask = lane_numbers < (int32_t)count;
  _mm256_maskstore_ps(to, ((__m256i *)&mask)[0], ((__m256 *)&value)[0]);
  _mm256_maskstore_ps(to + width / 2, ((__m256i *)&mask)[1], ((__m256 *)&value)[1]);
#else
  memcpy(to, &value, (size_t)count * sizeof(float));
#endif
}

static INLINE lanes K(all)(float x) {
  return (lanes){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

static INLINE lanes K(select)(bits condition, lanes yes, lanes no) {
  return (lanes)((condition & (bits)yes) | (~condition & (bits)no));
}

// Comparisons with NaN are false, so NaN passes.
static INLINE lanes K(limit)(lanes x, float low, float high) {
  lanes least = K(all)(low), most = K(all)(high);
  x = K(select)(x > most, most, x);
  return K(select)(x < least, least, x);
}

static INLINE lanes K(tanh_lanes)(lanes x) {
  lanes y = K(limit)(x, -8.5f, 8.5f);
  lanes s = y * y;
  lanes p = s * TANH_P4 + TANH_P3;
  lanes q = s * TANH_Q4 + TANH_Q3;
  p = p * s + TANH_P2;
  q = q * s + TANH_Q2;
  p = p * s + TANH_P1;
  q = q * s + TANH_Q1;
  p = p * s + TANH_P0;
  q = q * s + TANH_Q0;
  return K(limit)(y * p / q, -1.0f, 1.0f);
}

static void K(tanh)(const float *x, float *y, int64_t count) {
  int64_t i = 0;
  for (; i + width <= count; i += width)
    *(lanes *)(y + i) = K(tanh_lanes)(*(const lanes *)(x + i));
  if (i < count)
    K(store_some)(y + i, K(tanh_lanes)(K(load_some)(x + i, count - i)), count - i);
}

static void K(bias_tanh)(float *y, const float *bias, int64_t rows, int64_t columns) {
  for (int64_t row = 0; row < rows; row++, y += columns) {
    int64_t c = 0;
    for (; c + width <= columns; c += width)
      *(lanes *)(y + c) = K(tanh_lanes)(*(lanes *)(y + c) + *(const lanes *)(bias + c));
    if (c < columns) {
      int64_t rest = columns - c;
      lanes sum = K(load_some)(y + c, rest) + K(load_some)(bias + c, rest);
      K(store_some)(y + c, K(tanh_lanes)(sum), rest);
    }
  }
}

static void K(bias_relu)(float *y, const float *bias, int64_t rows, int64_t columns) {
  lanes zero = {0};
  for (int64_t row = 0; row < rows; row++, y += columns) {
    int64_t c = 0;
    for (; c + width <= columns; c += width) {
      lanes sum = *(lanes *)(y + c) + *(const lanes *)(bias + c);
      *(lanes *)(y + c) = K(select)(sum < zero, zero, sum);
    }
    for (; c < columns; c++) {
      float sum = y[c] + bias[c];
      y[c] = sum < 0 ? 0 : sum;
    }
  }
}

static void K(relu)(float *y, int64_t count) {
  lanes zero = {0};
  int64_t i = 0;
  for (; i + width <= count; i += width) {
    lanes value = *(lanes *)(y + i);
    *(lanes *)(y + i) = K(select)(value < zero, zero, value);
  }
  for (; i < count; i++) y[i] = y[i] < 0 ? 0 : y[i];
}

static void K(bias)(float *y, const float *bias, int64_t rows, int64_t columns) {
  for (int64_t row = 0; row < rows; row++, y += columns) {
    int64_t c = 0;
    for (; c + width <= columns; c += width)
      *(lanes *)(y + c) = *(lanes *)(y + c) + *(const lanes *)(bias + c);
    for (; c < columns; c++) y[c] += bias[c];
  }
}

static void K(tanh_backward)(float *d, const float *y, int64_t count) {
  int64_t i = 0;
  for (; i + width <= count; i += width) {
    lanes value = *(const lanes *)(y + i);
    *(lanes *)(d + i) = *(lanes *)(d + i) * (1.0f - value * value);
  }
  if (i < count) {
    lanes value = K(load_some)(y + i, count - i);
    K(store_some)(d + i, K(load_some)(d + i, count - i) * (1.0f - value * value), count - i);
  }
}

static INLINE lanes K(sigmoid_lanes)(lanes x) { return K(tanh_lanes)(x * 0.5f) * 0.5f + 0.5f; }

static void K(gru_forward)(float *gates, const float *recurrent, const float *state, float *next,
                           int64_t rows, int64_t units) {
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t c = 0; c < units; c += width) {
      int64_t some = units - c < width ? units - c : width;
      float *r = gates + c, *z = r + units, *n = z + units;
      const float *rr = recurrent + c, *rz = rr + units, *rn = rz + units;
      lanes reset = K(sigmoid_lanes)(K(load_some)(r, some) + K(load_some)(rr, some));
      lanes update = K(sigmoid_lanes)(K(load_some)(z, some) + K(load_some)(rz, some));
      lanes candidate =
          K(tanh_lanes)(reset * K(load_some)(rn, some) + K(load_some)(n, some));
      K(store_some)(r, reset, some);
      K(store_some)(z, update, some);
      K(store_some)(n, candidate, some);
      lanes old = K(load_some)(state + c, some);
      K(store_some)(next + c, update * (old - candidate) + candidate, some);
    }
    gates += 3 * units;
    recurrent += 3 * units;
    state += units;
    next += units;
  }
}

static void K(gru_backward)(float *gates, float *recurrent, const float *state, float *d,
                            int64_t rows, int64_t units) {
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t c = 0; c < units; c += width) {
      int64_t some = units - c < width ? units - c : width;
      float *r = gates + c, *z = r + units, *n = z + units;
      float *rr = recurrent + c, *rz = rr + units, *rn = rz + units;
      lanes reset = K(load_some)(r, some), update = K(load_some)(z, some);
      lanes candidate = K(load_some)(n, some), slope = K(load_some)(d + c, some);
      lanes by_candidate = slope * (1.0f - update) * (1.0f - candidate * candidate);
      lanes by_update = slope * (K(load_some)(state + c, some) - candidate) *
                        (update * (1.0f - update));
      lanes by_reset = by_candidate * K(load_some)(rn, some) * (reset * (1.0f - reset));
      K(store_some)(r, by_reset, some);
      K(store_some)(z, by_update, some);
      K(store_some)(n, by_candidate, some);
      K(store_some)(rr, by_reset, some);
      K(store_some)(rz, by_update, some);
      K(store_some)(rn, by_candidate * reset, some);
      K(store_some)(d + c, slope * update, some);
    }
    gates += 3 * units;
    recurrent += 3 * units;
    state += units;
    d += units;
  }
}

static void K(relu_backward)(float *d, const float *y, int64_t count) {
  lanes zero = {0};
  int64_t i = 0;
  for (; i + width <= count; i += width)
    *(lanes *)(d + i) = K(select)(*(const lanes *)(y + i) > zero, *(lanes *)(d + i), zero);
  for (; i < count; i++) d[i] = y[i] > 0 ? d[i] : 0;
}

static void K(column_sums)(const float *x, int64_t rows, int64_t columns, float *sums) {
  int64_t c = 0;
  for (; c + 4 * width <= columns; c += 4 * width) {
    lanes a = {0}, b = {0}, e = {0}, f = {0};
    const float *from = x + c;
    for (int64_t row = 0; row < rows; row++, from += columns) {
      a += *(const lanes *)from;
      b += *(const lanes *)(from + width);
      e += *(const lanes *)(from + 2 * width);
      f += *(const lanes *)(from + 3 * width);
    }
    *(lanes *)(sums + c) = a;
    *(lanes *)(sums + c + width) = b;
    *(lanes *)(sums + c + 2 * width) = e;
    *(lanes *)(sums + c + 3 * width) = f;
  }
  for (; c + width <= columns; c += width) {
    lanes a = {0};
    for (int64_t row = 0; row < rows; row++) a += *(const lanes *)(x + row * columns + c);
    *(lanes *)(sums + c) = a;
  }
  for (; c < columns; c++) {
    float a = 0;
    for (int64_t row = 0; row < rows; row++) a += x[row * columns + c];
    sums[c] = a;
  }
}

static double K(sum_of_squares)(const float *x, int64_t count) {
  wide a = {0}, b = {0};
  int64_t i = 0;
  for (; i + width <= count; i += width) {
    wide low = __builtin_convertvector(*(const half_lanes *)(x + i), wide);
    wide high = __builtin_convertvector(*(const half_lanes *)(x + i + width / 2), wide);
    a = low * low + a;
    b = high * high + b;
  }
  a += b;
  double sum = 0;
  for (int lane = 0; lane < width / 2; lane++) sum += a[lane];
  for (; i < count; i++) sum += (double)x[i] * x[i];
  return sum;
}

static void K(scale)(float *x, float factor, int64_t count) {
  int64_t i = 0;
  for (; i + width <= count; i += width) *(lanes *)(x + i) = *(lanes *)(x + i) * factor;
  for (; i < count; i++) x[i] *= factor;
}

static void K(axpy)(float factor, const float *x, float *y, int64_t count) {
  int64_t i = 0;
  for (; i + width <= count; i += width)
    *(lanes *)(y + i) = *(const lanes *)(x + i) * factor + *(lanes *)(y + i);
  if (i < count) {
    lanes sum = K(load_some)(x + i, count - i) * factor + K(load_some)(y + i, count - i);
    K(store_some)(y + i, sum, count - i);
  }
}

static INLINE void K(adam_lanes)(lanes *p, lanes *m, lanes *v, lanes g,
                                 const fedrl_adam_factors *f) {
  lanes zero = {0};
  g = g * f->gradient_scale;
  lanes first = (g - *m) * f->one_minus_beta1 + *m;
  lanes second = g * g * f->one_minus_beta2 + *v * f->beta2;
  // Decaying moments would otherwise stay for ever among the denormal numbers, which are slow.
  first = K(select)((first < 1e-30f) & (first > -1e-30f), zero, first);
  second = K(select)(second < 1e-36f, zero, second);
  lanes root = __builtin_elementwise_sqrt(second) * f->inverse_root_bias2 + f->epsilon;
  *p = *p - f->step * first / root;
  *m = first;
  *v = second;
}

static void K(adam)(float *p, float *m, float *v, const float *g, int64_t count,
                    const fedrl_adam_factors *factors) {
  fedrl_adam_factors f = *factors;
  int64_t i = 0;
  for (; i + width <= count; i += width) {
    lanes a = *(lanes *)(p + i), b = *(lanes *)(m + i), c = *(lanes *)(v + i);
    K(adam_lanes)(&a, &b, &c, *(const lanes *)(g + i), &f);
    *(lanes *)(p + i) = a;
    *(lanes *)(m + i) = b;
    *(lanes *)(v + i) = c;
  }
  if (i < count) {
    int64_t rest = count - i;
    lanes a = K(load_some)(p + i, rest);
    lanes b = K(load_some)(m + i, rest);
    lanes c = K(load_some)(v + i, rest);
    K(adam_lanes)(&a, &b, &c, K(load_some)(g + i, rest), &f);
    K(store_some)(p + i, a, rest);
    K(store_some)(m + i, b, rest);
    K(store_some)(v + i, c, rest);
  }
}

static void K(normalize)(const float *x, const float *mean, const float *inverse, float limit,
                         float *y, int64_t rows, int64_t columns) {
  for (int64_t row = 0; row < rows; row++, x += columns, y += columns) {
    int64_t c = 0;
    for (; c + width <= columns; c += width) {
      lanes centered = *(const lanes *)(x + c) - *(const lanes *)(mean + c);
      *(lanes *)(y + c) = K(limit)(centered * *(const lanes *)(inverse + c), -limit, limit);
    }
    for (; c < columns; c++) {
      float value = (x[c] - mean[c]) * inverse[c];
      y[c] = value > limit ? limit : value < -limit ? -limit : value;
    }
  }
}

static void K(moment_sums)(const float *x, int64_t rows, int64_t columns, const double *center,
                           double *first, double *second) {
  for (int64_t row = 0; row < rows; row++, x += columns) {
    int64_t c = 0;
    for (; c + width / 2 <= columns; c += width / 2) {
      wide difference =
          __builtin_convertvector(*(const half_lanes *)(x + c), wide) - *(const wide *)(center + c);
      *(wide *)(first + c) = *(wide *)(first + c) + difference;
      *(wide *)(second + c) = difference * difference + *(wide *)(second + c);
    }
    for (; c < columns; c++) {
      double difference = x[c] - center[c];
      first[c] += difference;
      second[c] = difference * difference + second[c];
    }
  }
}

static int64_t K(first_non_finite)(const float *x, int64_t count) {
  int64_t i = 0;
  for (; i + width <= count; i += width) {
    bits exponent = *(const bits *)(x + i) & 0x7f800000;
    bits found = exponent == 0x7f800000;
    int any = 0;
    for (int lane = 0; lane < width; lane++) any |= found[lane];
    if (any) break;
  }
  for (; i < count; i++)
    if (!(x[i] - x[i] == 0)) return i;
  return -1;
}

#undef K
