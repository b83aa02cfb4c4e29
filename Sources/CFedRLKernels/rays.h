// Rays through a grid of free distances, for one path. Included after body.h by kernels.c.
//
// Nothing is fused, so that all paths give the same bits.

#define K(name) NAME(name, PATH)

static INLINE int K(any)(bits condition) {
#if defined(MASKS_AVX512)
  return _mm512_movepi32_mask((__m512i)condition) != 0;
#elif defined(MASKS_AVX2)
  __m256 *half = (__m256 *)&condition;
  return (_mm256_movemask_ps(half[0]) | _mm256_movemask_ps(half[1])) != 0;
#else
  int32_t found = 0;
  for (int lane = 0; lane < width; lane++) found |= condition[lane];
  return found != 0;
#endif
}

/// The bytes at these places; up to three bytes behind them are read too.
static INLINE bits K(gather_bytes)(const uint8_t *from, bits places) {
#if defined(MASKS_AVX512)
  return (bits)_mm512_i32gather_epi32((__m512i)places, from, 1) & 0xff;
#elif defined(MASKS_AVX2)
  bits found;
  for (int i = 0; i < 2; i++)
    ((__m256i *)&found)[i] = _mm256_i32gather_epi32((const int *)from, ((__m256i *)&places)[i], 1);
  return found & 0xff;
#else
  bits found;
  for (int lane = 0; lane < width; lane++) found[lane] = from[places[lane]];
  return found;
#endif
}

/// Up to twice `width` rays: two vectors, so that one is worked on while the other waits for its cells.
typedef struct {
  lanes dx, dy, ix, iy, ex, ey, t;
} K(rays);

static INLINE K(rays) K(first_rays)(const float *cosines, const float *sines, int64_t count,
                                    const fedrl_ray_fan *fan) {
#pragma clang fp contract(off)
  const lanes zero = {0}, one = K(all)(1), tiny = K(all)(1e-9f);
  K(rays) rays;
  const lanes rc = K(load_some)(cosines, count), rs = K(load_some)(sines, count);
  rays.dx = rc * fan->cosine - rs * fan->sine;
  rays.dy = rc * fan->sine + rs * fan->cosine;
  rays.dx = K(select)((rays.dx < tiny) & (rays.dx > -tiny), tiny, rays.dx);
  rays.dy = K(select)((rays.dy < tiny) & (rays.dy > -tiny), tiny, rays.dy);
  rays.ix = 1.0f / rays.dx;
  rays.iy = 1.0f / rays.dy;
  // Distance to a cell's far edge: (cell + [d > 0] - p) / d.
  rays.ex = K(select)(rays.dx > zero, one, zero) - fan->x;
  rays.ey = K(select)(rays.dy > zero, one, zero) - fan->y;
  // Lanes without a ray have come to their end.
  rays.t = K(select)(lane_numbers < (int32_t)count, zero, K(all)(fan->limit));
  return rays;
}

/// One step of every ray that goes on; the others stay. Returns which went on.
static INLINE bits K(step_rays)(K(rays) *rays, const fedrl_ray_grid *grid,
                                const fedrl_ray_fan *fan) {
#pragma clang fp contract(off)
  // Adding 1.5 * 2^23 rounds a small number to a whole one, which then stands in the lowest bits.
  const float magic = 12582912.0f;
  const lanes zero = {0}, t = rays->t;
  const lanes cx = (rays->dx * t + (fan->x - 0.5f) + magic) - magic;
  const lanes cy = (rays->dy * t + (fan->y - 0.5f) + magic) - magic;
  const bits column = (bits)(cx + magic) & 0x3fffff, row = (bits)(cy + magic) & 0x3fffff;
  const bits code = K(gather_bytes)(grid->free, row * grid->width + column);
  // -1/8 in walls.
  const lanes free = ((lanes)(code | 0x4b400000) - (magic + 1)) * 0.125f;
  const bits goes_on = (free >= zero) & (t < K(all)(fan->limit));
  const lanes exit_x = (cx + rays->ex) * rays->ix, exit_y = (cy + rays->ey) * rays->iy;
  const lanes exit = K(select)(exit_y < exit_x, exit_y, exit_x) + 1e-3f;
  const lanes through = t + free;
  lanes next = K(select)(through < exit, exit, through);
  // A ray along an edge may be put on its wrong side by rounding: it goes on all the same.
  next = K(select)(next < t + 1e-4f, t + 0.02f, next);
  rays->t = K(select)(goes_on, next, t);
  return goes_on;
}

static void K(cast_rays)(const fedrl_ray_grid *grid, const float *cosines, const float *sines,
                         int64_t count, const fedrl_ray_fan *fan, float *lengths) {
  const lanes end = K(all)(fan->limit);
  for (int64_t ray = 0; ray < count;) {
    const int64_t left = count - ray, some = left < width ? left : width;
    K(rays) a = K(first_rays)(cosines + ray, sines + ray, some, fan);
    if (left > width) {
      const int64_t more = left < 2 * width ? left - width : width;
      K(rays) b = K(first_rays)(cosines + ray + width, sines + ray + width, more, fan);
      for (;;) {
        const bits of_a = K(step_rays)(&a, grid, fan), of_b = K(step_rays)(&b, grid, fan);
        if (!K(any)(of_a | of_b)) break;
      }
      K(store_some)(lengths + ray + width, K(select)(b.t > end, end, b.t), more);
    } else {
      while (K(any)(K(step_rays)(&a, grid, fan))) {}
    }
    K(store_some)(lengths + ray, K(select)(a.t > end, end, a.t), some);
    ray += 2 * width;
  }
}

#undef K
