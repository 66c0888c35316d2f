namespace NativeTrainer.PtxExecutor.Tests;

/// <summary>Single instructions against results worked out by hand.</summary>
public sealed class InstructionTests
{
    [Theory]
    [InlineData("add.s32 %r1, %r0, -3;", 5u, 2u)]
    [InlineData("sub.s32 %r1, 3, %r0;", 5u, 0xFFFFFFFEu)]
    [InlineData("mul.lo.s32 %r1, %r0, 0x10001;", 0x12345u, 0x23462345u)]
    [InlineData("mul.hi.u32 %r1, %r0, 16;", 0xF0000000u, 0xFu)]
    [InlineData("mul.hi.s32 %r1, %r0, 16;", 0xF0000000u, 0xFFFFFFFFu)]
    [InlineData("mad.lo.u32 %r1, %r0, 3, 7;", 5u, 22u)]
    [InlineData("div.s32 %r1, %r0, 2;", 0xFFFFFFF9u, 0xFFFFFFFDu)] // −7 / 2 = −3
    [InlineData("rem.s32 %r1, %r0, 2;", 0xFFFFFFF9u, 0xFFFFFFFFu)] // −7 mod 2 = −1
    [InlineData("rem.u32 %r1, %r0, 10;", 123u, 3u)]
    [InlineData("shr.s32 %r1, %r0, 4;", 0x80000000u, 0xF8000000u)]
    [InlineData("shr.u32 %r1, %r0, 4;", 0x80000000u, 0x08000000u)]
    [InlineData("shr.u32 %r1, %r0, 40;", 0x80000000u, 0u)] // shifts are clamped
    [InlineData("shl.b32 %r1, %r0, 31;", 3u, 0x80000000u)]
    [InlineData("and.b32 %r1, %r0, 0xF0;", 0xABu, 0xA0u)]
    [InlineData("xor.b32 %r1, %r0, -1;", 0xABu, 0xFFFFFF54u)]
    [InlineData("popc.b32 %r1, %r0;", 0xF0F0u, 8u)]
    [InlineData("clz.b32 %r1, %r0;", 0x00010000u, 15u)]
    [InlineData("min.s32 %r1, %r0, 1;", 0xFFFFFFFFu, 0xFFFFFFFFu)]
    [InlineData("max.u32 %r1, %r0, 1;", 0xFFFFFFFFu, 0xFFFFFFFFu)]
    [InlineData("cvt.u8.u32 %r1, %r0;", 0x1FEu, 0xFEu)]
    [InlineData("cvt.s32.s8 %r1, %r0;", 0xFEu, 0xFFFFFFFEu)]
    [InlineData("cvt.rn.f32.s32 %r1, %r0;", 0xFFFFFFFEu, 0xC0000000u)] // −2
    [InlineData("cvt.rzi.s32.f32 %r1, %r0;", 0xC039999Au, 0xFFFFFFFEu)] // −2.9 → −2
    [InlineData("cvt.rni.s32.f32 %r1, %r0;", 0x40200000u, 2u)] // 2.5 → 2, ties to even
    [InlineData("cvt.rna.tf32.f32 %r1, %r0;", 0x3F801000u, 0x3F802000u)] // a tie goes away from zero
    [InlineData("cvt.rna.tf32.f32 %r1, %r0;", 0x3F800FFFu, 0x3F800000u)]
    [InlineData("cvt.rn.bf16x2.f32 %r1, %r0, 0f3F800000;", 0x3F808000u, 0x3F803F80u)] // a tie goes to even
    [InlineData("cvt.rn.bf16x2.f32 %r1, %r0, 0f3F800000;", 0x3F818000u, 0x3F823F80u)]
    [InlineData("add.f32 %r1, %r0, 0f3F800000;", 0x33800000u, 0x3F800000u)] // 1 + 2⁻²⁴ is 1
    [InlineData("fma.rn.f32 %r1, %r0, %r0, 0fBF800000;", 0x3F800800u, 0x3A000400u)] // (1 + 2⁻¹²)² − 1 keeps the square's last bit
    [InlineData("rcp.rn.f32 %r1, %r0;", 0x40000000u, 0x3F000000u)]
    [InlineData("ex2.approx.f32 %r1, %r0;", 0x40400000u, 0x41000000u)] // 2³
    [InlineData("setp.gtu.f32 %p1, %r0, 0f00000000; selp.b32 %r1, 1, 0, %p1;", 0x7FC00000u, 1u)] // unordered holds for NaN
    [InlineData("setp.gt.f32 %p1, %r0, 0f00000000; selp.b32 %r1, 1, 0, %p1;", 0x7FC00000u, 0u)]
    [InlineData("setp.lt.s32 %p1, %r0, 0; setp.lt.or.u32 %p2, %r0, 0, %p1; selp.b32 %r1, 1, 0, %p2;", 0x80000000u, 1u)]
    [InlineData("setp.lt.s32 %p1, %r0, 0; @%p1 mov.b32 %r1, 7; @!%p1 mov.b32 %r1, 9;", 5u, 9u)]
    public void OneWordInOneWordOut(string instruction, uint input, uint expected)
    {
        var result = Snippet.Run<uint, uint>($"ld.global.u32 %r0, [%in]; {instruction} {Snippet.OutputWord} st.global.u32 [%at], %r1;", [input], 32);
        Assert.All(result, r => Assert.Equal($"{expected:X8}", $"{r:X8}"));
    }

    [Fact]
    public void VectorsLoadAndStoreInOrder()
    {
        uint[] input = [.. Enumerable.Range(0, 128).Select(i => (uint)i * 3)];
        string body = "mul.wide.u32 %at, %t, 16; add.s64 %rd1, %in, %at; add.s64 %rd2, %out, %at; ld.global.v4.b32 {%r0, %r1, %r2, %r3}, [%rd1]; st.global.v4.b32 [%rd2], {%r3, %r2, %r1, %r0};";
        var result = Snippet.Run<uint, uint>(body, input, 128);
        for (int i = 0; i < 128; i++) Assert.Equal(input[i / 4 * 4 + 3 - i % 4], result[i]);
    }

    [Fact]
    public void LanesThatPartMeetAgain()
    {
        // Thread t adds 1 t mod 5 times, and even threads 100 more.
        string body = $"""
            rem.u32 %r1, %t, 5;
            mov.b32 %r2, 0;
            loop:
            setp.eq.u32 %p1, %r1, 0;
            @%p1 bra done;
            add.u32 %r2, %r2, 1;
            sub.u32 %r1, %r1, 1;
            bra loop;
            done:
            and.b32 %r3, %t, 1;
            setp.ne.u32 %p2, %r3, 0;
            @%p2 bra odd;
            add.u32 %r2, %r2, 100;
            odd:
            shfl.sync.idx.b32 %r4, %r2, 4, 31, -1;
            add.u32 %r2, %r2, %r4;
            {Snippet.OutputWord}
            st.global.u32 [%at], %r2;
            """;
        // The shuffle faults unless all lanes are back: lane 4 holds 4 + 100.
        var result = Snippet.Run<uint, uint>(body, [0], 32);
        for (int t = 0; t < 32; t++) Assert.Equal((uint)(t % 5 + (t % 2 == 0 ? 100 : 0) + 104), result[t]);
    }

    [Fact]
    public void ABarrierOrdersSharedMemory()
    {
        string body = $"""
            mul.lo.u32 %r1, %t, 4; mov.u32 %r2, tile; add.u32 %r3, %r2, %r1;
            st.shared.u32 [%r3], %t;
            bar.sync 0;
            sub.u32 %r4, 63, %t; mul.lo.u32 %r4, %r4, 4; add.u32 %r4, %r2, %r4;
            ld.shared.u32 %r5, [%r4];
            {Snippet.OutputWord}
            st.global.u32 [%at], %r5;
            """;
        var result = Snippet.Run<uint, uint>(body, [0], 64, threads: 64);
        for (int t = 0; t < 64; t++) Assert.Equal((uint)(63 - t), result[t]);
    }

    [Fact]
    public void CopiesLandWhenTheyAreWaitedFor()
    {
        uint[] input = [.. Enumerable.Range(1, 128).Select(i => (uint)i)];
        // 16 bytes each, of which the last thread reads only 8: the rest is zero.
        string body = $"""
            mul.wide.u32 %at, %t, 16; add.s64 %rd1, %in, %at; add.s64 %rd2, %out, %at;
            mul.lo.u32 %r1, %t, 16; mov.u32 %r2, tile; add.u32 %r1, %r1, %r2;
            setp.eq.u32 %p1, %t, 31; selp.b32 %r3, 8, 16, %p1;
            cp.async.cg.shared.global [%r1], [%rd1], 16, %r3;
            cp.async.commit_group;
            cp.async.wait_group 0;
            bar.sync 0;
            ld.shared.v4.u32 {"{%r4, %r5, %r6, %r7}"}, [%r1];
            st.global.v4.u32 [%rd2], {"{%r4, %r5, %r6, %r7}"};
            """;
        var result = Snippet.Run<uint, uint>(body, input, 128);
        for (int i = 0; i < 128; i++) Assert.Equal(i < 126 ? input[i] : 0, result[i]);
    }

    /// <summary>64 threads of two warps add their number to one word; the old values are then partial sums.</summary>
    [Fact]
    public void AtomicAdditionsOfTwoWarps()
    {
        var sums = Snippet.Run<uint, uint>($"mov.u32 %r2, tile; setp.ne.u32 %p1, %t, 0; @%p1 bra go; st.shared.u32 [%r2], 7; go: bar.sync 0; atom.shared.add.u32 %r3, [%r2], %t; bar.sync 0; "
            + $"ld.shared.u32 %r4, [%r2]; {Snippet.OutputWord} st.global.u32 [%at], %r4;", [0], 64, threads: 64);
        Assert.All(sums, sum => Assert.Equal(7u + 63 * 64 / 2, sum));
    }

    [Theory]
    [InlineData("up", 1, 0, 0, 0)]
    [InlineData("up", 1, 0, 5, 4)]
    [InlineData("down", 2, 31, 3, 5)]
    [InlineData("down", 2, 31, 31, 31)]
    [InlineData("bfly", 16, 31, 3, 19)]
    [InlineData("idx", 7, 31, 3, 7)]
    [InlineData("idx", 1, 0x1C1F, 9, 9)] // segments of 4: lane 9's lane 1 is 9
    public void Shuffles(string mode, int by, int control, int lane, uint source)
        => Assert.Equal(source, Snippet.Run<uint, uint>($"shfl.sync.{mode}.b32 %r1|%p1, %t, {by}, {control}, -1; {Snippet.OutputWord} st.global.u32 [%at], %r1;", [0], 32)[lane]);
}
