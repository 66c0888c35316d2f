using NativeTrainer.Kernels.Conv2d;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;
using NativeTrainer.OpCases;
using NativeTrainer.PtxExecutor.Ilgpu;

namespace NativeTrainer.Kernels.Tests.Devices;

/// <summary>Every block tile of the tensor-core convolutions on small shapes, for which the table would choose the smallest.</summary>
public sealed class MmaTileTests
{
    private static readonly Conv2dShape[] Shapes =
    [
        Conv2dShape.Square(2, 9, 11, 16, 24, 3, 2, 1), // four classes of input pixels, everything smaller than a tile
        Conv2dShape.Square(3, 9, 10, 136, 72, 1, 1, 0), // edges inside the second tile of each extent
        Conv2dShape.Square(1, 13, 11, 72, 136, 3, 1, 1),
        Conv2dShape.Square(2, 17, 19, 3, 64, 7, 2, 3), // a picture
    ];

    public static TheoryData<string, string, Precision> Cases =>
    [
        .. from precision in new[] { Precision.BFloat16, Precision.Tf32 }
           from tile in Enum.GetValues<MmaTile>()
           from shape in Shapes
           from pass in new[] { "Forward", "ForwardFused", "Data", "DataAdd", "Weights", "WeightsAdd" }
           where shape.C % 8 == 0 || !pass.StartsWith("Data")
           select ($"{tile}", $"conv2d/{pass} {shape} {precision.Name()}", precision),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void AgreesWithReference(string tileName, string name, Precision precision)
    {
        var tile = Enum.Parse<MmaTile>(tileName);
        var (shape, opCase) = Find(name, precision);
        using var device = PtxDevice.Open();
        OpCaseTests.Check(opCase.With(tileName, d => Plan(d, shape, precision, tile)), device, "PTX executor");
    }

    public static TheoryData<Precision, string, int> StatisticsCases =>
    [
        .. from precision in new[] { Precision.BFloat16, Precision.Tf32 }
           from tile in Enum.GetValues<MmaTile>()
           from shape in Enumerable.Range(0, Shapes.Length)
           select (precision, $"{tile}", shape),
    ];

    [Theory]
    [MemberData(nameof(StatisticsCases))]
    public void StatisticsAgreeWithReference(Precision precision, string tileName, int index)
    {
        using var device = PtxDevice.Open();
        CheckStatistics(device, Shapes[index], precision, Enum.Parse<MmaTile>(tileName));
    }

    /// <summary>So many parts that they are merged before the last step; the last group and the last part are short.</summary>
    [Fact]
    public void ManyPartsOfStatisticsAreMerged()
    {
        using var device = PtxDevice.Open();
        CheckStatistics(device, Conv2dShape.Square(1, 259, 257, 8, 8, 1, 1, 0), Precision.BFloat16, MmaTile.Block64x64);
    }

    private static void CheckStatistics(PtxDevice device, Conv2dShape shape, Precision precision, MmaTile tile)
        => OpCaseTests.Check(ConvStatisticsCases.Of(shape, precision).With($"{tile}", d => ConvStatisticsCases.Pair(d, Plan(d, shape, precision, tile), shape, precision)), device, "PTX executor");

    private static Kernels.Conv2d.Conv2d Plan(Device device, Conv2dShape shape, Precision precision, MmaTile tile) => precision == Precision.BFloat16
        ? new Conv2dMma<Bf16Math, Bf16Storage, RowMajorFragments, Bf16Element>((GpuDevice)device, shape, tile)
        : new Conv2dMma<Tf32Math, Float32Storage, RowMajorWords, Float32Element>((GpuDevice)device, shape, tile);

    private static (Conv2dShape Shape, OpCase Case) Find(string name, Precision precision)
    {
        var shape = Shapes.Single(s => name.Contains($" {s} ", StringComparison.Ordinal));
        return (shape, Conv2dCases.Of(shape, name["conv2d/".Length..name.IndexOf(' ')], precision));
    }
}
