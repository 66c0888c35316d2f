using NativeTrainer.PtxExecutor.Parsing;

namespace NativeTrainer.PtxExecutor.Tests;

/// <summary>What a kernel may not do, and that the fault says where.</summary>
public sealed class FaultTests
{
    private const string SharedWord = "mul.lo.u32 %r1, %t, 4; mov.u32 %r2, tile; add.u32 %r3, %r2, %r1;";

    [Fact]
    public void AccessBeyondABuffer()
    {
        var fault = Snippet.Fault($"add.u32 %r1, %t, 33; mul.wide.u32 %at, %r1, 4; add.s64 %at, %out, %at; st.global.u32 [%at], %t;", outputs: 64);
        Assert.Equal(PtxFaultKind.OutOfBounds, fault.Kind);
        Assert.Equal(31, fault.Thread);
        Assert.Contains("argument 1 + 256 (it has 256 bytes)", fault.Message);
        Assert.Contains("st.global.u32", fault.Text);
    }

    [Fact]
    public void AccessBeyondSharedMemory() => Assert.Equal(PtxFaultKind.OutOfBounds, Snippet.Fault("mov.u32 %r1, tile; st.shared.u32 [%r1+4096], %t;").Kind);

    [Fact]
    public void MisalignedVector() => Assert.Equal(PtxFaultKind.Misaligned, Snippet.Fault("ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%in+8];").Kind);

    [Fact]
    public void ReadOfWhatNobodyWrote() => Assert.Equal(PtxFaultKind.Unwritten, Snippet.Fault("ld.global.u32 %r1, [%out];").Kind);

    [Fact]
    public void ReadOfSharedMemoryThatNobodyWrote() => Assert.Equal(PtxFaultKind.Unwritten, Snippet.Fault($"{SharedWord} ld.shared.u32 %r4, [%r3];").Kind);

    [Fact]
    public void AMissingBarrierIsARace()
    {
        var fault = Snippet.Fault($"{SharedWord} st.shared.u32 [%r3], %t; xor.b32 %r5, %r1, 128; add.u32 %r5, %r2, %r5; ld.shared.u32 %r4, [%r5];", threads: 64);
        Assert.True(fault.Kind is PtxFaultKind.Race or PtxFaultKind.Unwritten, fault.Message);
    }

    [Fact]
    public void WritingWhatAnotherWarpReadsIsARace()
    {
        var fault = Snippet.Fault($"{SharedWord} st.shared.u32 [%r3], %t; bar.sync 0; ld.shared.u32 %r4, [%r2]; st.shared.u32 [%r3], %r4;", threads: 64);
        Assert.Equal(PtxFaultKind.Race, fault.Kind);
    }

    [Fact]
    public void ReadingWhatAtomicsChangeIsARace()
    {
        var fault = Snippet.Fault("mov.u32 %r2, tile; st.shared.u32 [%r2], 0; red.shared.add.u32 [%r2], 1; ld.shared.u32 %r4, [%r2];", threads: 32);
        Assert.Equal(PtxFaultKind.Race, fault.Kind);
    }

    [Fact]
    public void TwoBlocksThatWriteOneWordAreARace()
    {
        var fault = Snippet.Fault($"{Snippet.OutputWord} st.global.u32 [%at], %t;", blocks: 2);
        Assert.Equal(PtxFaultKind.Race, fault.Kind);
        Assert.Equal(1, fault.Block.X);
    }

    [Fact]
    public void ReadingACopyBeforeItIsWaitedFor()
        => Assert.Equal(PtxFaultKind.Unwritten, Snippet.Fault("mul.lo.u32 %r1, %t, 4; mov.u32 %r2, tile; add.u32 %r1, %r1, %r2; " + Snippet.InputWord
            + " cp.async.ca.shared.global [%r1], [%at], 4; cp.async.commit_group; ld.shared.u32 %r3, [%r1];").Kind);

    [Fact]
    public void ABarrierInADivergedWarp() => Assert.Equal(PtxFaultKind.Divergence, Snippet.Fault("setp.lt.u32 %p1, %t, 7; @%p1 bra skip; bar.sync 0; skip: mov.u32 %r1, 0;").Kind);

    [Fact]
    public void ABarrierThatSomeWarpsNeverReach() => Assert.Equal(PtxFaultKind.Deadlock, Snippet.Fault("setp.lt.u32 %p1, %t, 32; @%p1 bra skip; bar.sync 0; skip: mov.u32 %r1, 0;", threads: 64).Kind);

    [Fact]
    public void AMatrixProductInADivergedWarp()
        => Assert.Equal(PtxFaultKind.Divergence, Snippet.Fault("setp.lt.u32 %p1, %t, 7; @%p1 bra skip; mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f0, %f1, %f2, %f3}, {%r0, %r1, %r2, %r3}, {%r4, %r5}, {%f4, %f5, %f6, %f7}; skip: mov.u32 %r1, 0;").Kind);

    [Fact]
    public void ALoopWithoutEnd() => Assert.Equal(PtxFaultKind.NoEnd, Snippet.Fault("again: add.u32 %r1, %t, 1; bra again;").Kind);

    [Theory]
    [InlineData("frob.b32 %r1, %r2;")]
    [InlineData("ld.frob.u32 %r1, [%in];")]
    [InlineData("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%d0, %d1}, {%d2}, {%d3}, {%d4, %d5};")]
    public void UnknownInstructionsAreNamed(string instruction)
    {
        var error = Assert.Throws<PtxSyntaxException>(() => Snippet.Run<uint, uint>(instruction, [0], 1));
        Assert.Contains(instruction.Split(' ')[0], error.Message);
    }
}
