/**
 * The steps of the upper half of {@linkcode QUANTILES}, from 0 upwards, in base 36: committed and not computed, since
 * `Math.exp` may round differently from engine to engine. A test computes them anew.
 */
const STEPS =
  "8x 8x 8x 8w 8x 8x 8x 8x 8x 8x 8w 8x 8x 8x 8x 8x 8x 8x 8x 8x 8x 8x 8w 8x 8x 8x 8x 8y 8x 8x 8x 8x 8x 8x 8x 8x " +
  "8x 8y 8x 8x 8x 8y 8x 8x 8x 8y 8x 8y 8x 8x 8y 8x 8y 8x 8y 8y 8x 8y 8y 8x 8y 8y 8y 8x 8y 8y 8y 8y 8y 8y 8y 8y " +
  "8y 8y 8z 8y 8y 8y 8z 8y 8y 8z 8y 8z 8y 8z 8z 8y 8z 8z 8z 8z 8z 8z 8z 8z 8z 8z 8z 8z 90 8z 8z 90 8z 90 90 8z " +
  "90 90 8z 90 90 90 90 90 90 91 90 90 91 90 91 90 91 90 91 91 91 91 91 91 91 91 92 91 91 92 91 92 92 91 92 92 " +
  "92 92 92 92 93 92 92 93 92 93 93 92 93 93 93 93 94 93 93 94 93 94 93 94 94 94 94 94 94 94 95 94 95 94 95 95 " +
  "95 95 95 95 95 96 95 96 96 95 96 96 96 96 97 96 96 97 97 96 97 97 97 97 98 97 98 97 98 98 98 98 98 98 98 99 " +
  "99 98 99 99 99 99 99 9a 99 9a 9a 9a 9a 9a 9a 9a 9b 9a 9b 9b 9b 9b 9b 9c 9b 9c 9c 9b 9d 9c 9c 9c 9d 9d 9c 9d " +
  "9d 9e 9d 9d 9e 9e 9e 9e 9e 9e 9f 9e 9f 9f 9f 9f 9g 9f 9g 9g 9f 9h 9g 9g 9h 9g 9h 9h 9h 9i 9h 9i 9i 9i 9i 9i " +
  "9i 9j 9j 9j 9j 9j 9j 9k 9k 9k 9k 9k 9k 9l 9l 9l 9l 9l 9l 9m 9m 9m 9m 9m 9n 9m 9n 9n 9o 9n 9o 9n 9o 9p 9o 9o " +
  "9p 9p 9p 9q 9p 9q 9q 9q 9q 9q 9r 9r 9r 9r 9s 9r 9s 9s 9t 9s 9t 9t 9t 9t 9u 9t 9u 9u 9v 9u 9v 9v 9v 9w 9v 9w " +
  "9w 9x 9w 9x 9x 9x 9y 9x 9y 9y 9z 9y 9z 9z a0 9z a0 a0 a0 a1 a0 a1 a1 a2 a1 a2 a3 a2 a3 a3 a3 a3 a4 a4 a4 a4 " +
  "a5 a5 a5 a6 a5 a6 a7 a6 a7 a7 a7 a8 a8 a8 a8 a9 a9 a9 a9 aa aa ab aa ab ab ac ab ac ad ac ad ad ae ae ae ae " +
  "af af af af ag ag ah ah ah ah ai ai ai aj aj aj ak ak ak ak al al am am am am an an ao ao ao ap ao aq ap aq " +
  "aq ar ar ar as as as at at at au au av au aw av aw ax aw ax ay ay ay az az az b0 b0 b0 b1 b2 b1 b3 b2 b3 b3 " +
  "b4 b4 b5 b5 b5 b6 b6 b6 b7 b8 b8 b8 b9 b9 b9 ba bb bb bb bc bc bc bd be be be bf bf bg bg bh bh bi bi bi bj " +
  "bk bk bk bl bl bm bn bn bn bo bo bp bp bq bq br br bs bt bs bu bu bu bv bw bw bw bx by by bz bz c0 c0 c1 c1 " +
  "c2 c3 c3 c4 c4 c5 c5 c6 c7 c7 c7 c9 c9 c9 ca cb cb cc cd cd cd cf cf cf cg ch ci ci ci ck ck ck cm cm cm co " +
  "co co cp cq cr cr cs ct ct cu cv cw cw cx cx cy cz d0 d1 d1 d2 d2 d4 d4 d5 d6 d6 d7 d8 d9 d9 db db db dd dd " +
  "df df df dh di di dj dk dl dl dn dn do dp dq dr dr dt dt du dv dw dx dy dz e0 e0 e2 e2 e3 e5 e5 e6 e7 e9 e9 " +
  "ea eb ec ed ee ef eg eh ei ej el el em en ep ep er er et eu ev ew ex ey ez f1 f1 f3 f4 f5 f7 f7 f9 f9 fb fd " +
  "fd ff fg fh fi fk fl fm fn fp fq fs fs fu fw fw fy g0 g0 g3 g3 g5 g6 g8 g9 gb gc gd gf gh gi gj gl gn go gp " +
  "gr gt gu gw gx gz h1 h2 h4 h6 h7 h9 hb hc he hg hi hj hl hn hp hq ht hu hw hy i0 i1 i4 i6 i7 ia ib ie if ii " +
  "ij im io ip is iu ix iy j1 j3 j5 j7 j9 jc je jh jj jl jo jq js jv jx k0 k3 k5 k7 ka kd kg ki kk ko kq kt kw " +
  "kz l1 l4 l8 la ld lg lj ln lp lt lv lz m2 m6 m8 mc mf mj mm mq mt mw n1 n4 n7 nb nf nj nn nq nu nz o2 o6 ob " +
  "of oj on or ow p0 p5 p9 pe pi pn ps px q2 q6 qc qg qm qr qw r2 r7 rc ri ro ru rz s5 sb sh so st t0 t7 td tj " +
  "tr tx u4 ub ui uq ux v4 vc vk vs w0 w8 wg wp wx x6 xf xo xx y7 yg yq yz za zk zv 106 10g 10r 113 11f 11q 122 " +
  "12f 12r 134 13h 13v 149 14m 151 15g 15u 16a 16q 176 17n 183 18l 193 19l 1a4 1ao 1b7 1br 1cd 1cy 1dk 1e7 1ev " +
  "1fi 1g8 1gx 1ho 1ig 1j8 1k1 1kv 1lq 1mn 1nl 1ok 1pj 1ql 1ro 1st 1tz 1v6 1wh 1xs 1z7 20m 225 23r 25f 275 291 " +
  "2ay 2d0 2f6 2hg 2jw 2mi 2p8 2s5 2vb 2yo 329 366 3ad 3ex 3jw 3pb 3va 41u 495 4h9 4qd 50p 5ch 5q3 65w 6om 7b4 " +
  "82o 918 aa2 byh ecs i2w oq7 14fs 2ykn";

/** 2^18: what the table's integers are multiples of. */
export const QUANTILE_SCALE = 262_144;

/**
 * 2,049 quantiles of the standard normal distribution, in units of 2^-18, odd about the middle: entry i, 0 < i < 2048, is
 * the quantile of i / 2048. The two ends, ∓3.82, are where a straight line keeps the mean of the tail beyond the last
 * quantile.
 */
export const QUANTILES: Int32Array<ArrayBuffer> = decode();

function decode(): Int32Array<ArrayBuffer> {
  const table = new Int32Array(2049);
  let at = 1024, sum = 0;
  for (const step of STEPS.split(" ")) {
    sum += parseInt(step, 36);
    at++;
    table[at] = sum;
    table[2048 - at] = -sum;
  }
  return table;
}
