// The kernels, included by dispatch.c once per instruction set. The includer defines
//   SH_NAME(x)  the function's name in this set
//   SH_VECTOR   32-bit lanes of a vector register: 4, 8 or 16
//   SH_SIMD     0 portable, 1 AVX2, 2 AVX-512
// Plain loops are left to the vectoriser; intrinsics appear only where it fails.

#define SH_VEC32 SH_NAME(vec32)
typedef uint32_t SH_VEC32 __attribute__((vector_size(SH_VECTOR * 4), aligned(4)));

// A lane's 32 rows for constant `width`: fully unrolled, one register of packed words at a time.
static inline __attribute__((always_inline)) void SH_NAME(unpack32_width)(
    const uint32_t *packed, const int width, uint32_t *out) {
    const uint32_t mask = width == 32 ? 0xFFFFFFFFu : ((1u << width) - 1);
    for (int lane = 0; lane < 32; lane += SH_VECTOR) {
        const uint32_t *in = packed + lane;
        uint32_t *to = out + lane;
        SH_VEC32 word = *(const SH_VEC32 *)in;
#pragma clang loop unroll(full)
        for (int row = 0; row < 32; row++) {
            const int bit = row * width, shift = bit & 31;
            SH_VEC32 value = word >> (uint32_t)shift;
            if (shift + width >= 32) {
                if (bit / 32 + 1 < width) word = *(const SH_VEC32 *)(in + (bit / 32 + 1) * 32);
                if (shift + width > 32) value |= word << (uint32_t)(32 - shift);
            }
            *(SH_VEC32 *)(to + row * 32) = value & mask;
        }
    }
}

static inline __attribute__((always_inline)) void SH_NAME(pack32_width)(
    const uint32_t *in, const int width, uint32_t *packed) {
    for (int lane = 0; lane < 32; lane += SH_VECTOR) {
        SH_VEC32 word = {0};
#pragma clang loop unroll(full)
        for (int row = 0; row < 32; row++) {
            const int bit = row * width, shift = bit & 31;
            const SH_VEC32 value = *(const SH_VEC32 *)(in + row * 32 + lane);
            word |= value << (uint32_t)shift;
            if (shift + width >= 32) {
                *(SH_VEC32 *)(packed + (bit / 32) * 32 + lane) = word;
                word = (SH_VEC32){0};
                if (shift + width > 32) word = value >> (uint32_t)(32 - shift);
            }
        }
    }
}

#define SH_WIDTHS(X) \
    X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) \
    X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31) X(32)

static void SH_NAME(unpack32)(const uint32_t *packed, int width, uint32_t *out) {
    switch (width) {
#define SH_CASE(w) case w: SH_NAME(unpack32_width)(packed, w, out); return;
        SH_WIDTHS(SH_CASE)
#undef SH_CASE
        default: memset(out, 0, SH_BLOCK * sizeof(uint32_t));
    }
}

static void SH_NAME(pack32)(const uint32_t *in, int width, uint32_t *packed) {
    switch (width) {
#define SH_CASE(w) case w: SH_NAME(pack32_width)(in, w, packed); return;
        SH_WIDTHS(SH_CASE)
#undef SH_CASE
        default: return;
    }
}

static void SH_NAME(unpack32_at)(
    const uint32_t *packed, int width, const uint16_t *at, size_t n, uint32_t *out) {
    if (width <= 0) {
        memset(out, 0, n * sizeof *out);
        return;
    }
    const uint32_t mask = width >= 32 ? 0xFFFFFFFFu : ((1u << width) - 1);
    for (size_t i = 0; i < n; i++) {
        const uint32_t position = at[i] & 1023;
        const uint32_t bit = (position >> 5) * (uint32_t)width, word = (bit >> 5) * 32 + (position & 31);
        // The second word may lie past the block, in the slack: its bits are then masked away.
        const uint64_t pair = (uint64_t)packed[word] | (uint64_t)packed[word + 32] << 32;
        out[i] = (uint32_t)(pair >> (bit & 31)) & mask;
    }
}

static void SH_NAME(pack64)(const uint64_t *in, int width, uint64_t *packed) {
    if (width <= 0) return;
    memset(packed, 0, (size_t)width * 128);
    for (int row = 0; row < 64; row++) {
        const int bit = row * width, shift = bit & 63;
        uint64_t *word = packed + (bit / 64) * 16;
        for (int lane = 0; lane < 16; lane++) word[lane] |= in[row * 16 + lane] << shift;
        if (shift + width > 64)
            for (int lane = 0; lane < 16; lane++) word[16 + lane] |= in[row * 16 + lane] >> (64 - shift);
    }
}

static void SH_NAME(unpack64)(const uint64_t *packed, int width, uint64_t *out) {
    if (width <= 0) {
        memset(out, 0, SH_BLOCK * sizeof(uint64_t));
        return;
    }
    const uint64_t mask = width >= 64 ? ~0ull : ((1ull << width) - 1);
    for (int row = 0; row < 64; row++) {
        const int bit = row * width, shift = bit & 63;
        const uint64_t *word = packed + (bit / 64) * 16;
        uint64_t *to = out + row * 16;
        if (shift + width > 64) {
            for (int lane = 0; lane < 16; lane++)
                to[lane] = (word[lane] >> shift | word[16 + lane] << (64 - shift)) & mask;
        } else {
            for (int lane = 0; lane < 16; lane++) to[lane] = (word[lane] >> shift) & mask;
        }
    }
}

static void SH_NAME(unpack64_at)(
    const uint64_t *packed, int width, const uint16_t *at, size_t n, uint64_t *out) {
    if (width <= 0) {
        memset(out, 0, n * sizeof *out);
        return;
    }
    const uint64_t mask = width >= 64 ? ~0ull : ((1ull << width) - 1);
    for (size_t i = 0; i < n; i++) {
        const uint32_t position = at[i] & 1023;
        const uint32_t bit = (position >> 4) * (uint32_t)width, shift = bit & 63;
        const uint32_t word = (bit >> 6) * 16 + (position & 15);
        // Shifting left in two steps keeps shift 0 defined.
        out[i] = (packed[word] >> shift | (packed[word + 16] << (63 - shift)) << 1) & mask;
    }
}

// 64 bits that tell which of in[0..<64] lie in [lo, lo + range].
static inline __attribute__((always_inline)) uint64_t SH_NAME(range64_u32)(
    const uint32_t *in, uint32_t lo, uint32_t range) {
#if SH_SIMD == 2
    uint64_t bits = 0;
    const __m512i low = _mm512_set1_epi32((int)lo), span = _mm512_set1_epi32((int)range);
    for (int i = 0; i < 4; i++) {
        const __m512i v = _mm512_sub_epi32(_mm512_loadu_si512(in + i * 16), low);
        bits |= (uint64_t)_mm512_cmple_epu32_mask(v, span) << (i * 16);
    }
    return bits;
#elif SH_SIMD == 1
    uint64_t bits = 0;
    const __m256i low = _mm256_set1_epi32((int)lo), span = _mm256_set1_epi32((int)range);
    for (int i = 0; i < 8; i++) {
        const __m256i v = _mm256_sub_epi32(_mm256_loadu_si256((const __m256i *)(in + i * 8)), low);
        const __m256i inside = _mm256_cmpeq_epi32(_mm256_min_epu32(v, span), v);
        bits |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(inside)) << (i * 8);
    }
    return bits;
#else
    uint8_t inside[64];
    for (int i = 0; i < 64; i++) inside[i] = (uint8_t)(in[i] - lo <= range);
    return sh_fold64(inside);
#endif
}

static void SH_NAME(range_mask_u32)(
    const uint32_t *in, size_t n, uint32_t lo, uint32_t hi, uint64_t *mask) {
    if (lo > hi) {
        memset(mask, 0, (n + 63) / 64 * 8);
        return;
    }
    size_t i = 0;
    for (; i + 64 <= n; i += 64) mask[i / 64] = SH_NAME(range64_u32)(in + i, lo, hi - lo);
    if (i < n) {
        uint64_t bits = 0;
        for (size_t k = i; k < n; k++) bits |= (uint64_t)(in[k] - lo <= hi - lo) << (k - i);
        mask[i / 64] = bits;
    }
}

#if SH_SIMD == 1
// Unpacks and compares in registers: a row of 32 lanes gives 32 bits of the mask.
static inline __attribute__((always_inline)) void SH_NAME(range_mask_width)(
    const uint32_t *packed, const int width, uint32_t lo, uint32_t range, uint32_t *mask) {
    const __m256i ones = _mm256_set1_epi32((int)((1u << width) - 1));
    const __m256i low = _mm256_set1_epi32((int)lo), span = _mm256_set1_epi32((int)range);
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    __m256i words[4];
    for (int k = 0; k < 4; k++) words[k] = _mm256_loadu_si256((const __m256i *)(packed + k * 8));
#pragma clang loop unroll(full)
    for (int row = 0; row < 32; row++) {
        const int bit = row * width, shift = bit & 31, next = (bit / 32 + 1) * 32;
        __m256i inside[4];
#pragma clang loop unroll(full)
        for (int k = 0; k < 4; k++) {
            __m256i value = _mm256_srli_epi32(words[k], shift);
            if (shift + width >= 32) {
                if (bit / 32 + 1 < width) words[k] = _mm256_loadu_si256((const __m256i *)(packed + next + k * 8));
                if (shift + width > 32) value = _mm256_or_si256(value, _mm256_slli_epi32(words[k], 32 - shift));
            }
            value = _mm256_sub_epi32(_mm256_and_si256(value, ones), low);
            inside[k] = _mm256_cmpeq_epi32(_mm256_min_epu32(value, span), value);
        }
        const __m256i bytes = _mm256_packs_epi16(
            _mm256_packs_epi32(inside[0], inside[1]), _mm256_packs_epi32(inside[2], inside[3]));
        mask[row] = (uint32_t)_mm256_movemask_epi8(_mm256_permutevar8x32_epi32(bytes, order));
    }
}
#endif

static void SH_NAME(range_mask_packed)(
    const uint32_t *packed, int width, uint32_t lo, uint32_t hi, uint64_t *mask) {
    if (lo > hi) {
        memset(mask, 0, SH_BLOCK / 8);
        return;
    }
#if SH_SIMD == 1
    switch (width) {
#define SH_CASE(w) case w: SH_NAME(range_mask_width)(packed, w, lo, hi - lo, (uint32_t *)mask); return;
        SH_CASE(1) SH_CASE(2) SH_CASE(3) SH_CASE(4) SH_CASE(5) SH_CASE(6) SH_CASE(7) SH_CASE(8)
        SH_CASE(9) SH_CASE(10) SH_CASE(11) SH_CASE(12) SH_CASE(13) SH_CASE(14) SH_CASE(15) SH_CASE(16)
#undef SH_CASE
    }
#endif
    uint32_t codes[SH_BLOCK];
    SH_NAME(unpack32)(packed, width, codes);
    SH_NAME(range_mask_u32)(codes, SH_BLOCK, lo, hi, mask);
}

static void SH_NAME(range_mask_i64)(
    const int64_t *in, size_t n, int64_t lo, int64_t hi, uint64_t *mask) {
    if (lo > hi) {
        memset(mask, 0, (n + 63) / 64 * 8);
        return;
    }
    const uint64_t low = (uint64_t)lo, range = (uint64_t)hi - (uint64_t)lo;
    for (size_t i = 0; i < n; i += 64) {
        const size_t rows = n - i < 64 ? n - i : 64;
        uint8_t inside[64] = {0};
        for (size_t k = 0; k < rows; k++) inside[k] = (uint8_t)((uint64_t)in[i + k] - low <= range);
        mask[i / 64] = sh_fold64(inside);
    }
}

static size_t SH_NAME(mask_select_u16)(const uint64_t *mask, size_t n, uint16_t base, uint16_t *out) {
    typedef uint16_t vec16 __attribute__((vector_size(16), aligned(2)));
    const uint16_t *start = out;
    for (size_t i = 0; i < n; i += 64) {
        uint64_t word = mask[i / 64];
        // Selective filters leave most words empty.
        if (word == 0) continue;
        if (n - i < 64) word &= (1ull << (n - i)) - 1;
        // Writes 8 always, keeps as many as bits are set: no branch on data.
        for (int k = 0; k < 64; k += 8) {
            const unsigned bits = word >> k & 0xFF;
            *(vec16 *)out = *(const vec16 *)sh_bit_positions[bits] + (uint16_t)(base + i + k);
            out += __builtin_popcount(bits);
        }
    }
    return (size_t)(out - start);
}

static size_t SH_NAME(mask_select_u32)(const uint64_t *mask, size_t n, uint32_t base, uint32_t *out) {
    const uint32_t *start = out;
    const uint8_t *bytes = (const uint8_t *)mask;
    for (size_t i = 0; i < n; i += 8) {
        unsigned bits = bytes[i / 8];
        if (n - i < 8) bits &= (1u << (n - i)) - 1;
        for (int k = 0; k < 8; k++) out[k] = (uint32_t)(base + i) + sh_bit_positions[bits][k];
        out += __builtin_popcount(bits);
    }
    return (size_t)(out - start);
}

static void SH_NAME(bitmap_mask)(const uint32_t *codes, size_t n, const uint8_t *bitmap, uint64_t *mask) {
    for (size_t i = 0; i < n; i += 64) {
        const size_t rows = n - i < 64 ? n - i : 64;
        uint64_t bits = 0;
        size_t k = 0;
#if SH_SIMD == 2
        for (; k + 16 <= rows; k += 16) {
            const __m512i code = _mm512_loadu_si512(codes + i + k);
            const __m512i word = _mm512_i32gather_epi32(_mm512_srli_epi32(code, 5), bitmap, 4);
            const __m512i bit = _mm512_srlv_epi32(word, _mm512_and_si512(code, _mm512_set1_epi32(31)));
            bits |= (uint64_t)_mm512_test_epi32_mask(bit, _mm512_set1_epi32(1)) << k;
        }
#elif SH_SIMD == 1
        for (; k + 8 <= rows; k += 8) {
            const __m256i code = _mm256_loadu_si256((const __m256i *)(codes + i + k));
            const __m256i word =
                _mm256_i32gather_epi32((const int *)bitmap, _mm256_srli_epi32(code, 5), 4);
            const __m256i up = _mm256_sub_epi32(
                _mm256_set1_epi32(31), _mm256_and_si256(code, _mm256_set1_epi32(31)));
            const __m256i bit = _mm256_sllv_epi32(word, up);
            bits |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(bit)) << k;
        }
#endif
        for (; k < rows; k++) {
            const uint32_t code = codes[i + k];
            bits |= (uint64_t)(bitmap[code >> 3] >> (code & 7) & 1) << k;
        }
        mask[i / 64] = bits;
    }
}

static size_t SH_NAME(bitmap_select)(
    const uint32_t *codes, const uint16_t *at, size_t n, const uint8_t *bitmap, uint16_t *out) {
    size_t kept = 0;
    if (at) {
        for (size_t i = 0; i < n; i++) {
            out[kept] = at[i];
            kept += bitmap[codes[i] >> 3] >> (codes[i] & 7) & 1;
        }
        return kept;
    }
    for (size_t i = 0; i < n; i += SH_BLOCK) {
        const size_t rows = n - i < SH_BLOCK ? n - i : SH_BLOCK;
        uint64_t mask[SH_BLOCK / 64];
        SH_NAME(bitmap_mask)(codes + i, rows, bitmap, mask);
        kept += SH_NAME(mask_select_u16)(mask, rows, (uint16_t)i, out + kept);
    }
    return kept;
}

static size_t SH_NAME(range_select)(
    const uint32_t *codes, const uint16_t *at, size_t n, uint32_t lo, uint32_t hi, uint16_t *out) {
    if (lo > hi) return 0;
    size_t kept = 0;
    if (at) {
        for (size_t i = 0; i < n; i++) {
            out[kept] = at[i];
            kept += codes[i] - lo <= hi - lo;
        }
        return kept;
    }
    for (size_t i = 0; i < n; i += SH_BLOCK) {
        const size_t rows = n - i < SH_BLOCK ? n - i : SH_BLOCK;
        uint64_t mask[SH_BLOCK / 64];
        SH_NAME(range_mask_u32)(codes + i, rows, lo, hi, mask);
        kept += SH_NAME(mask_select_u16)(mask, rows, (uint16_t)i, out + kept);
    }
    return kept;
}

static void SH_NAME(gather_u8)(const uint32_t *codes, size_t n, const uint8_t *table, uint8_t *out) {
    size_t i = 0;
    // Eight bytes are put together in a register: one store for them.
    for (; i + 8 <= n; i += 8) {
        uint64_t word = 0;
        for (int k = 0; k < 8; k++) word |= (uint64_t)table[codes[i + k]] << (8 * k);
        memcpy(out + i, &word, 8);
    }
    for (; i < n; i++) out[i] = table[codes[i]];
}

static void SH_NAME(table_mask_u8)(
    const uint32_t *codes, size_t n, const uint8_t *table, uint64_t *mask) {
    for (size_t i = 0; i < n; i += 64) {
        const size_t rows = n - i < 64 ? n - i : 64;
        uint8_t found[64] = {0};
        SH_NAME(gather_u8)(codes + i, rows, table, found);
#if SH_SIMD >= 1
        const __m256i zero = _mm256_setzero_si256();
        const uint32_t low = (uint32_t)_mm256_movemask_epi8(
            _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)found), zero));
        const uint32_t high = (uint32_t)_mm256_movemask_epi8(
            _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(found + 32)), zero));
        mask[i / 64] = ~((uint64_t)high << 32 | low);
#else
        for (int k = 0; k < 64; k++) found[k] = found[k] != 0;
        mask[i / 64] = sh_fold64(found);
#endif
    }
}

static void SH_NAME(gather_u16)(const uint32_t *codes, size_t n, const uint16_t *table, uint16_t *out) {
    for (size_t i = 0; i < n; i++) out[i] = table[codes[i]];
}

static void SH_NAME(gather_u32)(const uint32_t *codes, size_t n, const uint32_t *table, uint32_t *out) {
    for (size_t i = 0; i < n; i++) out[i] = table[codes[i]];
}

static size_t SH_NAME(table_u8_select)(
    const uint32_t *codes, const uint16_t *at, size_t n, const uint8_t *table, uint8_t reject,
    uint16_t *out, uint8_t *kept) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const uint8_t value = table[codes[i]];
        out[count] = at ? at[i] : (uint16_t)i;
        kept[count] = value;
        count += value != reject;
    }
    return count;
}

static size_t SH_NAME(table_u16_select)(
    const uint32_t *codes, const uint16_t *at, size_t n, const uint16_t *table, uint16_t reject,
    uint16_t *out, uint16_t *kept) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const uint16_t value = table[codes[i]];
        out[count] = at ? at[i] : (uint16_t)i;
        kept[count] = value;
        count += value != reject;
    }
    return count;
}

// For positions instead of all rows: the place of each one's run.
static void SH_NAME(run_ranks)(const uint64_t *starts, const uint16_t *at, size_t n, uint32_t *out) {
    uint32_t before[SH_BLOCK / 64], total = 0;
    for (int word = 0; word < SH_BLOCK / 64; word++) {
        before[word] = total - 1;
        total += (uint32_t)__builtin_popcountll(starts[word]);
    }
    for (size_t i = 0; i < n; i++) {
        const unsigned row = at[i] & (SH_BLOCK - 1);
        out[i] = before[row / 64] + (uint32_t)__builtin_popcountll(starts[row / 64] << (63 - (row & 63)));
    }
}

// Row i gets the value of the last run that starts at or before it.
static void SH_NAME(expand_u32)(const uint64_t *starts, size_t n, const uint32_t *runs, uint32_t *out) {
#if SH_SIMD >= 1
    // Eight rows take their values from at most eight neighbouring runs: one permutation.
    const uint8_t *bytes = (const uint8_t *)starts;
    const uint32_t *run = runs - 1;
    for (size_t i = 0; i < n; i += 8) {
        const unsigned bits = bytes[i / 8];
        const __m256i values = _mm256_loadu_si256((const __m256i *)(run + (bits & 1)));
        const __m256i lanes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)sh_run_lanes[bits]));
        _mm256_storeu_si256((__m256i *)(out + i), _mm256_permutevar8x32_epi32(values, lanes));
        run += _mm_popcnt_u32(bits);
    }
#else
    const uint32_t *run = runs - 1;
    for (size_t i = 0; i < n; i++) {
        run += starts[i / 64] >> (i & 63) & 1;
        out[i] = *run;
    }
#endif
}

static void SH_NAME(expand_mask)(const uint64_t *starts, size_t n, const uint64_t *runs, uint64_t *mask) {
    size_t run = 0;
    uint64_t inside = 0;
    for (size_t word = 0; word * 64 < n; word++) {
        const uint64_t first = starts[word];
#if SH_SIMD >= 1
        const unsigned count = (unsigned)_mm_popcnt_u64(first);
        // The verdicts of this word's runs, the lowest 64 from bit `run` on.
        const unsigned shift = run & 63;
        uint64_t verdict = runs[run / 64] >> shift;
        if (shift) verdict |= runs[run / 64 + 1] << (64 - shift);
        run += count;
        const uint64_t kept = _pdep_u64(verdict, first);
        const uint64_t before = _pdep_u64(verdict << 1 | inside, first);
        // Ones from every start that follows a rejected run up to the start that ends the kept ones.
        const uint64_t opens = kept & ~before, closes = first & ~kept & before;
        mask[word] = closes - opens - inside;
        inside = count ? verdict >> (count - 1) & 1 : inside;
#else
        uint64_t bits = 0;
        for (int i = 0; i < 64; i++) {
            if (first >> i & 1) {
                inside = runs[run / 64] >> (run & 63) & 1;
                run++;
            }
            bits |= inside << i;
        }
        mask[word] = bits;
#endif
    }
    if (n & 63) mask[n / 64] &= (1ull << (n & 63)) - 1;
}

static uint64_t SH_NAME(sum_u32)(const uint32_t *in, size_t n) {
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += in[i];
    return sum;
}

static void SH_NAME(sum_i64)(const int64_t *in, size_t n, uint64_t *low, int64_t *high) {
    // Halves are summed apart: neither sum can overflow below 2^31 values.
    uint64_t lower = 0, upper = 0;
    for (size_t i = 0; i < n; i++) {
        // Flipping the sign bit makes the upper half unsigned; 2^31 per value is taken off again below.
        const uint64_t value = (uint64_t)in[i] ^ 0x8000000000000000ull;
        lower += value & 0xFFFFFFFFu;
        upper += value >> 32;
    }
    const __int128 sum = ((__int128)upper << 32) + (__int128)lower - ((__int128)n << 63);
    *low = (uint64_t)sum;
    *high = (int64_t)(sum >> 64);
}

static void SH_NAME(sum_product_u32)(
    const uint32_t *a, const uint32_t *b, size_t n, uint64_t *low, uint64_t *high) {
    uint64_t lower = 0, upper = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t product = (uint64_t)a[i] * b[i];
        lower += product & 0xFFFFFFFFu;
        upper += product >> 32;
    }
    const unsigned __int128 sum = ((unsigned __int128)upper << 32) + lower;
    *low = (uint64_t)sum;
    *high = (uint64_t)(sum >> 64);
}

static uint32_t SH_NAME(max_u32)(const uint32_t *in, size_t n) {
    uint32_t max = 0;
    for (size_t i = 0; i < n; i++) max = in[i] > max ? in[i] : max;
    return max;
}

static void SH_NAME(minmax_i64)(const int64_t *in, size_t n, int64_t *min, int64_t *max) {
    int64_t low = in[0], high = in[0];
    for (size_t i = 1; i < n; i++) {
        low = in[i] < low ? in[i] : low;
        high = in[i] > high ? in[i] : high;
    }
    *min = low;
    *max = high;
}

static void SH_NAME(scan_i64)(const int64_t *in, size_t n, struct sh_scan *scan) {
    SH_NAME(minmax_i64)(in, n, &scan->min, &scan->max);
    uint64_t changes = 0;
    int64_t low = 0, high = 0;
    if (n > 1) low = high = (int64_t)((uint64_t)in[1] - (uint64_t)in[0]);
    for (size_t i = 1; i < n; i++) {
        const int64_t delta = (int64_t)((uint64_t)in[i] - (uint64_t)in[i - 1]);
        changes += delta != 0;
        low = delta < low ? delta : low;
        high = delta > high ? delta : high;
    }
    scan->runs = changes + 1;
    scan->delta_min = low;
    scan->delta_max = high;
}

static void SH_NAME(subtract_i64)(const int64_t *in, size_t n, int64_t base, uint32_t *out) {
    for (size_t i = 0; i < n; i++) out[i] = (uint32_t)in[i] - (uint32_t)base;
}

static void SH_NAME(add_i64)(const uint32_t *in, size_t n, int64_t base, int64_t *out) {
    for (size_t i = 0; i < n; i++) out[i] = (int64_t)((uint64_t)base + in[i]);
}

static void SH_NAME(add_i32)(const uint32_t *in, size_t n, int32_t base, int32_t *out) {
    for (size_t i = 0; i < n; i++) out[i] = (int32_t)((uint32_t)base + in[i]);
}

static void SH_NAME(add_i16)(const uint32_t *in, size_t n, int16_t base, int16_t *out) {
    for (size_t i = 0; i < n; i++) out[i] = (int16_t)(uint16_t)((uint32_t)base + in[i]);
}

static void SH_NAME(add_u8)(const uint32_t *in, size_t n, uint8_t base, uint8_t *out) {
    for (size_t i = 0; i < n; i++) out[i] = (uint8_t)(base + in[i]);
}

static void SH_NAME(prefix_sum_u32)(uint32_t *values, size_t n, uint32_t start, uint32_t step) {
    uint32_t sum = start - step;
    size_t i = 0;
#if SH_SIMD >= 1
    // Within a register by two shifted additions, across registers by the last element.
    __m128i carry = _mm_set1_epi32((int)sum);
    const __m128i steps = _mm_set1_epi32((int)step);
    for (; i + 4 <= n; i += 4) {
        __m128i v = _mm_add_epi32(_mm_loadu_si128((const __m128i *)(values + i)), steps);
        v = _mm_add_epi32(v, _mm_slli_si128(v, 4));
        v = _mm_add_epi32(v, _mm_slli_si128(v, 8));
        v = _mm_add_epi32(v, carry);
        _mm_storeu_si128((__m128i *)(values + i), v);
        carry = _mm_shuffle_epi32(v, 0xFF);
    }
    sum = (uint32_t)_mm_cvtsi128_si32(carry);
#endif
    for (; i < n; i++) values[i] = sum = sum + step + values[i];
}

static void SH_NAME(prefix_sum_u64)(uint64_t *values, size_t n, uint64_t start, uint64_t step) {
    uint64_t sum = start - step;
    for (size_t i = 0; i < n; i++) values[i] = sum = sum + step + values[i];
}

static void SH_NAME(find4)(
    const uint8_t *bytes, uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint64_t *mask) {
#if SH_SIMD
    const __m256i va = _mm256_set1_epi8((char)a), vb = _mm256_set1_epi8((char)b);
    const __m256i vc = _mm256_set1_epi8((char)c), vd = _mm256_set1_epi8((char)d);
    uint64_t found = 0;
    for (int i = 0; i < 2; i++) {
        const __m256i v = _mm256_loadu_si256((const __m256i *)(bytes + i * 32));
        const __m256i is = _mm256_or_si256(
            _mm256_or_si256(_mm256_cmpeq_epi8(v, va), _mm256_cmpeq_epi8(v, vb)),
            _mm256_or_si256(_mm256_cmpeq_epi8(v, vc), _mm256_cmpeq_epi8(v, vd)));
        found |= (uint64_t)(uint32_t)_mm256_movemask_epi8(is) << (i * 32);
    }
    *mask = found;
#else
    uint8_t is[64];
    for (int i = 0; i < 64; i++)
        is[i] = (bytes[i] == a) | (bytes[i] == b) | (bytes[i] == c) | (bytes[i] == d);
    *mask = sh_fold64(is);
#endif
}

static uint32_t SH_NAME(crc32c)(uint32_t crc, const void *bytes, size_t n) {
    const uint8_t *at = bytes;
    crc = ~crc;
#if SH_SIMD >= 1
    for (; n >= 8; n -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        crc = (uint32_t)_mm_crc32_u64(crc, word);
    }
    for (; n > 0; n--) crc = _mm_crc32_u8(crc, *at++);
#else
    for (; n >= 8; n -= 8, at += 8) {
        // Slicing by 8: eight tables, one lookup a byte, no dependency between them.
        uint64_t word;
        memcpy(&word, at, 8);
        word ^= crc;
        crc = sh_crc_table[7][word & 0xFF] ^ sh_crc_table[6][word >> 8 & 0xFF] ^
              sh_crc_table[5][word >> 16 & 0xFF] ^ sh_crc_table[4][word >> 24 & 0xFF] ^
              sh_crc_table[3][word >> 32 & 0xFF] ^ sh_crc_table[2][word >> 40 & 0xFF] ^
              sh_crc_table[1][word >> 48 & 0xFF] ^ sh_crc_table[0][word >> 56];
    }
    for (; n > 0; n--) crc = crc >> 8 ^ sh_crc_table[0][(crc ^ *at++) & 0xFF];
#endif
    return ~crc;
}

static const struct sh_kernels SH_NAME(kernels) = {
    .pack32 = SH_NAME(pack32),
    .unpack32 = SH_NAME(unpack32),
    .unpack32_at = SH_NAME(unpack32_at),
    .pack64 = SH_NAME(pack64),
    .unpack64 = SH_NAME(unpack64),
    .unpack64_at = SH_NAME(unpack64_at),
    .range_mask_u32 = SH_NAME(range_mask_u32),
    .range_mask_packed = SH_NAME(range_mask_packed),
    .range_mask_i64 = SH_NAME(range_mask_i64),
    .mask_select_u16 = SH_NAME(mask_select_u16),
    .mask_select_u32 = SH_NAME(mask_select_u32),
    .bitmap_mask = SH_NAME(bitmap_mask),
    .bitmap_select = SH_NAME(bitmap_select),
    .range_select = SH_NAME(range_select),
    .gather_u8 = SH_NAME(gather_u8),
    .gather_u16 = SH_NAME(gather_u16),
    .gather_u32 = SH_NAME(gather_u32),
    .table_u8_select = SH_NAME(table_u8_select),
    .table_u16_select = SH_NAME(table_u16_select),
    .table_mask_u8 = SH_NAME(table_mask_u8),
    .run_ranks = SH_NAME(run_ranks),
    .expand_u32 = SH_NAME(expand_u32),
    .expand_mask = SH_NAME(expand_mask),
    .sum_u32 = SH_NAME(sum_u32),
    .sum_i64 = SH_NAME(sum_i64),
    .sum_product_u32 = SH_NAME(sum_product_u32),
    .max_u32 = SH_NAME(max_u32),
    .minmax_i64 = SH_NAME(minmax_i64),
    .scan_i64 = SH_NAME(scan_i64),
    .subtract_i64 = SH_NAME(subtract_i64),
    .add_i64 = SH_NAME(add_i64),
    .add_i32 = SH_NAME(add_i32),
    .add_i16 = SH_NAME(add_i16),
    .add_u8 = SH_NAME(add_u8),
    .prefix_sum_u32 = SH_NAME(prefix_sum_u32),
    .prefix_sum_u64 = SH_NAME(prefix_sum_u64),
    .crc32c = SH_NAME(crc32c),
    .find4 = SH_NAME(find4),
};

#undef SH_NAME
#undef SH_VECTOR
#undef SH_SIMD
#undef SH_VEC32
#undef SH_WIDTHS
