/**
 * MD5's compression (RFC 1321 §3.4) with its 64 steps written out, a line each as in the RFC: additive constants and places in the
 * block stand where they are used. Loops over tables took a third longer, and a RADIUS request needs eight blocks.
 */

/** The block to be taken in next: sixteen words, the first byte lowest. */
export const M = new Int32Array(16)
/** The four words between blocks. */
export const STATE = new Int32Array(4)

const turned = (word: number, by: number): number => (word << by) | (word >>> (32 - by))

/* oxlint-disable typescript/no-non-null-assertion */
/** Takes the block `M` into `STATE`. */
export function compress(): void {
  let a = STATE[0]!
  let b = STATE[1]!
  let c = STATE[2]!
  let d = STATE[3]!

  // Round 1
  a = (b + turned((a + (d ^ (b & (c ^ d))) + M[0]! + 0xd76a_a478) | 0, 7)) | 0
  d = (a + turned((d + (c ^ (a & (b ^ c))) + M[1]! + 0xe8c7_b756) | 0, 12)) | 0
  c = (d + turned((c + (b ^ (d & (a ^ b))) + M[2]! + 0x2420_70db) | 0, 17)) | 0
  b = (c + turned((b + (a ^ (c & (d ^ a))) + M[3]! + 0xc1bd_ceee) | 0, 22)) | 0
  a = (b + turned((a + (d ^ (b & (c ^ d))) + M[4]! + 0xf57c_0faf) | 0, 7)) | 0
  d = (a + turned((d + (c ^ (a & (b ^ c))) + M[5]! + 0x4787_c62a) | 0, 12)) | 0
  c = (d + turned((c + (b ^ (d & (a ^ b))) + M[6]! + 0xa830_4613) | 0, 17)) | 0
  b = (c + turned((b + (a ^ (c & (d ^ a))) + M[7]! + 0xfd46_9501) | 0, 22)) | 0
  a = (b + turned((a + (d ^ (b & (c ^ d))) + M[8]! + 0x6980_98d8) | 0, 7)) | 0
  d = (a + turned((d + (c ^ (a & (b ^ c))) + M[9]! + 0x8b44_f7af) | 0, 12)) | 0
  c = (d + turned((c + (b ^ (d & (a ^ b))) + M[10]! + 0xffff_5bb1) | 0, 17)) | 0
  b = (c + turned((b + (a ^ (c & (d ^ a))) + M[11]! + 0x895c_d7be) | 0, 22)) | 0
  a = (b + turned((a + (d ^ (b & (c ^ d))) + M[12]! + 0x6b90_1122) | 0, 7)) | 0
  d = (a + turned((d + (c ^ (a & (b ^ c))) + M[13]! + 0xfd98_7193) | 0, 12)) | 0
  c = (d + turned((c + (b ^ (d & (a ^ b))) + M[14]! + 0xa679_438e) | 0, 17)) | 0
  b = (c + turned((b + (a ^ (c & (d ^ a))) + M[15]! + 0x49b4_0821) | 0, 22)) | 0

  // Round 2
  a = (b + turned((a + (c ^ (d & (b ^ c))) + M[1]! + 0xf61e_2562) | 0, 5)) | 0
  d = (a + turned((d + (b ^ (c & (a ^ b))) + M[6]! + 0xc040_b340) | 0, 9)) | 0
  c = (d + turned((c + (a ^ (b & (d ^ a))) + M[11]! + 0x265e_5a51) | 0, 14)) | 0
  b = (c + turned((b + (d ^ (a & (c ^ d))) + M[0]! + 0xe9b6_c7aa) | 0, 20)) | 0
  a = (b + turned((a + (c ^ (d & (b ^ c))) + M[5]! + 0xd62f_105d) | 0, 5)) | 0
  d = (a + turned((d + (b ^ (c & (a ^ b))) + M[10]! + 0x0244_1453) | 0, 9)) | 0
  c = (d + turned((c + (a ^ (b & (d ^ a))) + M[15]! + 0xd8a1_e681) | 0, 14)) | 0
  b = (c + turned((b + (d ^ (a & (c ^ d))) + M[4]! + 0xe7d3_fbc8) | 0, 20)) | 0
  a = (b + turned((a + (c ^ (d & (b ^ c))) + M[9]! + 0x21e1_cde6) | 0, 5)) | 0
  d = (a + turned((d + (b ^ (c & (a ^ b))) + M[14]! + 0xc337_07d6) | 0, 9)) | 0
  c = (d + turned((c + (a ^ (b & (d ^ a))) + M[3]! + 0xf4d5_0d87) | 0, 14)) | 0
  b = (c + turned((b + (d ^ (a & (c ^ d))) + M[8]! + 0x455a_14ed) | 0, 20)) | 0
  a = (b + turned((a + (c ^ (d & (b ^ c))) + M[13]! + 0xa9e3_e905) | 0, 5)) | 0
  d = (a + turned((d + (b ^ (c & (a ^ b))) + M[2]! + 0xfcef_a3f8) | 0, 9)) | 0
  c = (d + turned((c + (a ^ (b & (d ^ a))) + M[7]! + 0x676f_02d9) | 0, 14)) | 0
  b = (c + turned((b + (d ^ (a & (c ^ d))) + M[12]! + 0x8d2a_4c8a) | 0, 20)) | 0

  // Round 3
  a = (b + turned((a + (b ^ c ^ d) + M[5]! + 0xfffa_3942) | 0, 4)) | 0
  d = (a + turned((d + (a ^ b ^ c) + M[8]! + 0x8771_f681) | 0, 11)) | 0
  c = (d + turned((c + (d ^ a ^ b) + M[11]! + 0x6d9d_6122) | 0, 16)) | 0
  b = (c + turned((b + (c ^ d ^ a) + M[14]! + 0xfde5_380c) | 0, 23)) | 0
  a = (b + turned((a + (b ^ c ^ d) + M[1]! + 0xa4be_ea44) | 0, 4)) | 0
  d = (a + turned((d + (a ^ b ^ c) + M[4]! + 0x4bde_cfa9) | 0, 11)) | 0
  c = (d + turned((c + (d ^ a ^ b) + M[7]! + 0xf6bb_4b60) | 0, 16)) | 0
  b = (c + turned((b + (c ^ d ^ a) + M[10]! + 0xbebf_bc70) | 0, 23)) | 0
  a = (b + turned((a + (b ^ c ^ d) + M[13]! + 0x289b_7ec6) | 0, 4)) | 0
  d = (a + turned((d + (a ^ b ^ c) + M[0]! + 0xeaa1_27fa) | 0, 11)) | 0
  c = (d + turned((c + (d ^ a ^ b) + M[3]! + 0xd4ef_3085) | 0, 16)) | 0
  b = (c + turned((b + (c ^ d ^ a) + M[6]! + 0x0488_1d05) | 0, 23)) | 0
  a = (b + turned((a + (b ^ c ^ d) + M[9]! + 0xd9d4_d039) | 0, 4)) | 0
  d = (a + turned((d + (a ^ b ^ c) + M[12]! + 0xe6db_99e5) | 0, 11)) | 0
  c = (d + turned((c + (d ^ a ^ b) + M[15]! + 0x1fa2_7cf8) | 0, 16)) | 0
  b = (c + turned((b + (c ^ d ^ a) + M[2]! + 0xc4ac_5665) | 0, 23)) | 0

  // Round 4
  a = (b + turned((a + (c ^ (b | ~d)) + M[0]! + 0xf429_2244) | 0, 6)) | 0
  d = (a + turned((d + (b ^ (a | ~c)) + M[7]! + 0x432a_ff97) | 0, 10)) | 0
  c = (d + turned((c + (a ^ (d | ~b)) + M[14]! + 0xab94_23a7) | 0, 15)) | 0
  b = (c + turned((b + (d ^ (c | ~a)) + M[5]! + 0xfc93_a039) | 0, 21)) | 0
  a = (b + turned((a + (c ^ (b | ~d)) + M[12]! + 0x655b_59c3) | 0, 6)) | 0
  d = (a + turned((d + (b ^ (a | ~c)) + M[3]! + 0x8f0c_cc92) | 0, 10)) | 0
  c = (d + turned((c + (a ^ (d | ~b)) + M[10]! + 0xffef_f47d) | 0, 15)) | 0
  b = (c + turned((b + (d ^ (c | ~a)) + M[1]! + 0x8584_5dd1) | 0, 21)) | 0
  a = (b + turned((a + (c ^ (b | ~d)) + M[8]! + 0x6fa8_7e4f) | 0, 6)) | 0
  d = (a + turned((d + (b ^ (a | ~c)) + M[15]! + 0xfe2c_e6e0) | 0, 10)) | 0
  c = (d + turned((c + (a ^ (d | ~b)) + M[6]! + 0xa301_4314) | 0, 15)) | 0
  b = (c + turned((b + (d ^ (c | ~a)) + M[13]! + 0x4e08_11a1) | 0, 21)) | 0
  a = (b + turned((a + (c ^ (b | ~d)) + M[4]! + 0xf753_7e82) | 0, 6)) | 0
  d = (a + turned((d + (b ^ (a | ~c)) + M[11]! + 0xbd3a_f235) | 0, 10)) | 0
  c = (d + turned((c + (a ^ (d | ~b)) + M[2]! + 0x2ad7_d2bb) | 0, 15)) | 0
  b = (c + turned((b + (d ^ (c | ~a)) + M[9]! + 0xeb86_d391) | 0, 21)) | 0

  STATE[0]! += a
  STATE[1]! += b
  STATE[2]! += c
  STATE[3]! += d
}
/* oxlint-enable typescript/no-non-null-assertion */
