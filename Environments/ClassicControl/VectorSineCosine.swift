/// Sine and cosine of eight angles within ±π/4, by their Taylor series.
///
/// The terms left out are below 5·10⁻¹⁷ relative for the sine (x¹⁷/17!) and 3·10⁻¹⁸ for the cosine
/// (x¹⁸/18!), so the error is that of rounding: under 2 units in the last place.
@inline(__always)
package func sineAndCosine(_ angle: SIMD8<Double>) -> (sine: SIMD8<Double>, cosine: SIMD8<Double>) {
  let square = angle * angle
  var sine = SIMD8<Double>(repeating: -1 / 1_307_674_368_000)
  sine = sine * square + 1 / 6_227_020_800
  sine = sine * square - 1 / 39_916_800
  sine = sine * square + 1 / 362_880
  sine = sine * square - 1 / 5_040
  sine = sine * square + 1 / 120
  sine = sine * square - 1 / 6
  var cosine = SIMD8<Double>(repeating: 1 / 20_922_789_888_000)
  cosine = cosine * square - 1 / 87_178_291_200
  cosine = cosine * square + 1 / 479_001_600
  cosine = cosine * square - 1 / 3_628_800
  cosine = cosine * square + 1 / 40_320
  cosine = cosine * square - 1 / 720
  cosine = cosine * square + 1 / 24
  cosine = cosine * square - 0.5
  return (angle + angle * square * sine, cosine * square + 1)
}
