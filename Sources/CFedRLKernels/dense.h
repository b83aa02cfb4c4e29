// Products of fully connected layers, of one path. Included once per instruction set by kernels.c,
// after body.h.
//
// A tile of C, TILE_ROWS × TILE_VECTORS vectors, stays in registers while the inner index runs; each of
// its steps loads one row of B and broadcasts one column of A. Nothing is packed: for layers of
// up to some hundred units all operands stay in the nearest caches. Every element of C is one chain
// of multiply-adds over the inner index, so that it does not depend on the other rows and columns.

#define K(name) NAME(name, PATH)

/// C[i, j] <- after(start[i, j] + sum over k of A[i, k] B[k, j])
typedef struct {
  /// A[i, k] is a[i * a_row + k * a_inner].
  const float *a;
  int64_t a_row, a_inner;
  /// `[inner, columns]`
  const float *b;
  /// `[rows, columns]`
  float *c;
  int64_t rows, columns, inner;
  /// `[columns]`, what every row starts from; NULL for zeros.
  const float *start;
  /// Whether C's old elements are what it starts from.
  int adds;
  /// What is done to a finished element.
  enum K(after) { K(keep), K(use_tanh), K(use_relu), K(tanh_slope), K(relu_slope) } after;
  /// `[rows, columns]`: the outputs whose slope multiplies, where `after` is a slope.
  const float *outputs;
} K(product);

/// One tile at (row, column): `count_rows` rows and `vectors` vectors, of which the last has only
/// `tail` columns unless that is 0.
static INLINE void K(tile)(const K(product) *p, int64_t row, int64_t column, int count_rows,
                           int vectors, int64_t tail) {
  const int64_t stride = p->columns;
  float *c = p->c + row * stride + column;
  lanes sums[TILE_ROWS][TILE_VECTORS];
#pragma unroll
  for (int i = 0; i < count_rows; i++)
#pragma unroll
    for (int v = 0; v < vectors; v++) {
      const float *from = p->adds    ? c + i * stride + v * width
                          : p->start ? p->start + column + v * width
                                     : 0;
      sums[i][v] = !from                       ? (lanes){0}
                   : tail && v == vectors - 1 ? K(load_some)(from, tail)
                                              : *(const lanes *)from;
    }
  const float *a = p->a + row * p->a_row;
  const float *b = p->b + column;
  const int64_t a_row = p->a_row, a_inner = p->a_inner;
  for (int64_t k = p->inner; k > 0; k--, a += a_inner, b += stride) {
    lanes right[TILE_VECTORS];
#pragma unroll
    for (int v = 0; v < vectors; v++)
      right[v] = tail && v == vectors - 1 ? K(load_some)(b + v * width, tail)
                                          : *(const lanes *)(b + v * width);
#pragma unroll
    for (int i = 0; i < count_rows; i++) {
      lanes left = K(all)(a[i * a_row]);
#pragma unroll
      for (int v = 0; v < vectors; v++) sums[i][v] = left * right[v] + sums[i][v];
    }
  }
#pragma unroll
  for (int i = 0; i < count_rows; i++)
#pragma unroll
    for (int v = 0; v < vectors; v++) {
      float *to = c + i * stride + v * width;
      if (tail && v == vectors - 1)
        K(store_some)(to, sums[i][v], tail);
      else
        *(lanes *)to = sums[i][v];
    }
}

typedef void (*K(tile_function))(const K(product) *, int64_t row, int64_t column, int64_t tail);

#define TILE(R, V)                                                                                \
  static void NAME(whole_##R##_##V, PATH)(const K(product) * p, int64_t row, int64_t column,      \
                                          int64_t tail) {                                         \
    (void)tail;                                                                                   \
    K(tile)(p, row, column, R, V, 0);                                                             \
  }                                                                                               \
  static void NAME(part_##R##_##V, PATH)(const K(product) * p, int64_t row, int64_t column,       \
                                         int64_t tail) {                                          \
    K(tile)(p, row, column, R, V, tail);                                                          \
  }
#define LISTED(kind, R, V) NAME(kind##_##R##_##V, PATH)

#if TILE_ROWS == 6
#define TILES(V) TILE(1, V) TILE(2, V) TILE(3, V) TILE(4, V) TILE(5, V) TILE(6, V)
#define LIST(kind, V)                                                                             \
  {                                                                                               \
    LISTED(kind, 1, V), LISTED(kind, 2, V), LISTED(kind, 3, V), LISTED(kind, 4, V),               \
        LISTED(kind, 5, V), LISTED(kind, 6, V)                                                    \
  }
#else
#define TILES(V) TILE(1, V) TILE(2, V)
#define LIST(kind, V)                                                                             \
  { LISTED(kind, 1, V), LISTED(kind, 2, V) }
#endif

TILES(1)
#if TILE_VECTORS == 4
TILES(2)
TILES(3)
TILES(4)
#define BOTH(kind) {LIST(kind, 1), LIST(kind, 2), LIST(kind, 3), LIST(kind, 4)}
#else
#define BOTH(kind) {LIST(kind, 1)}
#endif

static const K(tile_function) K(tiles)[2][TILE_VECTORS][TILE_ROWS] = {BOTH(whole), BOTH(part)};

#undef BOTH
#undef LIST
#undef TILES
#undef LISTED
#undef TILE

static void K(multiply)(const K(product) *p) {
  enum { tile_columns = TILE_VECTORS * width };
  for (int64_t column = 0; column < p->columns; column += tile_columns) {
    int64_t count = p->columns - column < tile_columns ? p->columns - column : tile_columns;
    int64_t tail = count % width;
    const K(tile_function) *of_rows = K(tiles)[tail != 0][(count + width - 1) / width - 1];
    for (int64_t row = 0; row < p->rows;) {
      int64_t rest = p->rows - row;
      // Two tiles of four rows rather than one of six and a slow one of two.
      int64_t rows = rest == TILE_ROWS + 2 ? TILE_ROWS - TILE_ROWS / 3
                     : rest < TILE_ROWS    ? rest
                                           : TILE_ROWS;
      of_rows[rows - 1](p, row, column, tail);
      if (p->after != K(keep))
        for (int64_t i = row; i < row + rows; i++) {
          float *c = p->c + i * p->columns + column;
          const float *y = p->outputs + i * p->columns + column;
          switch (p->after) {
            case K(keep): break;
            case K(use_tanh): K(tanh)(c, c, count); break;
            case K(use_relu): K(relu)(c, count); break;
            case K(tanh_slope): K(tanh_backward)(c, y, count); break;
            case K(relu_slope): K(relu_backward)(c, y, count); break;
          }
        }
      row += rows;
    }
  }
}

static void K(dense_forward)(const float *x, const float *transposed, const float *bias, float *y,
                             int64_t rows, int64_t inputs, int64_t outputs,
                             fedrl_activation activation) {
  K(product) p = {.a = x, .a_row = inputs, .a_inner = 1, .b = transposed, .c = y, .rows = rows,
                  .columns = outputs, .inner = inputs, .start = bias,
                  .after = activation == FEDRL_TANH   ? K(use_tanh)
                           : activation == FEDRL_RELU ? K(use_relu)
                                                      : K(keep),
                  .outputs = y};
  K(multiply)(&p);
}

static void K(dense_input_gradient)(const float *dy, const float *weights, float *dx, int adds,
                                    int64_t rows, int64_t inputs, int64_t outputs,
                                    const float *below, fedrl_activation activation) {
  K(product) p = {.a = dy, .a_row = outputs, .a_inner = 1, .b = weights, .c = dx, .rows = rows,
                  .columns = inputs, .inner = outputs, .adds = adds,
                  .after = activation == FEDRL_TANH   ? K(tanh_slope)
                           : activation == FEDRL_RELU ? K(relu_slope)
                                                      : K(keep),
                  .outputs = below ? below : dx};
  K(multiply)(&p);
}

static void K(outer_products)(const float *a, const float *b, float *c, int64_t rows,
                              int64_t a_columns, int64_t b_columns) {
  K(product) p = {.a = a, .a_row = 1, .a_inner = a_columns, .b = b, .c = c, .rows = a_columns,
                  .columns = b_columns, .inner = rows, .outputs = c};
  K(multiply)(&p);
}

#undef K
