// Loss of a distribution's quantiles, for one path. Included after body.h by kernels.c.
//
// Nothing is fused, so that all paths give the same bits.

#define K(name) NAME(name, PATH)

static double K(quantile_loss)(const float *quantiles, const float *targets, int64_t count,
                               float scale, float *gradient) {
#pragma clang fp contract(off)
  const lanes zero = {0}, one = K(all)(1), half = K(all)(0.5f);
  const float number = (float)count;
  double loss = 0;
  for (int64_t first = 0; first < count; first += width) {
    const int64_t some = count - first < width ? count - first : width;
    const lanes quantile = K(load_some)(quantiles + first, some);
    const lanes index = __builtin_convertvector(lane_numbers, lanes) + (float)first;
    const lanes level = (index + half) / number;
    lanes slope = zero, sum = zero;
    for (int64_t target = 0; target < count; target++) {
      const lanes difference = K(all)(targets[target]) - quantile;
      const lanes weight = K(select)(difference < zero, one - level, level);
      const lanes limited = K(limit)(difference, -1, 1);
      slope -= weight * limited;
      // Huber's loss is limited * (difference - limited / 2).
      sum += weight * limited * (difference - half * limited);
    }
    K(store_some)(gradient + first, scale * slope / number, some);
    sum = sum / number;
    for (int64_t lane = 0; lane < some; lane++) loss += (double)sum[lane];
  }
  return loss;
}

#undef K
