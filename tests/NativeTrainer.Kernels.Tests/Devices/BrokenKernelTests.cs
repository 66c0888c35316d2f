using System.Text.RegularExpressions;
using NativeTrainer.Kernels.Conv2d;
using NativeTrainer.OpCases;
using NativeTrainer.PtxExecutor;
using NativeTrainer.PtxExecutor.Ilgpu;

namespace NativeTrainer.Kernels.Tests.Devices;

/// <summary>Our own kernels with one mistake each, made in their PTX: the executor, or the comparison with the reference, must notice.</summary>
public sealed partial class BrokenKernelTests
{
    private static readonly Conv2dShape Shape = Conv2dShape.Square(2, 9, 11, 16, 24, 3, 1, 1);

    [Fact]
    public void AMissingBarrier()
    {
        // The first barrier of the main loop: copies are read before all threads have them.
        var fault = Assert.Throws<PtxFault>(() => Run(Conv2dCases.Of(Shape, "Forward", Precision.BFloat16), text => text.Contains("mma.sync") ? Once(text, "bar.sync\t0;", "") : text));
        Assert.True(fault.Kind is PtxFaultKind.Race or PtxFaultKind.Unwritten, fault.Message);
    }

    [Fact]
    public void ATileEdgeOffByOne()
    {
        // "row ≥ rows" of the elementwise pass becomes "row > rows": one row too many.
        var opCase = AllCases.Find("batchnorm/forwardeval 50x64");
        var fault = Assert.Throws<PtxFault>(() => Run(opCase, text => text.Replace("setp.ge.s64", "setp.gt.s64", StringComparison.Ordinal)));
        Assert.Equal(PtxFaultKind.OutOfBounds, fault.Kind);
    }

    [Fact]
    public void AWrongFragment()
    {
        // The two halves of b's depth exchanged in every product.
        var error = Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Run(Conv2dCases.Of(Shape, "Forward", Precision.BFloat16), text => BOperand().Replace(text, "}, {$2, $1}, {")));
        Assert.Contains("reference", error.Message);
    }

    [Fact]
    public void AFragmentThatIsNotTransposed()
    {
        var error = Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Run(Conv2dCases.Of(Shape, "Data", Precision.BFloat16), text => text.Replace(".x4.trans.shared", ".x4.shared", StringComparison.Ordinal)));
        Assert.Contains("reference", error.Message);
    }

    [Fact]
    public void ACopyThatIsNotWaitedFor()
    {
        var fault = Assert.Throws<PtxFault>(() => Run(Conv2dCases.Of(Shape, "Weights", Precision.BFloat16), text => text.Replace("cp.async.wait_group\t1;", "", StringComparison.Ordinal)));
        Assert.Equal(PtxFaultKind.Unwritten, fault.Kind);
    }

    private static void Run(OpCase opCase, Func<string, string> edit)
    {
        using (var sound = PtxDevice.Open(edit: text => text)) OpCaseTests.Check(opCase, sound, "PTX executor");
        bool edited = false;
        using var broken = PtxDevice.Open(edit: text =>
        {
            string changed = edit(text);
            edited |= changed != text;
            return changed;
        });
        try
        {
            OpCaseTests.Check(opCase, broken, "PTX executor");
        }
        finally
        {
            Assert.True(edited, "the mistake was not made");
        }
    }

    private static string Once(string text, string old, string replacement)
    {
        int at = text.IndexOf(old, StringComparison.Ordinal);
        return at < 0 ? text : text[..at] + replacement + text[(at + old.Length)..];
    }

    [GeneratedRegex(@"\}, \{(%r\d+), (%r\d+)\}, \{")]
    private static partial Regex BOperand();
}
