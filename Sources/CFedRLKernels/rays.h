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

static void K(cast_rays)(const fedrl_ray_grid *grid, const float *cosines, const float *sines,
                         int64_t count, const fedrl_ray_fan *fan, float *lengths) {
#pragma clang fp contract(off)
  // Adding 1.5 * 2^23 rounds a small number to a whole one, which then stands in the lowest bits.
  const float magic = 12582912.0f;
  const lanes zero = {0}, one = K(all)(1), tiny = K(all)(1e-9f), end = K(all)(fan->limit);
  for (int64_t ray = 0; ray < count; ray += width) {
    const int64_t some = count - ray < width ? count - ray : width;
    const lanes rc = K(load_some)(cosines + ray, some), rs = K(load_some)(sines + ray, some);
    lanes dx = rc * fan->cosine - rs * fan->sine, dy = rc * fan->sine + rs * fan->cosine;
    dx = K(select)((dx < tiny) & (dx > -tiny), tiny, dx);
    dy = K(select)((dy < tiny) & (dy > -tiny), tiny, dy);
    const lanes ix = 1.0f / dx, iy = 1.0f / dy;
    // Distance to a cell's far edge: (cell + [d > 0] - p) / d.
    const lanes ex = K(select)(dx > zero, one, zero) - fan->x;
    const lanes ey = K(select)(dy > zero, one, zero) - fan->y;
    // Lanes without a ray have come to their end.
    lanes t = K(select)(lane_numbers < (int32_t)some, zero, end);
    for (;;) {
      const lanes cx = (dx * t + (fan->x - 0.5f) + magic) - magic;
      const lanes cy = (dy * t + (fan->y - 0.5f) + magic) - magic;
      const bits column = (bits)(cx + magic) & 0x3fffff, row = (bits)(cy + magic) & 0x3fffff;
      const bits code = K(gather_bytes)(grid->free, row * grid->width + column);
      // -1/8 in walls.
      const lanes free = ((lanes)(code | 0x4b400000) - (magic + 1)) * 0.125f;
      const bits goes_on = (free >= zero) & (t < end);
      if (!K(any)(goes_on)) break;
      const lanes exit_x = (cx + ex) * ix, exit_y = (cy + ey) * iy;
      const lanes exit = K(select)(exit_y < exit_x, exit_y, exit_x) + 1e-3f;
      const lanes through = t + free;
      lanes next = K(select)(through < exit, exit, through);
      // A ray along an edge may be put on its wrong side by rounding: it goes on all the same.
      next = K(select)(next < t + 1e-4f, t + 0.02f, next);
      t = K(select)(goes_on, next, t);
    }
    t = K(select)(t > end, end, t);
    K(store_some)(lengths + ray, t, some);
  }
}

#undef K
