/// The few kernels that need run-time CPU dispatch; everything else is Swift.
///
/// Every function works on one block (at most 1,024 values unless `n` says otherwise) and is called once
/// per block. `kernels.inc` is compiled three times (portable, AVX2, AVX-512); the best set the machine
/// has is chosen once, before main. All sets give equal results, which the tests check.
///
/// Packed layout ("lane-interleaved"), on disk, never change:
/// - width 0…32: value i belongs to lane i % 32, row i / 32. Each lane is a bit stream of 32 rows, row 0 in
///   the lowest bits; word k (32 bits, little-endian) of lane l is stored at index k * 32 + l.
/// - width 33…64: value i belongs to lane i % 16, row i / 16; words of 64 bits; word k of lane l at k * 16 + l.
/// - a block therefore takes width * 128 bytes, whatever the width.
#ifndef SH_CKERNELS_H
#define SH_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SH_BLOCK 1024

/// Bytes that may be read past the end of packed data, bitmaps and tables: allocate them.
#define SH_SLACK 128

/// What an encoder wants to know of n values.
struct sh_scan {
    int64_t min, max;
    /// Runs of equal values.
    uint64_t runs;
    /// Smallest and largest wrapping difference to the value before; 0 for one value.
    int64_t delta_min, delta_max;
};

enum sh_level { SH_PORTABLE = 0, SH_AVX2 = 1, SH_AVX512 = 2 };

/// One compiled set of kernels; the functions below call the active one.
struct sh_kernels {
    void (*pack32)(const uint32_t *in, int width, uint32_t *packed);
    void (*unpack32)(const uint32_t *packed, int width, uint32_t *out);
    void (*unpack32_at)(const uint32_t *packed, int width, const uint16_t *at, size_t n, uint32_t *out);
    void (*pack64)(const uint64_t *in, int width, uint64_t *packed);
    void (*unpack64)(const uint64_t *packed, int width, uint64_t *out);
    void (*unpack64_at)(const uint64_t *packed, int width, const uint16_t *at, size_t n, uint64_t *out);
    void (*range_mask_u32)(const uint32_t *in, size_t n, uint32_t lo, uint32_t hi, uint64_t *mask);
    void (*range_mask_packed)(const uint32_t *packed, int width, uint32_t lo, uint32_t hi, uint64_t *mask);
    void (*range_mask_i64)(const int64_t *in, size_t n, int64_t lo, int64_t hi, uint64_t *mask);
    size_t (*mask_select_u16)(const uint64_t *mask, size_t n, uint16_t base, uint16_t *out);
    size_t (*mask_select_u32)(const uint64_t *mask, size_t n, uint32_t base, uint32_t *out);
    void (*bitmap_mask)(const uint32_t *codes, size_t n, const uint8_t *bitmap, uint64_t *mask);
    size_t (*bitmap_select)(const uint32_t *codes, const uint16_t *at, size_t n, const uint8_t *bitmap, uint16_t *out);
    size_t (*range_select)(const uint32_t *codes, const uint16_t *at, size_t n, uint32_t lo, uint32_t hi, uint16_t *out);
    void (*gather_u8)(const uint32_t *codes, size_t n, const uint8_t *table, uint8_t *out);
    void (*gather_u16)(const uint32_t *codes, size_t n, const uint16_t *table, uint16_t *out);
    void (*gather_u32)(const uint32_t *codes, size_t n, const uint32_t *table, uint32_t *out);
    size_t (*table_u8_select)(const uint32_t *codes, const uint16_t *at, size_t n, const uint8_t *table, uint8_t reject, uint16_t *out, uint8_t *kept);
    size_t (*table_u16_select)(const uint32_t *codes, const uint16_t *at, size_t n, const uint16_t *table, uint16_t reject, uint16_t *out, uint16_t *kept);
    void (*table_mask_u8)(const uint32_t *codes, size_t n, const uint8_t *table, uint64_t *mask);
    void (*run_ranks)(const uint64_t *starts, const uint16_t *at, size_t n, uint32_t *out);
    void (*expand_u32)(const uint64_t *starts, size_t n, const uint32_t *runs, uint32_t *out);
    void (*expand_mask)(const uint64_t *starts, size_t n, const uint64_t *runs, uint64_t *mask);
    uint64_t (*sum_u32)(const uint32_t *in, size_t n);
    void (*sum_i64)(const int64_t *in, size_t n, uint64_t *low, int64_t *high);
    void (*sum_product_u32)(const uint32_t *a, const uint32_t *b, size_t n, uint64_t *low, uint64_t *high);
    uint32_t (*max_u32)(const uint32_t *in, size_t n);
    void (*minmax_i64)(const int64_t *in, size_t n, int64_t *min, int64_t *max);
    void (*scan_i64)(const int64_t *in, size_t n, struct sh_scan *scan);
    void (*subtract_i64)(const int64_t *in, size_t n, int64_t base, uint32_t *out);
    void (*add_i64)(const uint32_t *in, size_t n, int64_t base, int64_t *out);
    void (*add_i32)(const uint32_t *in, size_t n, int32_t base, int32_t *out);
    void (*add_i16)(const uint32_t *in, size_t n, int16_t base, int16_t *out);
    void (*add_u8)(const uint32_t *in, size_t n, uint8_t base, uint8_t *out);
    void (*prefix_sum_u32)(uint32_t *values, size_t n, uint32_t start, uint32_t step);
    void (*prefix_sum_u64)(uint64_t *values, size_t n, uint64_t start, uint64_t step);
    uint32_t (*crc32c)(uint32_t crc, const void *bytes, size_t n);
    void (*find4)(const uint8_t *bytes, uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint64_t *mask);
};

/// The set of a level, or NULL where this machine cannot run it. For tests.
const struct sh_kernels *sh_kernels_at(enum sh_level level);
/// The level in use.
enum sh_level sh_active_level(void);

/// Bytes of one packed block of 1,024 values.
static inline size_t sh_block_bytes(int width) { return (size_t)width * 128; }

/// Packs 1,024 values, each < 2^width, width 0…32, into width * 128 bytes.
void sh_pack32(const uint32_t *in, int width, uint32_t *packed);
/// Unpacks 1,024 values, width 0…32.
void sh_unpack32(const uint32_t *packed, int width, uint32_t *out);
/// Unpacks the values at the n positions `at` (0…1023 each). Reads up to SH_SLACK bytes past the block.
void sh_unpack32_at(const uint32_t *packed, int width, const uint16_t *at, size_t n, uint32_t *out);
/// As above for width 0…64 in the 64-bit layout.
void sh_pack64(const uint64_t *in, int width, uint64_t *packed);
void sh_unpack64(const uint64_t *packed, int width, uint64_t *out);
void sh_unpack64_at(const uint64_t *packed, int width, const uint16_t *at, size_t n, uint64_t *out);

/// Bit i of mask tells lo <= in[i] <= hi; (n + 63) / 64 words are written, spare bits 0.
void sh_range_mask_u32(const uint32_t *in, size_t n, uint32_t lo, uint32_t hi, uint64_t *mask);
/// The same for the 1,024 values of a packed block, width 0…32, which need not be unpacked first.
void sh_range_mask_packed(const uint32_t *packed, int width, uint32_t lo, uint32_t hi, uint64_t *mask);
void sh_range_mask_i64(const int64_t *in, size_t n, int64_t lo, int64_t hi, uint64_t *mask);
/// Writes base + i for every set bit i < n, ascending, and returns how many. `out` needs room for n + 16.
size_t sh_mask_select_u16(const uint64_t *mask, size_t n, uint16_t base, uint16_t *out);
size_t sh_mask_select_u32(const uint64_t *mask, size_t n, uint32_t base, uint32_t *out);

/// Asks for the cache lines of some bytes that are about to be read.
static inline void sh_prefetch(const void *bytes, size_t count) {
    for (size_t at = 0; at < count; at += 64) __builtin_prefetch((const char *)bytes + at);
}

/// Bit i of mask tells whether bit codes[i] of the bitmap (bit c of byte c / 8) is set.
void sh_bitmap_mask(const uint32_t *codes, size_t n, const uint8_t *bitmap, uint64_t *mask);
/// Keeps at[i] (or i where `at` is NULL) for which the bitmap holds codes[i]; returns how many. `out` may be `at`;
/// it needs room for n + 16.
size_t sh_bitmap_select(const uint32_t *codes, const uint16_t *at, size_t n, const uint8_t *bitmap, uint16_t *out);
/// Keeps at[i] (or i) for which lo <= codes[i] <= hi; returns how many.
size_t sh_range_select(const uint32_t *codes, const uint16_t *at, size_t n, uint32_t lo, uint32_t hi, uint16_t *out);
/// out[i] = table[codes[i]].
void sh_gather_u8(const uint32_t *codes, size_t n, const uint8_t *table, uint8_t *out);
void sh_gather_u16(const uint32_t *codes, size_t n, const uint16_t *table, uint16_t *out);
void sh_gather_u32(const uint32_t *codes, size_t n, const uint32_t *table, uint32_t *out);
/// Bit i of mask tells whether table[codes[i]] is not 0.
void sh_table_mask_u8(const uint32_t *codes, size_t n, const uint8_t *table, uint64_t *mask);
/// Keeps at[i] (or i) whose table[codes[i]] is not `reject`, and that table value in `kept`; returns how many.
size_t sh_table_u8_select(const uint32_t *codes, const uint16_t *at, size_t n, const uint8_t *table, uint8_t reject, uint16_t *out, uint8_t *kept);
size_t sh_table_u16_select(const uint32_t *codes, const uint16_t *at, size_t n, const uint16_t *table, uint16_t reject, uint16_t *out, uint16_t *kept);

/// Runs to rows: bit i of `starts` tells that row i begins a new run, bit 0 is set; row i gets runs[number of set bits up
/// to i - 1]. Reads up to SH_SLACK bytes past the runs; `out` needs room for n rounded up to 8.
void sh_expand_u32(const uint64_t *starts, size_t n, const uint32_t *runs, uint32_t *out);
/// The same for a bit a run; spare bits of the mask's last word are 0.
void sh_expand_mask(const uint64_t *starts, size_t n, const uint64_t *runs, uint64_t *mask);

/// Which run each of n positions 0...1023 belongs to, counted from the block's first; bit 0 of starts[0] is set.
void sh_run_ranks(const uint64_t *starts, const uint16_t *at, size_t n, uint32_t *out);

/// Sum of n < 2^32 values: cannot overflow.
uint64_t sh_sum_u32(const uint32_t *in, size_t n);
/// Exact 128-bit sum, n < 2^31.
void sh_sum_i64(const int64_t *in, size_t n, uint64_t *low, int64_t *high);
/// Exact 128-bit sum of a[i] * b[i], n < 2^31.
void sh_sum_product_u32(const uint32_t *a, const uint32_t *b, size_t n, uint64_t *low, uint64_t *high);
/// Largest value; 0 where n is 0.
uint32_t sh_max_u32(const uint32_t *in, size_t n);
/// Smallest and largest value; n must not be 0.
void sh_minmax_i64(const int64_t *in, size_t n, int64_t *min, int64_t *max);

/// Fills `scan`; n must not be 0.
void sh_scan_i64(const int64_t *in, size_t n, struct sh_scan *scan);

/// out[i] = in[i] - base, truncated to 32 bits.
void sh_subtract_i64(const int64_t *in, size_t n, int64_t base, uint32_t *out);
/// out[i] = base + in[i], wrapping, truncated to the output's width.
void sh_add_i64(const uint32_t *in, size_t n, int64_t base, int64_t *out);
void sh_add_i32(const uint32_t *in, size_t n, int32_t base, int32_t *out);
void sh_add_i16(const uint32_t *in, size_t n, int16_t base, int16_t *out);
void sh_add_u8(const uint32_t *in, size_t n, uint8_t base, uint8_t *out);
/// values[0] = start + values[0]; values[i] = values[i - 1] + step + values[i], wrapping.
void sh_prefix_sum_u32(uint32_t *values, size_t n, uint32_t start, uint32_t step);
void sh_prefix_sum_u64(uint64_t *values, size_t n, uint64_t start, uint64_t step);

/// CRC-32C (Castagnoli) of the bytes, continuing from `crc` (0 at first).
uint32_t sh_crc32c(uint32_t crc, const void *bytes, size_t n);

/// Bit i of mask tells that bytes[i], i < 64, is one of the four.
void sh_find4(const uint8_t *bytes, uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint64_t *mask);

#endif
