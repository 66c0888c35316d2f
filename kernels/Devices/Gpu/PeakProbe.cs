using System.Runtime.CompilerServices;
using ILGPU;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Devices;

internal struct PeakArguments
{
    /// <summary>An element for each thread, so that nothing is left out.</summary>
    public ArrayView<float> Result;

    public int Rounds;
    public float Factor;
}

/// <summary>
/// What a card does at most with our instructions: products from registers alone. The yardstick beside which kernels are timed; a data sheet's figure may ask for
/// instructions that we do not have.
/// </summary>
internal sealed class PeakProbe
{
    public const int Threads = 256;

    private readonly GpuKernel<PeakArguments> _float32;
    private readonly GpuKernel<PeakArguments>? _bf16, _tf32;
    private readonly TensorView _result;
    private readonly int _blocks;

    public PeakProbe(GpuDevice device)
    {
        _blocks = 8 * device.Multiprocessors;
        _result = device.Keep(_blocks * Threads * sizeof(float));
        _float32 = device.Load<PeakArguments>(PeakSimt.MultiplyAdds, Threads);
        if (!device.HasTensorCores) return;
        _bf16 = device.Load<PeakArguments>(PeakMma<Bf16Math>.Products, Threads);
        _tf32 = device.Load<PeakArguments>(PeakMma<RawTf32Math>.Products, Threads);
    }

    /// <summary>Starts <paramref name="rounds"/> rounds in every thread.</summary>
    /// <returns>Multiplications and additions; 0 where the card has not this precision.</returns>
    public double Run(Precision precision, int rounds)
    {
        var kernel = precision switch { Precision.Float32 => _float32, Precision.BFloat16 => _bf16, _ => _tf32 };
        if (kernel is null) return 0;
        kernel.Launch(_blocks, new() { Result = _result.GpuUInt8.Cast<float>(), Rounds = rounds, Factor = 0.5f });
        double warps = (double)_blocks * Threads / 32;
        return rounds * warps * precision switch
        {
            Precision.Float32 => 2 * 32 * PeakSimt.Chains,
            Precision.BFloat16 => 2 * 16 * 8 * 16 * PeakMma<Bf16Math>.Chains,
            _ => 2 * 16 * 8 * 8 * PeakMma<Bf16Math>.Chains,
        };
    }

    /// <summary>A number for each thread.</summary>
    public TensorView Result => _result.Arena.View(_result.Offset, new Shape((int)_result.Bytes / sizeof(float)));

    /// <summary>tf32 without the rounding of its operands.</summary>
    private struct RawTf32Math : IMmaMath
    {
        public readonly string Name => "tf32";

        public readonly Float4 Multiply(Bits4 a, uint b0, uint b1, Float4 c) => Ptx.MultiplyTf32(a, b0, b1, c);
    }
}

internal static class PeakSimt
{
    public const int Chains = 16;

    /// <summary>Sixteen chains x ← x·f + f, and their sum.</summary>
    public static void MultiplyAdds(PeakArguments k)
    {
        Float8 a = default, b = default;
        var factor = new Float4 { X = k.Factor, Y = k.Factor, Z = k.Factor, W = k.Factor };
        var factors = new Float8 { Low = factor, High = factor };
        for (int i = 0; i < k.Rounds; i++)
        {
            a = a.Times(factors).Plus(factors);
            b = b.Times(factors).Plus(factors);
        }
        var sum = a.Plus(b);
        k.Result[Grid.IdxX * Group.DimX + Group.IdxX] = Sum(sum.Low) + Sum(sum.High);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(Float4 v) => v.X + v.Y + (v.Z + v.W);
}

internal static class PeakMma<TMath> where TMath : struct, IMmaMath
{
    public const int Chains = 8;

    /// <summary>Eight products of the same operands added up side by side; every element of them is the factor as a bit pattern.</summary>
    public static void Products(PeakArguments k)
    {
        uint bits = Interop.FloatAsInt(k.Factor);
        var a = new Bits4 { X = bits, Y = bits, Z = bits, W = bits };
        Float4 c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        for (int i = 0; i < k.Rounds; i++)
        {
            c0 = default(TMath).Multiply(a, bits, bits, c0);
            c1 = default(TMath).Multiply(a, bits, bits, c1);
            c2 = default(TMath).Multiply(a, bits, bits, c2);
            c3 = default(TMath).Multiply(a, bits, bits, c3);
            c4 = default(TMath).Multiply(a, bits, bits, c4);
            c5 = default(TMath).Multiply(a, bits, bits, c5);
            c6 = default(TMath).Multiply(a, bits, bits, c6);
            c7 = default(TMath).Multiply(a, bits, bits, c7);
        }
        var sum = c0.Plus(c1).Plus(c2.Plus(c3)).Plus(c4.Plus(c5).Plus(c6.Plus(c7)));
        k.Result[Grid.IdxX * Group.DimX + Group.IdxX] = sum.X + sum.Y + sum.Z + sum.W;
    }
}
